/* The header that each of our userdata begins with, and how long the collector leaves it alone.
   An object is anchored in the registry while someone outside Lua holds it: libuv (an open
   handle, a request) or a queued tick. */
#ifndef LNET_OBJECT_H
#define LNET_OBJECT_H

#include "ctx.h"

struct lnet_object;
struct lnet_emitter_class;

typedef struct lnet_object_class {
  void (*resume)(struct lnet_object *);         /* does what a callback could not do while halted */
  uv_close_cb on_close;                         /* of the object's uv handle, whose data it is */
  const struct lnet_emitter_class *emitter;     /* of those that emit */
  uint32_t (*life)(const struct lnet_object *); /* the number of its present life; or NULL */
} lnet_object_class;

typedef struct lnet_object {
  lnet_ctx *ctx;
  const lnet_object_class *cls;
  int ref;        /* of the registry, LUA_NOREF while nobody holds it so */
  uint32_t holds; /* each queued tick is one: there may be many */
  union {
    int held_next;      /* in ctx->held: reference of the next one, or LUA_NOREF */
    uint32_t last_tick; /* while it is held weakly: number of the tick it queued last, see tick.c */
  };
  uint8_t owed;  /* which callbacks came while halted; bits of the class */
  uint8_t lacks; /* what its metatable does without so far, LNET_META_*; of streams */
  bool in_held : 1;
  bool weak : 1; /* held weakly: the table of weak references has it under its address */
  bool gone : 1; /* its __gc has run: what a user's finalizer does with it needs another one */
} lnet_object;

/* Fills the header of a new object; nobody holds it. [-0, +0, -] */
void lnet_object_init(lnet_object *object, lnet_ctx *ctx, const lnet_object_class *cls);

/* Holds the object at the index idx. The first hold may raise, and then nothing has changed.
   [-0, +0, m] */
void lnet_object_hold(lua_State *L, int idx, lnet_object *object);

/* The same, but the collector may still take the object when nobody else refers to it: for what
   is pointless then. Its __gc must call lnet_object_gone. Who has only the pointer keeps the
   object on a stack while Lua may run. [-0, +0, m] */
void lnet_object_hold_weakly(lua_State *L, int idx, lnet_object *object);

/* The object is collected: what held it weakly is forgotten. [-0, +0, -] */
void lnet_object_gone(lua_State *L, lnet_object *object);

/* The object at idx is used after its __gc, by a finalizer of the user's: has __gc called again.
   [-0, +0, -] */
void lnet_object_revive(lua_State *L, int idx, lnet_object *object);

/* The object at idx needs this of its class's metatable from now on: LNET_META_GC where there is
   something to free or to forget, LNET_META_FIELDS where the user has set a field. Returns false
   when debug.setmetatable has taken that metatable. [-0, +0, -] */
bool lnet_object_need(lua_State *L, int idx, lnet_object *object, unsigned what);

/* The object at idx joins the family of the metatable on top. [-1, +0, -] */
void lnet_object_join(lua_State *L, int idx, const lnet_object *object);

/* Holds an object that is held already. [-0, +0, -] */
static inline void lnet_object_hold_again(lnet_object *object) {
  lnet_assert(object->holds > 0);
  object->holds++;
}

/* Undoes one hold; the last lets the collector have the object. [-0, +0, -] */
void lnet_object_let_go(lnet_object *object); /* after the last */
static inline void lnet_object_release(lnet_object *object) {
  lnet_assert(object->holds > 0);
  if (--object->holds == 0) lnet_object_let_go(object);
}

/* Pushes a held object; nil for one that is held weakly and about to be collected: then its __gc is
   still to come, and Lua must not see it again. [-0, +1, -] */
void lnet_object_push_weak(lua_State *L, const lnet_object *object);
static inline void lnet_object_push(lua_State *L, const lnet_object *object) {
  if (object->weak)
    lnet_object_push_weak(L, object);
  else
    lua_rawgeti(L, LUA_REGISTRYINDEX, object->ref);
}

#endif
