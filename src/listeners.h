/* The listeners of one emitter: which are there, adding, removing. No event is emitted here.
   An emitter is a userdata of ours (struct lnet_emitter in it) or any table of the user's. Each of
   its events has a handler, see handler.h. */
#ifndef LNET_LISTENERS_H
#define LNET_LISTENERS_H

#include "class.h"
#include "handler.h"
#include "names.h"
#include "object.h"

/* What the class of an emitter wants to know; each may be NULL. [-0, +0, e] */
typedef struct lnet_emitter_class {
  int hot;          /* the event whose handler has a user value of its own */
  uint32_t watched; /* bits of the events that the next two are about */
  void (*added)(lua_State *L, int idx, void *object, int event);   /* by on, addListener, once */
  void (*removed)(lua_State *L, int idx, void *object, int event); /* or there was none */
  /* The hot event's handler will be the value on top. Not told when it is a function behind none.
   */
  void (*hot_changed)(lua_State *L, void *object);
  void (*push_own)(lua_State *L, int idx); /* pushes a function for the own listener of 'end' */
} lnet_emitter_class;

typedef struct lnet_emitter {
  uint32_t has;        /* bit n: somebody listens to event n */
  uint8_t listed;      /* entries of the list: LNET_FEW at most */
  uint8_t hot_place;   /* entries of the list that were there before the hot one */
  uint8_t only;        /* the event whose only listener stands in the table's place, or 0 */
  bool own_end : 1;    /* a socket's own listener of 'end' is there: it counts as the first */
  bool own_placed : 1; /* it is in the list, behind what was put in front of it */
  bool has_list : 1;   /* there is one, if only an empty one */
  bool many : 1;       /* the events are in the table of many, and the list is empty */
  bool warned : 1;     /* that there are too many of 'end', with the own one */
  bool limited : 1;    /* setMaxListeners was called */
} lnet_emitter;

/* How each userdata that emits begins. */
typedef struct lnet_emitting {
  lnet_object object;
  lnet_emitter emitter;
} lnet_emitting;

static inline const lnet_emitter_class *lnet_emitter_class_of(const lnet_emitting *base) {
  return base->object.cls->emitter;
}

/* Whether its class wants to know of the event's listeners. */
static inline bool lnet_emitter_watches(const lnet_emitting *base, int event) {
  return (lnet_emitter_class_of(base)->watched & LNET_EVENT_BIT(event)) != 0;
}

/* An emitter on the stack. */
typedef struct lnet_listeners {
  lnet_ctx *ctx;
  lnet_emitting *base; /* NULL: a user's table */
  int idx;             /* absolute */
} lnet_listeners;

/* Whether a socket's own listener of 'end' counts among those of the event. [-0, +0, -] */
static inline bool lnet_listeners_have_own(lnet_listeners at, int event) {
  return event == LNET_EV_END && at.base != NULL && at.base->emitter.own_end;
}

/* The emitter at idx, or raises ERR_INVALID_THIS. [-0, +0, v] */
lnet_listeners lnet_listeners_at(lua_State *L, lnet_ctx *ctx, int idx);

/* Pushes the handler of the key at `key` (event: its number or 0), or nil. [-0, +1, -] */
void lnet_listeners_push(lua_State *L, lnet_listeners at, int key, int event);

/* The object at idx, if it is a userdata that emits, else NULL. It is known by its metatable, and
   among our objects by its class. [-0, +0, -] */
static inline lnet_emitting *lnet_emitting_test(lua_State *L, const lnet_ctx *ctx, int idx) {
  lnet_emitting *base = lua_touserdata(L, idx);
  if (base == NULL || lua_rawlen(L, idx) < sizeof *base) return NULL;
  if (&base->object == ctx->told) return base;
  const lnet_object_class *cls = base->object.cls;
  const bool like_ours = cls == ctx->socket_class || cls == ctx->server_class;
  return like_ours && lnet_class_is_marked(L, idx, cls) ? base : NULL;
}

/* The listener on top, of this type, is the first of an event of ours, of the object at idx.
   Returns whether it could be added without a list: if not, it is still on top. [-0|1, +0, -] */
bool lnet_listeners_add_first(lua_State *L, lnet_emitting *base, int idx, int event, int type);

/* Adds the listener on top. Returns how many there are now. [-1, +0, m] A memory error leaves the
   list as it was. */
lua_Integer lnet_listeners_add(lua_State *L, lnet_listeners at, int key, int event, bool prepend);

/* Removes the listener at index `what` (the user's function, or a wrapper), the last one that
   matches. Returns whether there was one; tell: pushes what 'removeListener' tells of it then.
   *loose becomes true where memory should be given back afterwards. [-0, +0|1, -] */
bool lnet_listeners_remove(lua_State *L, lnet_listeners at, int key, int event, int what, bool tell,
                           bool *loose);

/* Gives memory back: what has room for far more listeners of the key, or names, than there are gets
   smaller. What fails changes nothing. [-0, +0, -] */
void lnet_listeners_settle(lua_State *L, lnet_listeners at, int key);

/* Removes all listeners of one key, or (key 0) of all. [-0, +0, -] */
void lnet_listeners_clear(lua_State *L, lnet_listeners at, int key, int event);

/* Pushes a sequence of the keys that have listeners, in order of coming. [-0, +1, m] */
void lnet_listeners_keys(lua_State *L, lnet_listeners at);

/* Pushes the list's field `max`, and takes it from the top. [-0, +1, -] [-1, +0, m] */
void lnet_listeners_push_max(lua_State *L, lnet_listeners at);
void lnet_listeners_set_max(lua_State *L, lnet_listeners at);

#endif
