/* Event names interned once: Lua keeps one copy of a short string, so that its address tells it. */
#include "names.h"

void lnet_names_init(lua_State *L, lnet_ctx *ctx) {
#define LNET_EVENT_TEXT(id, text) text,
  static const char *const names[] = {NULL, LNET_EVENTS(LNET_EVENT_TEXT)};
#undef LNET_EVENT_TEXT
  lua_createtable(L, LNET_EV_COUNT - 1, 0);
  for (int i = 1; i < LNET_EV_COUNT; i++) {
    lua_pushstring(L, names[i]);
    ctx->event_names[i] = lua_topointer(L, -1);
    lua_rawseti(L, -2, i);
  }
  ctx->names_ref = luaL_ref(L, LUA_REGISTRYINDEX);
}

/* Replaces the number at idx by the text that tells it from others: 1 and 1.0 are the same, and so
   is each NaN. [-0, +0, m] */
static void number_to_text(lua_State *L, int idx) {
  int whole = 0;
  const lua_Integer integer = lua_tointegerx(L, idx, &whole);
  const lua_Number number = lua_tonumber(L, idx);
  if (whole != 0)
    lua_pushinteger(L, integer);
  else if (number != number)
    lua_pushliteral(L, "nan");
  else
    lua_pushnumber(L, number);
  lua_tostring(L, -1); /* in its place */
  lua_replace(L, idx);
}

int lnet_name_to_key(lua_State *L, const lnet_ctx *ctx, int idx) {
  switch (lua_type(L, idx)) {
  case LUA_TSTRING:
    break;
  case LUA_TNIL:
  case LUA_TBOOLEAN: /* as JavaScript, where each key is text */
    luaL_tolstring(L, idx, NULL);
    lua_replace(L, idx);
    break;
  case LUA_TNUMBER:
    number_to_text(L, idx);
    break;
  default:
    return LNET_EV_NONE;
  }
  const int event = lnet_name_event(ctx, lua_topointer(L, idx));
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
