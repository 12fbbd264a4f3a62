/* How node's messages name a value: "type number (5)", "'text'", "1_000_000_000_000". */
#ifndef LNET_DESCRIBE_H
#define LNET_DESCRIBE_H

#include "ctx.h"

/* Pushes how node names a value of the wrong type: "type number (5)", "nil". [-0, +1, m] */
void lnet_describe_type(lua_State *L, int idx);

/* Pushes a value that is not allowed, as node's inspect shows it; Lua's word for what has none.
   [-0, +1, m] */
void lnet_describe_value(lua_State *L, int idx);

/* Pushes a value that is out of range: the same, but "5_000_000_000". [-0, +1, m] */
void lnet_describe_range(lua_State *L, int idx);

/* core.describe(value), core.inspect(value), core.outOfRange(value) for our Lua files. */
int lnet_l_describe(lua_State *L);
int lnet_l_inspect(lua_State *L);
int lnet_l_outOfRange(lua_State *L);

#endif
