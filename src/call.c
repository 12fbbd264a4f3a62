/* The door: protected calls into Lua, and what was raised in them. Knows no object of ours. */
#include "call.h"
#include "error.h"
#include "report.h"

int lnet_on_raise(lua_State *L) {
  lua_settop(L, 1);
  if (lua_type(L, 1) == LUA_TSTRING)
    lnet_report_add_traceback(L, 1);
  else if (lnet_is_error(L, 1))
    lnet_report_set_stack(L);
  return 1;
}

/* Protected: puts the error at 2 at the end of the queue of the context at 1. The queue is a table
   whose keys go up from ctx->errors_first, and is there while it is needed. [-0, +0, m] */
static int body_append(lua_State *L) {
  lnet_ctx *ctx = lua_touserdata(L, 1);
  if (lua_getiuservalue(L, 1, LNET_CTX_ERRORS) != LUA_TTABLE) {
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, 1, LNET_CTX_ERRORS);
    ctx->errors_first = 1;
  }
  lua_pushvalue(L, 2);
  lua_rawseti(L, -2, (lua_Integer)ctx->errors_first + ctx->errors - 1);
  ctx->errors++;
  return 0;
}

/* The first error has a slot of its own, so keeping it cannot fail; more of them, raised before
   net.run could return, are dropped where there is no memory. [-1, +0, -] */
void lnet_keep_error(lua_State *L, lnet_ctx *ctx) {
  lnet_ctx_push(L);
  lua_insert(L, -2);
  if (ctx->errors == 0) {
    lua_setiuservalue(L, -2, LNET_CTX_ERROR);
    ctx->errors = 1;
  } else {
    lua_pushcfunction(L, body_append);
    lua_insert(L, -3);
    if (lua_pcall(L, 2, 0, 0) == LUA_OK) lua_pushnil(L);
  }
  lua_pop(L, 1);
  ctx->halted = true;
  if (ctx->polling) uv_stop(ctx->loop);
}

/* Moves the oldest error of the queue to the slot of the first; the queue goes with the last. The
   context is on top. [-0, +0, -] */
static void next_error(lua_State *L, lnet_ctx *ctx) {
  const int top = lua_gettop(L);
  lua_getiuservalue(L, top, LNET_CTX_ERRORS);
  if (--ctx->errors > 0) {
    lua_rawgeti(L, top + 1, ctx->errors_first);
    lua_setiuservalue(L, top, LNET_CTX_ERROR);
    lua_pushnil(L);
    lua_rawseti(L, top + 1, ctx->errors_first++);
  } else {
    lua_pushnil(L);
    lua_setiuservalue(L, top, LNET_CTX_ERROR);
  }
  if (ctx->errors <= 1) {
    lua_pushnil(L);
    lua_setiuservalue(L, top, LNET_CTX_ERRORS);
  }
  lua_settop(L, top);
}

void lnet_raise_kept(lua_State *L, lnet_ctx *ctx) {
  if (ctx->errors == 0) return;
  lnet_ctx_push(L);
  lua_getiuservalue(L, -1, LNET_CTX_ERROR);
  lnet_report_prepare(L, ctx);
  lua_insert(L, -2);
  next_error(L, ctx);
  lua_pop(L, 1);
  lua_error(L);
}

/* Ends a protected call: keeps the error, closes the door. [-0|1, +0, -] */
LNET_HOT static bool leave_door(lua_State *L, lnet_ctx *ctx, int status) {
  if (status != LUA_OK) {
    ctx->told = NULL; /* what the body kept is gone */
    lnet_keep_error(L, ctx);
  }
  if (--ctx->depth == 0 && ctx->gathering != 0) ctx->flush(ctx);
  return status == LUA_OK;
}

LNET_HOT bool lnet_enter(lnet_ctx *ctx, lua_CFunction body, void *arg) {
  lua_State *L = ctx->L;
  lnet_assert(!ctx->shut);
#ifdef LNET_DEBUG
  const int before = lua_gettop(L);
#endif
  int handler = LNET_RUN_HANDLER; /* callbacks of libuv run in the frame of net.run */
  const bool inside = ctx->depth > 0 || !ctx->running;
  if (inside) {
    lua_pushcfunction(L, lnet_on_raise);
    handler = lua_gettop(L);
  }
  ctx->depth++;
  lua_pushcfunction(L, body);
  lua_pushlightuserdata(L, arg);
  const int status = lua_pcall(L, 1, 0, handler);
  if (inside) lua_remove(L, handler);
  const bool ok = leave_door(L, ctx, status);
#ifdef LNET_DEBUG
  lnet_assert(lua_gettop(L) == before);
#endif
  return ok;
}

bool lnet_call_kept(lua_State *L, lnet_ctx *ctx, int nargs) {
  const int function = lua_gettop(L) - nargs;
  ctx->depth++;
  lua_pushcfunction(L, lnet_on_raise);
  lua_insert(L, function);
  const int status = lua_pcall(L, nargs, 0, function);
  lua_remove(L, function);
  return leave_door(L, ctx, status);
}
