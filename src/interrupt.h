/* Ctrl-C while net.run waits: what the host does about it happens at once. */
#ifndef LNET_INTERRUPT_H
#define LNET_INTERRUPT_H

#include "ctx.h"

/* Makes what wakes the loop. [-0, +0, -] */
void lnet_interrupt_init(lnet_ctx *ctx);
void lnet_interrupt_close(lnet_ctx *ctx);

/* Around what may wait. [-0, +0, -] */
void lnet_interrupt_begin(lnet_ctx *ctx);
void lnet_interrupt_end(lnet_ctx *ctx);
/* Instead of the end, for a copy of the context in a child of fork. [-0, +0, -] */
void lnet_interrupt_forget(lnet_ctx *ctx);

/* There was a signal (ctx->waiter.signalled): halts the loop if the host has set a hook.
   [-0, +0, -] */
void lnet_interrupt_look(lnet_ctx *ctx);

/* Behind it, when ctx->interrupted: has the host's hook raise on L, the thread of net.run.
   [-0, +0, v] */
void lnet_interrupt_raise(lua_State *L, lnet_ctx *ctx);

#endif
