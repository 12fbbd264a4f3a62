/* The context of a Lua state and its loop: made at load, run, stopped, torn down with the state. */
#ifndef LNET_LOOP_H
#define LNET_LOOP_H

#include "ctx.h"

/* Makes the context of this state. Raises when there is no memory. [-0, +0, e] */
lnet_ctx *lnet_loop_new(lua_State *L);

/* Whether a handle of this loop, or the loop itself, has this descriptor. Two handles with one
   would close it under each other, which ends the process inside libuv. Looks at every handle: for
   what is opened by a number from the program only. [-0, +0, -] */
bool lnet_loop_has_fd(const lnet_ctx *ctx, int fd);

int lnet_l_run(lua_State *L);
int lnet_l_stop(lua_State *L);

#endif
