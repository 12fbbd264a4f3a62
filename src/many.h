/* The events of an emitter that has many: a table in which none is searched for or moved. It has an
   lnet_order; at 2 * place - 1 the key, at 2 * place the handler; at MANY_PLACES the table
   key -> place. A user's table can be got at and altered, so nothing in it is relied on. */
#ifndef LNET_MANY_H
#define LNET_MANY_H

#include "handler.h"

/* Pushes one with room for `count` keys and more. [-0, +1, m] */
void lnet_many_make(lua_State *L, lua_Integer count);

/* Where the key stands in the one on top, or 0. The handler is behind it. [-0, +0, -] */
lua_Integer lnet_many_find(lua_State *L, int key);

/* Adds the key with the handler on top at the end of the one below it. Returns whether there was
   room. Runs no finalizer. [-1, +0, m] */
bool lnet_many_append(lua_State *L, int key);

/* Copies what is in the one at `from` into the one on top, which has room. [-0, +0, m] */
void lnet_many_copy(lua_State *L, int from);

/* Takes the key out of the one on top, where it is at i. Returns how many are left; *loose becomes
   true if it has room for far more. [-0, +0, -] */
lua_Integer lnet_many_drop(lua_State *L, int key, lua_Integer i, bool *loose);

/* Whether a smaller one would do. [-0, +0, -] */
bool lnet_many_is_loose(const lnet_order *o);

#endif
