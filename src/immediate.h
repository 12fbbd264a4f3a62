/* setImmediate. */
#ifndef LNET_IMMEDIATE_H
#define LNET_IMMEDIATE_H

#include "ctx.h"

/* [-0, +0, e] */
void lnet_immediate_init(lua_State *L, lnet_ctx *ctx);
void lnet_immediates_close(lnet_ctx *ctx);
void lnet_immediates_free(lnet_ctx *ctx);

/* After this poll for I/O, does what objects owe. [-0, +0, -] */
void lnet_immediate_wake(lnet_ctx *ctx);

/* The same, and the poll does not block. Unless `behind`, it may also be done just before it.
   [-0, +0, -] */
void lnet_immediate_soon(lnet_ctx *ctx, bool behind);

/* Whether the next check of the loop has something to do. [-0, +0, -] */
bool lnet_immediates_wait(const lnet_ctx *ctx);

int lnet_l_setImmediate(lua_State *L);
int lnet_l_clearImmediate(lua_State *L);

#endif
