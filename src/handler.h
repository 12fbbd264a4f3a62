/* The handler of one event: a listener, or a table of two or more. A listener is a function, or a
   userdata of ours that hears several events without a function for each: whoever asks for it gets
   one. What once adds is a function around the user's. No event is emitted here. */
#ifndef LNET_HANDLER_H
#define LNET_HANDLER_H

#include "ctx.h"
#include "order.h"

/* Handlers and names of an emitter stand in a plain sequence while they are so few; from then on in
   a table with an lnet_order, so that none is searched for or moved. */
#define LNET_FEW 16

/* How each userdata that listens begins. `call` is told of the event, with nargs values from
   `first` on; once: it is in a list, and if it hears of this event once only, takes itself out
   first. [-0, +0, e] */
typedef struct lnet_native {
  void (*call)(lua_State *L, int self, int event, int first, int nargs, bool once);
} lnet_native;

/* Replaces the listener on top, if it is a userdata, by a function that does for this event what it
   does. [-1, +1, m] */
void lnet_native_function(lua_State *L, int event);

/* Pushes a function that takes itself out of the event of this name of the emitter, by the
   emitter's own removeListener, and then calls the listener, once; all three are indices. [-0, +1,
   m] */
void lnet_once_push(lua_State *L, int emitter, int name, int listener);

/* Pushes the user's function behind the listener at idx: the one in a once wrapper, or itself.
   [-0, +1, -] */
void lnet_once_unwrap(lua_State *L, int idx);

/* Whether the listener on top is the one at `what`, wraps it, or is what it stands for.
   [-0, +0, -] */
bool lnet_listener_matches(lua_State *L, int what);

/* Listeners in the handler at idx, which may be nil. [-0, +0, -] */
lua_Integer lnet_handler_count(lua_State *L, int idx);

/* A walk through a handler, from the first listener to the last. No Lua code runs meanwhile. */
typedef struct lnet_walk {
  int handler;
  const lnet_order *order; /* NULL: a sequence, or a listener alone */
  lua_Integer at;
  lua_Integer end;
} lnet_walk;

/* [-0, +0, -] */
lnet_walk lnet_handler_walk(lua_State *L, int handler);

/* Pushes the next listener, or pushes nothing and returns false. [-0, +0|1, -] */
bool lnet_walk_next(lua_State *L, lnet_walk *walk);

/* Pushes the listener at the front of the handler at idx, a table. [-0, +1, -] */
void lnet_handler_first(lua_State *L, int idx);

/* Adds the listener at `listener` to the handler at idx. Returns false, and does nothing, where
   there is no room: one that is no table, or full. Runs no finalizer. [-0, +0, m] */
bool lnet_handler_add(lua_State *L, int idx, int listener, bool prepend);

/* Takes the last listener that matches `what` out of the handler at idx, a table. Returns whether
   there was one. [-0, +0, -] */
bool lnet_handler_remove(lua_State *L, int idx, int what);

/* Whether the handler at idx is much larger than what is in it. [-0, +0, -] */
bool lnet_handler_is_loose(lua_State *L, int idx);

/* Pushes an empty table with room for the listeners of a handler that has `count` now, and for some
   more: it replaces one that is full or loose. Finalizers may run, so look again before
   lnet_handler_fill, which puts the listeners of the handler `from` into it. [-0, +1, m]
   [-0, +0, m] */
void lnet_handler_make(lua_State *L, lua_Integer count);
void lnet_handler_fill(lua_State *L, int from, int to);

/* Whether it was told that the handler at idx, a table, has too many listeners, and notes that.
   [-0, +0, -] [-0, +0, m] */
bool lnet_handler_is_warned(lua_State *L, int idx);
void lnet_handler_set_warned(lua_State *L, int idx);

/* Places for `count` things and as many more; and whether there are too many places. */
uint32_t lnet_order_places(lua_Integer count);
static inline bool lnet_order_is_loose(const lnet_order *o) {
  return o->count <= o->capacity / 4;
}

/* Gives the table on top a new order with so many places, which is kept in it. [-0, +0, m] */
void lnet_order_give(lua_State *L, uint32_t capacity, bool known);

/* The order of the table at idx, or NULL. A user's table can be got at and altered, so it is known
   by its metatable. [-0, +0, -] */
lnet_order *lnet_order_at(lua_State *L, int idx);

/* Makes the metatable of orders. [-0, +0, m] */
void lnet_handler_init(lua_State *L);

#endif
