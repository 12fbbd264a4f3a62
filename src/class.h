/* Classes of our userdata: one lookup finds a user's field, a method or a property. */
#ifndef LNET_CLASS_H
#define LNET_CLASS_H

#include "ctx.h"
#include <string.h>

/* User values that every object of a class has; a class may add more behind them. */
enum { LNET_UV_HOT = 1, LNET_UV_MORE = 2, LNET_UV_COMMON = 2 };

/* The table in LNET_UV_MORE is made when first needed. Its sequence is the list of listeners, see
   listeners.c; the rest of it has the keys below. Before there is a table one listener may stand
   in its place. */
enum {
  LNET_MORE_FIELDS = 0, /* a table of the fields that the user has set */
  LNET_MORE_ONLY = -1,  /* the listener that stood in the table's place */
  LNET_MORE_NAMES = -2, /* the events of an emitter that has many */
  LNET_MORE_CLASS = -3  /* the class's own keys go down from here */
};

typedef struct lnet_property {
  const char *name;
  int number;      /* what get and set are called with; not 0 */
  bool assignable; /* else assignment raises */
} lnet_property;

typedef struct lnet_class_spec {
  const char *name; /* "Socket" */
  /* What tells an object of the class from other userdata, for programs that give our metatables to
     those: it has this size, or more, and at `kind_at` the pointer `kind`, which no other class has
     there. NULL: `fits` says it, or who calls lnet_class_test. */
  size_t size; /* bytes */
  size_t kind_at;
  const void *kind;
  /* Whether the userdata at idx, of which all that is true, is one. May be NULL. [-0, +0, -] */
  bool (*fits)(lua_State *L, int idx);
  const luaL_Reg *methods;         /* have the context as upvalue */
  const lnet_property *properties; /* ends with a NULL name; may be NULL */
  /* Pushes the property's value. [-0, +1, e] */
  int (*get)(lua_State *L, void *object, int number);
  /* Takes the value at index 3. [-0, +0, e] */
  void (*set)(lua_State *L, void *object, int number);
  /* Is told of a field that the user has set: the object is at 1, the key at 2, the value at 3. May
     be NULL. [-0, +0, -] */
  void (*field_set)(lua_State *L, void *object);
  /* Pushes what tostring says of the object at 1 behind its address; returns false, nothing pushed,
     for what is of another class. May be NULL. [-0, +0|1, m] */
  bool (*inspect)(lua_State *L);
  lua_CFunction gc;    /* may be NULL */
  lua_CFunction close; /* __close, may be NULL */
} lnet_class_spec;

/* Makes the metatable; pushes the class table, in which our Lua files put more methods. *meta is
   the metatable's address, *ref keeps it. The spec must outlive the state. [-0, +1, m] */
void lnet_class_new(lua_State *L, lnet_ctx *ctx, const lnet_class_spec *spec, const void **meta,
                    int *ref);

/* What a metatable may do without until an object needs it. A finalizer costs the collector more
   than all the rest of a socket; looking for fields of the user's costs each call of a method. */
enum { LNET_META_GC = 1, LNET_META_FIELDS = 2, LNET_METAS = 4 /* sets of these */ };

/* Such a metatable is one of a family: those of all that objects may lack, and of one owner. Its
   keys: the owner; the family, where a metatable's place is what it lacks + 1. Each metatable has
   its class's `kind` as a mark. */
enum { LNET_META_OWNER = 1, LNET_META_FAMILY = 2, LNET_META_MARK = 3 };

/* Pushes a family of copies of the metatable at `from` that have the value at `owner` (0: none).
   [-0, +1, m] */
void lnet_class_family(lua_State *L, int from, int owner);

/* Pushes the table in LNET_UV_MORE of the object at idx, making it if need be. [-0, +1, m] */
void lnet_class_more(lua_State *L, int idx);

/* Pushes the table that is in that one under the key, making both if need be. [-0, +1, m] */
void lnet_class_part(lua_State *L, int idx, lua_Integer key);

/* Removes what is in that table under the key. [-0, +0, -] */
void lnet_class_forget(lua_State *L, int idx, lua_Integer key);

/* Whether the function reads or assigns a field of an object of ours. [-0, +0, -] */
bool lnet_class_is_lookup(lua_CFunction function);

/* Marks the metatable on top as one of this class, for who makes it himself. [-0, +0, m] */
void lnet_class_mark(lua_State *L, const lnet_class_spec *spec);

/* Whether the value at idx, which has the class's metatable, is an object of it. What is in it says
   nothing without that metatable: the bytes of another library's userdata may be those of an object
   of ours that was there before. [-0, +0, -] */
static inline bool lnet_class_fits(lua_State *L, int idx, const lnet_class_spec *spec) {
  const void *kind = NULL;
  if (lua_type(L, idx) != LUA_TUSERDATA || lua_rawlen(L, idx) < spec->size) return false;
  if (spec->kind != NULL)
    memcpy(&kind, (const char *)lua_touserdata(L, idx) + spec->kind_at, sizeof kind);
  return kind == spec->kind && (spec->fits == NULL || spec->fits(L, idx));
}

/* Whether the full userdata at idx has a metatable of the class of this kind. [-0, +0, -] */
static inline bool lnet_class_is_marked(lua_State *L, int idx, const void *kind) {
  if (!lua_getmetatable(L, idx)) return false;
  lua_rawgeti(L, -1, LNET_META_MARK);
  const bool marked = lua_touserdata(L, -1) == kind;
  lua_pop(L, 2);
  return marked;
}

/* The object at idx when it has this metatable and fits, else NULL. [-0, +0, -] */
void *lnet_class_test(lua_State *L, int idx, const void *meta);

/* The same; raises ERR_INVALID_THIS otherwise. [-0, +0, v] */
void *lnet_class_check(lua_State *L, int idx, const void *meta, const char *name);

#endif
