/* The end of the process. os.exit in a callback does not come back to the door, so what waits to be
   sent behind it is sent from a function that the C library calls at exit: without Lua, which may
   be anywhere, and without the loop. */
#include "exit.h"
#include <stdlib.h>

/* All contexts of the process: what exit ends is the process, not a state, so this is no part of
   one. Which of them the exiting thread uses is noted in each: another thread may be in the middle
   of a write. */
static struct {
  uv_once_t once;
  uv_mutex_t mutex;
  lnet_list contexts;
  int status; /* libuv's code, when there is no mutex */
} shared = {.once = UV_ONCE_INIT};

/* Sends what the exiting thread's contexts hold. It does not wait for the mutex: in a child of fork
   a thread may have it that is not there. */
static void at_exit(void) {
  const uv_thread_t self = uv_thread_self();
  if (uv_mutex_trylock(&shared.mutex) != 0) return;
  for (lnet_list *link = shared.contexts.next; link != &shared.contexts; link = link->next) {
    lnet_ctx *ctx = LNET_CONTAINER(link, lnet_ctx, at_exit);
    if (!uv_thread_equal(&ctx->thread, &self) || ctx->shut || lnet_exit_is_copy(ctx)) continue;
    if (ctx->send_last != NULL) ctx->send_last(ctx);
  }
  uv_mutex_unlock(&shared.mutex);
}

static void init(void) {
  lnet_list_init(&shared.contexts);
  shared.status = uv_mutex_init(&shared.mutex);
  if (shared.status == 0 && atexit(at_exit) != 0) shared.status = UV_ENOMEM;
}

int lnet_exit_add(lnet_ctx *ctx) {
  uv_once(&shared.once, init);
  if (shared.status != 0) return shared.status;
  ctx->thread = uv_thread_self();
  ctx->pid = uv_os_getpid();
  uv_mutex_lock(&shared.mutex);
  lnet_list_append(&shared.contexts, &ctx->at_exit);
  uv_mutex_unlock(&shared.mutex);
  return 0;
}

/* In a child of fork a thread that is not there may have the mutex: then nobody looks at the list
   any more. */
void lnet_exit_remove(lnet_ctx *ctx) {
  if (ctx->pid == 0) return; /* it was not added */
  if (!lnet_exit_is_copy(ctx))
    uv_mutex_lock(&shared.mutex);
  else if (uv_mutex_trylock(&shared.mutex) != 0)
    return;
  lnet_list_remove(&ctx->at_exit);
  uv_mutex_unlock(&shared.mutex);
}

void lnet_exit_claim(lnet_ctx *ctx) {
  const uv_thread_t self = uv_thread_self();
  ctx->pid = uv_os_getpid();
  if (uv_thread_equal(&ctx->thread, &self)) return;
  uv_mutex_lock(&shared.mutex);
  ctx->thread = self;
  uv_mutex_unlock(&shared.mutex);
}

bool lnet_exit_is_copy(const lnet_ctx *ctx) {
  return ctx->pid != uv_os_getpid();
}
