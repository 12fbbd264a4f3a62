/* The end of the process: what was accepted for a connection leaves it, however it ends. */
#ifndef LNET_EXIT_H
#define LNET_EXIT_H

#include "ctx.h"

/* Has the context's last bytes sent when the thread that uses it calls exit. Returns 0 or libuv's
   code. [-0, +0, -] */
int lnet_exit_add(lnet_ctx *ctx);

/* The context goes before the process does. [-0, +0, -] */
void lnet_exit_remove(lnet_ctx *ctx);

/* The calling thread of this process uses the context from now on. [-0, +0, -] */
void lnet_exit_claim(lnet_ctx *ctx);

/* Whether this process has the context from its parent, by fork, and has not run its loop: what
   waits in it, and its connections, are the parent's. [-0, +0, -] */
bool lnet_exit_is_copy(const lnet_ctx *ctx);

#endif
