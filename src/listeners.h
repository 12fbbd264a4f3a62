/* The listeners of one emitter: which are there, adding, removing. No event is emitted here.
   An emitter is a userdata of ours (struct lnet_emitter in it) or any table of the user's.
   A handler is a listener or a sequence of two or more. A listener is a function, or a userdata of
   ours that hears several events without a function for each: whoever asks for it gets one. What
   once adds is a function around the user's. */
#ifndef LNET_LISTENERS_H
#define LNET_LISTENERS_H

#include "class.h"
#include "names.h"
#include "object.h"

/* What the class of an emitter wants to know; each may be NULL. [-0, +0, e] */
typedef struct lnet_emitter_class {
  int hot; /* the event whose handler has a user value of its own */
  void (*added)(lua_State *L, int idx, void *object, int event);   /* by on, addListener, once */
  void (*removed)(lua_State *L, int idx, void *object, int event); /* or there was none */
  void (*hot_changed)(lua_State *L, void *object); /* its handler will be the value on top */
} lnet_emitter_class;

typedef struct lnet_emitter {
  uint32_t has;      /* bit n: somebody listens to event n */
  uint8_t listed;    /* entries of the list; UINT8_MAX: so many, or more, for good */
  uint8_t hot_place; /* entries of the list that were there before the hot one */
  uint8_t only;      /* the event whose only listener stands in the table's place, or 0 */
  bool own_end : 1;  /* a socket's own listener of 'end' is there: it counts as the first */
  bool has_list : 1; /* there is one, if only an empty one */
} lnet_emitter;

/* How each userdata that emits begins. */
typedef struct lnet_emitting {
  lnet_object object;
  lnet_emitter emitter;
} lnet_emitting;

static inline const lnet_emitter_class *lnet_emitter_class_of(const lnet_emitting *base) {
  return base->object.cls->emitter;
}

/* How each userdata that listens begins. `call` is told of the event, with nargs values from
   `first` on; once: it is in a list, and if it hears of this event once only, takes itself out
   first.
   [-0, +0, e] */
typedef struct lnet_native {
  void (*call)(lua_State *L, int self, int event, int first, int nargs, bool once);
} lnet_native;

/* Replaces the listener on top, if it is a userdata, by a function that does for this event what it
   does. [-1, +1, m] */
void lnet_native_function(lua_State *L, int event);

/* An emitter on the stack. */
typedef struct lnet_listeners {
  lnet_ctx *ctx;
  lnet_emitting *base; /* NULL: a user's table */
  int idx;             /* absolute */
} lnet_listeners;

/* The emitter at idx, or raises ERR_INVALID_ARG_TYPE. [-0, +0, v] */
lnet_listeners lnet_listeners_at(lua_State *L, lnet_ctx *ctx, int idx);

/* Pushes the handler of the key at `key` (event: its number or 0), or nil. [-0, +1, -] */
void lnet_listeners_push(lua_State *L, lnet_listeners at, int key, int event);

/* The object at idx, if it is a userdata that emits, else NULL. It is known by its metatable, and
   among our objects by its class. [-0, +0, -] */
static inline lnet_emitting *lnet_emitting_test(lua_State *L, lnet_ctx *ctx, int idx) {
  lnet_emitting *base = lua_touserdata(L, idx);
  if (base == NULL || lua_rawlen(L, idx) < sizeof *base) return NULL;
  const lnet_object_class *cls = base->object.cls;
  const bool like_ours = cls == ctx->socket_class || cls == ctx->server_class;
  return like_ours && lnet_class_is_seen(L, ctx, idx) ? base : NULL;
}

/* The listener on top is the first of an event of ours, of the object at idx. Returns whether it
   could be added without a list: if not, it is still on top. [-0|1, +0, -] */
bool lnet_listeners_add_first(lua_State *L, lnet_emitting *base, int idx, int event);

/* Adds the listener on top. [-1, +0, m] A memory error leaves the list as it was. */
void lnet_listeners_add(lua_State *L, lnet_listeners at, int key, int event, bool prepend);

/* Removes the listener at index `what` (the user's function, or a wrapper), the last one that
   matches. Pushes what 'removeListener' tells, and returns true; else pushes nothing.
   [-0, +0|1, -] */
bool lnet_listeners_remove(lua_State *L, lnet_listeners at, int key, int event, int what);

/* Removes all listeners of one key, or (key 0) of all. [-0, +0, m] */
void lnet_listeners_clear(lua_State *L, lnet_listeners at, int key, int event);

/* Pushes a sequence of the keys that have listeners, in order of coming. [-0, +1, m] */
void lnet_listeners_keys(lua_State *L, lnet_listeners at);

/* Listeners in the handler at idx. [-0, +0, -] */
lua_Integer lnet_handler_count(lua_State *L, int idx);

/* Pushes a function that removes itself from the emitter's event and calls the listener, once.
   [-0, +1, m] */
void lnet_once_push(lua_State *L, lnet_listeners at, int key, int listener);

/* Pushes the user's function behind the listener at idx: the one in a once wrapper, or itself.
   [-0, +1, -] */
void lnet_once_unwrap(lua_State *L, int idx);

/* Pushes the list's field `max`, and takes it from the top. [-0, +1, -] [-1, +0, m] */
void lnet_listeners_push_max(lua_State *L, lnet_listeners at);
void lnet_listeners_set_max(lua_State *L, lnet_listeners at);

#endif
