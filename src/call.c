/* The door: protected calls into Lua, and what was raised in them. Knows no object of ours. */
#include "call.h"
#include "tick.h"

static const char ctx_key = 0;

void lnet_ctx_push(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &ctx_key);
}

/* Shared by loop.c, which makes the context. [-1, +0, m] */
void lnet_ctx_register(lua_State *L);
void lnet_ctx_register(lua_State *L) {
  lua_rawsetp(L, LUA_REGISTRYINDEX, &ctx_key);
}

void lnet_ctx_setfuncs(lua_State *L, lnet_ctx *ctx, const luaL_Reg *functions) {
  lua_pushlightuserdata(L, ctx);
  luaL_setfuncs(L, functions, 1);
}

int lnet_on_raise(lua_State *L) {
  if (lua_type(L, 1) == LUA_TSTRING) {
    luaL_traceback(L, L, lua_tostring(L, 1), 1);
    return 1;
  }
  if (lua_type(L, 1) != LUA_TTABLE) return 1;
  lua_pushliteral(L, "message");
  const bool has_message = lua_rawget(L, 1) == LUA_TSTRING;
  lua_pushliteral(L, "stack");
  const bool has_stack = lua_rawget(L, 1) != LUA_TNIL;
  if (has_message && !has_stack) {
    lua_pushliteral(L, "stack");
    luaL_traceback(L, L, lua_tostring(L, -3), 1);
    lua_rawset(L, 1);
  }
  lua_settop(L, 1);
  return 1;
}

/* The first error has a slot of its own, so keeping it cannot fail; more of them, raised before
   net.run could return, go to a sequence, or replace nothing where there is no memory. [-1,+0,-] */
static int append_error(lua_State *L) {
  lua_rawseti(L, 1, (lua_Integer)lua_rawlen(L, 1) + 1);
  return 0;
}

void lnet_keep_error(lua_State *L, lnet_ctx *ctx) {
  if (ctx->errors == 0) {
    lnet_ctx_push(L);
    lua_insert(L, -2);
    lua_setiuservalue(L, -2, LNET_CTX_ERROR);
    lua_pop(L, 1);
    ctx->errors = 1;
  } else {
    lnet_ctx_push(L);
    lua_getiuservalue(L, -1, LNET_CTX_ERRORS);
    lua_remove(L, -2);
    lua_pushcfunction(L, append_error);
    lua_insert(L, -2);
    lua_pushvalue(L, -3);
    if (lua_pcall(L, 2, 0, 0) == LUA_OK)
      ctx->errors++;
    else
      lua_pop(L, 1); /* no memory to tell of a second error: the first is told */
    lua_pop(L, 1);
  }
  ctx->halted = true;
  if (ctx->polling) uv_stop(ctx->loop);
}

void lnet_raise_kept(lua_State *L, lnet_ctx *ctx) {
  if (ctx->errors == 0) return;
  ctx->errors--;
  lnet_ctx_push(L);
  lua_getiuservalue(L, -1, LNET_CTX_ERROR);
  lua_getiuservalue(L, -2, LNET_CTX_ERRORS);
  const lua_Integer more = (lua_Integer)lua_rawlen(L, -1);
  if (more > 0) { /* the oldest of the rest moves up */
    lua_rawgeti(L, -1, 1);
    for (lua_Integer i = 1; i < more; i++) {
      lua_rawgeti(L, -2, i + 1);
      lua_rawseti(L, -3, i);
    }
    lua_pushnil(L);
    lua_rawseti(L, -3, more);
  } else {
    lua_pushnil(L);
  }
  lua_setiuservalue(L, -4, LNET_CTX_ERROR);
  lua_pop(L, 1);
  lua_error(L);
}

/* Ends a protected call: keeps the error, closes the door. [-0|1, +0, -] */
LNET_HOT static bool leave_door(lua_State *L, lnet_ctx *ctx, int status) {
  if (status != LUA_OK) lnet_keep_error(L, ctx);
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

LNET_HOT void lnet_leave_busy(lnet_ctx *ctx) {
  if (ctx->gathering != 0) ctx->flush(ctx);
  if (ctx->tick_count > 0) lnet_ticks_run(ctx);
}
