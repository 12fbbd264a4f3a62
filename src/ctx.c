/* The context of a Lua state, as our functions find it. loop.c makes and ends it. */
#include "ctx.h"

static const char ctx_key = 0; /* its address is the context's key in the registry */

void lnet_ctx_push(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &ctx_key);
}

void lnet_ctx_register(lua_State *L) {
  lua_rawsetp(L, LUA_REGISTRYINDEX, &ctx_key);
}

void lnet_ctx_setfuncs(lua_State *L, lnet_ctx *ctx, const luaL_Reg *functions) {
  lua_pushlightuserdata(L, ctx);
  luaL_setfuncs(L, functions, 1);
}
