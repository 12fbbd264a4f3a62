/* Event names interned once: Lua keeps one copy of a short string, so that its address tells it. */
#include "names.h"

void lnet_names_init(lua_State *L, lnet_ctx *ctx) {
#define LNET_EVENT_TEXT(id, text) text,
  static const char *const names[] = {NULL, LNET_EVENTS(LNET_EVENT_TEXT)};
#undef LNET_EVENT_TEXT
  lua_createtable(L, LNET_EV_COUNT - 1, 0);
  for (int i = 1; i < LNET_EV_COUNT; i++) {
    ctx->event_names[i] = lua_pushstring(L, names[i]);
    lua_rawseti(L, -2, i);
  }
  ctx->names_ref = luaL_ref(L, LUA_REGISTRYINDEX);
}

int lnet_name_to_key(lua_State *L, const lnet_ctx *ctx, int idx) {
  switch (lua_type(L, idx)) {
  case LUA_TSTRING:
    break;
  case LUA_TNIL:
  case LUA_TNUMBER: /* as JavaScript, where each key is text */
    luaL_tolstring(L, idx, NULL);
    lua_replace(L, idx);
    break;
  default:
    return LNET_EV_NONE;
  }
  const int event = lnet_name_event(ctx, lua_tostring(L, idx));
  if (event == LNET_EV_NONE) return event;
  lua_pushinteger(L, event);
  lua_replace(L, idx);
  return event;
}

void lnet_name_push(lua_State *L, const lnet_ctx *ctx, int idx) {
  if (!lua_isinteger(L, idx)) {
    lua_pushvalue(L, idx);
    return;
  }
  const lua_Integer event = lua_tointeger(L, idx);
  lua_rawgeti(L, LUA_REGISTRYINDEX, ctx->names_ref);
  lua_rawgeti(L, -1, event);
  lua_remove(L, -2);
}
