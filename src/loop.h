/* The context of a Lua state and its loop: made at load, run, stopped, torn down with the state. */
#ifndef LNET_LOOP_H
#define LNET_LOOP_H

#include "ctx.h"

/* Makes the context of this state. Raises when there is no memory. [-0, +0, e] */
lnet_ctx *lnet_loop_new(lua_State *L);

int lnet_l_run(lua_State *L);
int lnet_l_stop(lua_State *L);

#endif
