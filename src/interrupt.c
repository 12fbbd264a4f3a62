/* Ctrl-C. The stand-alone lua has a handler of SIGINT that puts a debug hook on its main thread;
   the hook raises "interrupted!" as soon as Lua runs there, which in a waiting loop is never. So
   while net.run may wait the loop is woken behind that handler, and looks whether there is a hook
   now. A listener that never ends is interrupted as it would be without us. */
#include "interrupt.h"
#include "sigint.h"

static void on_wake(uv_async_t *wake) {
  lnet_ctx *ctx = wake->data;
  if (!ctx->shut) lnet_interrupt_look(ctx);
}

/* The hook is the host's business as long as it is the one that was there before. */
void lnet_interrupt_look(lnet_ctx *ctx) {
  ctx->waiter.signalled = false;
  lnet_sigint_tell();
  const lua_Hook hook = lua_gethook(ctx->main);
  if (hook == NULL || hook == ctx->hook) return;
  ctx->interrupted = ctx->halted = true;
  if (ctx->polling) uv_stop(ctx->loop);
}

void lnet_interrupt_init(lnet_ctx *ctx) {
  /* Only the first async handle of a loop can fail, and libuv has made one of its own before. */
  uv_async_init(ctx->loop, &ctx->wake, on_wake);
  uv_unref((uv_handle_t *)&ctx->wake);
  ctx->wake.data = ctx;
  ctx->waiter.wake = &ctx->wake;
  ctx->waiter.busy = &ctx->depth;
}

void lnet_interrupt_close(lnet_ctx *ctx) {
  uv_close((uv_handle_t *)&ctx->wake, NULL);
}

void lnet_interrupt_begin(lnet_ctx *ctx) {
  lnet_sigint_begin(&ctx->waiter);
}

void lnet_interrupt_end(lnet_ctx *ctx) {
  lnet_sigint_end(&ctx->waiter);
}

void lnet_interrupt_forget(lnet_ctx *ctx) {
  lnet_sigint_forget(&ctx->waiter);
}

/* Something that the hook is called for. */
static int l_nothing(lua_State *L) {
  (void)L;
  return 0;
}

void lnet_interrupt_raise(lua_State *L, lnet_ctx *ctx) {
  ctx->interrupted = false;
  if (L == ctx->main) {
    lua_pushcfunction(L, l_nothing);
    lua_call(L, 0, 0);
  } else { /* a coroutine has no part in the main thread's hook */
    lua_sethook(ctx->main, NULL, 0, 0);
    lua_pushliteral(L, "interrupted!");
    lua_error(L);
  }
}
