/* The context of a Lua state and its loop. At the end of the state the context is finalised last:
   it closes what is open and runs the loop dry without entering Lua. */
#include "loop.h"
#include "alarm.h"
#include "call.h"
#include "check.h"
#include "class.h"
#include "error.h"
#include "exit.h"
#include "immediate.h"
#include "interrupt.h"
#include "lookup.h"
#include "object.h"
#include "os.h"
#include "owed.h"
#include "tick.h"
#include <stdlib.h>
#include <string.h>

/* Closes a handle that the objects have left open. Its data tells how. */
static void close_handle(uv_handle_t *handle, void *arg) {
  (void)arg;
  if (uv_is_closing(handle)) return;
  const lnet_object *object = handle->data;
  uv_close(handle, object->cls->on_close);
}

/* Ends the closing of a handle that libuv has lost, see run_dry. */
static void end_close(uv_handle_t *handle, void *arg) {
  (void)arg;
  const lnet_object *object = handle->data;
  object->cls->on_close(handle);
}

/* Runs the loop until nothing is left. Inside a callback (os.exit closes the state, and the process
   ends) libuv may have lists on the stack below that it will not come back to, of handles that it
   closes: their requests would be waited for in vain. Lookups have to be waited for even then. */
static void run_dry(lnet_ctx *ctx) {
  if (!ctx->polling) {
    while (uv_run(ctx->loop, UV_RUN_DEFAULT) != 0)
      continue;
    return;
  }
  while (ctx->lookups != NULL)
    uv_run(ctx->loop, UV_RUN_ONCE);
  for (int i = 0; i < 2; i++) /* after uv_stop the first one does nothing */
    uv_run(ctx->loop, UV_RUN_NOWAIT);
  uv_walk(ctx->loop, end_close, NULL);
}

/* __gc of the context. [-0, +0, -] */
static int l_gc(lua_State *L) {
  lnet_ctx *ctx = lua_touserdata(L, 1);
  if (ctx->loop == NULL || ctx->shut) return 0;
  const bool copy = lnet_exit_is_copy(ctx);
  if (!copy && ctx->send_last != NULL) ctx->send_last(ctx); /* what was accepted, if it can */
  ctx->shut = true;
  lnet_exit_remove(ctx);
  if (copy) { /* what would be closed here is the parent's; the process ends, too */
    lnet_interrupt_forget(ctx);
    return 0;
  }
  lnet_interrupt_end(ctx);
  ctx->held = NULL; /* what is owed never comes */
  lnet_lookups_cancel(ctx);
  lnet_interrupt_close(ctx);
  lnet_alarms_close(ctx);
  lnet_immediates_close(ctx);
  uv_walk(ctx->loop, close_handle, NULL);
  run_dry(ctx);
  const int status = uv_loop_close(ctx->loop);
  lnet_assert(status == 0 || ctx->polling);
  (void)status;
  if (ctx->free_colds != NULL) ctx->free_colds(ctx);
  lnet_alarms_free(ctx);
  lnet_immediates_free(ctx);
  lnet_ticks_free(ctx);
  free(ctx->slab);
  free(ctx->arena);
  ctx->slab = ctx->arena = NULL;
  ctx->loop = NULL;
  ctx->running = ctx->polling = false; /* finalizers may still call our functions */
  return 0;
}

lnet_ctx *lnet_loop_new(lua_State *L) {
  lnet_ctx *ctx = lua_newuserdatauv(L, sizeof *ctx, LNET_CTX_VALUES);
  memset(ctx, 0, sizeof *ctx);
  lua_newtable(L); /* its metatable, before there is anything to free */
  lua_pushcfunction(L, l_gc);
  lua_setfield(L, -2, "__gc");
  lua_setmetatable(L, -2);
  lnet_ctx_register(L);
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  ctx->main = ctx->L = lua_tothread(L, -1);
  lua_pop(L, 1);
  lnet_list_init(&ctx->colds);
  lnet_list_init(&ctx->at_exit);
  int status = uv_loop_init(&ctx->own_loop);
  if (status == 0) {
    ctx->loop = &ctx->own_loop;
    lnet_interrupt_init(ctx);
    status = lnet_exit_add(ctx);
  }
  if (status != 0) luaL_error(L, "lnet: no loop: %s", uv_strerror(status));
  lnet_os_keep_heap(LNET_HEAP_KEPT);
  ctx->slab = malloc(LNET_SLAB_SIZE);
  if (ctx->slab == NULL || lnet_ticks_reserve(ctx) != 0) luaL_error(L, "not enough memory");
  lua_newtable(L);
  lua_newtable(L);
  lua_pushliteral(L, "v");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  ctx->weak_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  lnet_error_init(L, ctx);
  lnet_alarms_init(L, ctx);
  lnet_immediate_init(L, ctx);
  lnet_ticks_init(L, ctx);
  lnet_os_ignore_sigpipe();
  return ctx;
}

struct search {
  lua_Integer fd;
  bool found;
};

static void compare_fd(uv_handle_t *handle, void *arg) {
  struct search *search = arg;
  uv_os_fd_t fd;
  if (uv_fileno(handle, &fd) == 0 && (lua_Integer)fd == search->fd) search->found = true;
}

/* libuv looks too, but does not see a handle that neither reads nor writes at the moment. One that
   is being closed has given its number back already. */
bool lnet_loop_has_fd(const lnet_ctx *ctx, int fd) {
  struct search search = {fd, lnet_os_loop_has_fd(ctx->loop, fd)};
  if (!search.found) uv_walk(ctx->loop, compare_fd, &search);
  return search.found;
}

static uv_run_mode check_mode(lua_State *L) {
  static const char *const names[] = {"default", "once", "nowait"};
  static const uv_run_mode modes[] = {UV_RUN_DEFAULT, UV_RUN_ONCE, UV_RUN_NOWAIT};
  if (lua_isnoneornil(L, 1)) return UV_RUN_DEFAULT;
  if (lua_type(L, 1) != LUA_TSTRING) lnet_check_fail(L, 1, "mode", "of type string");
  const char *mode = lua_tostring(L, 1);
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
    if (strcmp(mode, names[i]) == 0) return modes[i];
  lnet_check_refuse(L, 1, "mode", "must be one of: 'default', 'once', 'nowait'");
  return UV_RUN_DEFAULT;
}

/* Whether a Lua function is of our files. bin/lnet does not count: it runs scripts. [-0, +0, -] */
static bool is_own_source(lua_State *L, const lnet_ctx *ctx, const char *source) {
  size_t len = 0;
  lua_rawgeti(L, LUA_REGISTRYINDEX, ctx->own_source_ref);
  const char *own = lua_tolstring(L, -1, &len);
  lua_pop(L, 1);
  return own != NULL && strncmp(source, own, len) == 0 && strcmp(source + len, "cli.lua") != 0;
}

/* Whether the C function on top is one of ours, in the middle of something. A program's own call of
   emit is not: there is nothing behind it that counts on anything. [-1, +0, -] */
static bool is_step_of_ours(lua_State *L, const lnet_ctx *ctx) {
  const lua_CFunction function = lua_tocfunction(L, -1);
  bool ours = lnet_class_is_lookup(function);
  if (!ours && function != lnet_l_run && function != ctx->emit &&
      lua_getupvalue(L, -1, 1) != NULL) {
    ours = lua_touserdata(L, -1) == ctx;
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return ours;
}

/* Whether a function of ours has called the program, and has not returned: a listener of
   'newListener', a custom lookup, a finalizer that an allocation of ours has run. Our Lua functions
   that are directly behind net.run are those that run the loop for the program.
   `thread`: the coroutine to look at. [-0, +0, -] */
static bool is_called_back(lua_State *L, const lnet_ctx *ctx, lua_State *thread) {
  lua_Debug ar;
  bool program = thread != L; /* one of the program's functions is above */
  if (!lua_checkstack(thread, LUA_MINSTACK)) return false;
  for (int level = 0; lua_getstack(thread, level, &ar) != 0; level++) {
    lua_getinfo(thread, "fS", &ar);
    if (*ar.what == 'C') {
      if (is_step_of_ours(thread, ctx)) return true;
      continue;
    }
    lua_pop(thread, 1);
    const bool own = is_own_source(thread, ctx, ar.source);
    if (own && program) return true;
    if (!own) program = true;
  }
  return thread != ctx->main && is_called_back(L, ctx, ctx->main);
}

static bool alive(const lnet_ctx *ctx) {
  return uv_loop_alive(ctx->loop) != 0 || ctx->tick_count > 0 || ctx->held != NULL;
}

/***
Runs the loop.
@function run
@tparam[opt="default"] string mode `"default"`: until nothing referenced is left; `"once"`: one
round; `"nowait"`: one round without blocking
@treturn boolean whether referenced handles or callbacks are left
@raise what a listener raised; `ERR_INVALID_ARG_VALUE`; inside a callback
*/
int lnet_l_run(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lnet_check_open(L, ctx);
  const uv_run_mode mode = check_mode(L);
  if (ctx->running || ctx->depth > 0 || is_called_back(L, ctx, L))
    lnet_error_raise(L, "Error", "ERR_LOOP_RUNNING", "net.run cannot be called inside a callback");
  lnet_raise_kept(L, ctx);
  luaL_checkstack(L, 2 * LUA_MINSTACK, NULL);
  lua_settop(L, LNET_RUN_HANDLER);
  lua_pushcfunction(L, lnet_on_raise);
  lua_replace(L, LNET_RUN_HANDLER);
  lnet_exit_claim(ctx);
  ctx->hook = lua_gethook(ctx->main);
  ctx->running = true;
  ctx->L = L;
  ctx->halted = false;
  lnet_alarms_resume(ctx);
  /* What is run before the poll makes the round of "once": then it does not block. */
  const bool owed = ctx->held != NULL; /* since a run that was halted */
  const bool busy = ctx->tick_count > 0 || owed;
  lnet_leave(ctx);
  if (owed) lnet_objects_resume(ctx);
  if (!ctx->halted) {
    ctx->polling = true;
    if (mode != UV_RUN_NOWAIT) lnet_interrupt_begin(ctx);
    uv_run(ctx->loop, mode == UV_RUN_ONCE && busy ? UV_RUN_NOWAIT : mode);
    ctx->polling = false;
    lnet_interrupt_end(ctx);
  }
  ctx->running = false;
  ctx->L = ctx->main;
  if (ctx->interrupted) lnet_interrupt_raise(L, ctx);
  lnet_raise_kept(L, ctx);
  lua_pushboolean(L, alive(ctx));
  return 1;
}

/*** Makes net.run return before any further I/O; outside of it there is nothing to stop.
@function stop */
int lnet_l_stop(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  if (!ctx->running) return 0;
  ctx->halted = true;
  if (ctx->polling) uv_stop(ctx->loop);
  return 0;
}
