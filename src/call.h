/* The door: the only way from libuv's callbacks into Lua. */
#ifndef LNET_CALL_H
#define LNET_CALL_H

#include "ctx.h"

/* Calls body(arg as light userdata) protected on ctx->L. What is raised is kept for net.run and
   halts the loop. When the outermost door closes, gathered writes are sent.
   Returns whether nothing was raised. [-0, +0, -] */
bool lnet_enter(lnet_ctx *ctx, lua_CFunction body, void *arg);

/* Where net.run keeps the message handler in its own frame, while ctx->running. */
enum { LNET_RUN_HANDLER = 1 };

/* Makes L the thread that the door opens on, and returns the one before, which the caller puts
   back: for what C does inside a call from Lua, whose thread may be any. Nothing in between may
   raise outside the door. [-0, +0, -] */
static inline lua_State *lnet_swap_thread(lnet_ctx *ctx, lua_State *L) {
  lua_State *before = ctx->L;
  ctx->L = L;
  return before;
}

/* Keeps the error value on top for net.run and halts the loop. [-1, +0, -] */
void lnet_keep_error(lua_State *L, lnet_ctx *ctx);

/* Raises the oldest kept error, if there is one. [-0, +0, v] */
void lnet_raise_kept(lua_State *L, lnet_ctx *ctx);

/* Message handler: adds the traceback to strings, `stack` to error objects without. [-1, +1, m] */
int lnet_on_raise(lua_State *L);

/* Calls the function below its nargs arguments as lnet_enter does. [-(nargs+1), +0, -] */
bool lnet_call_kept(lua_State *L, lnet_ctx *ctx, int nargs);

#endif
