/* How many listeners an event may have, and the warning of one more: node v20's
   MaxListenersExceededWarning, by Lua's warnings. */
#include "limit.h"
#include "check.h"
#include "handler.h"
#include <string.h>

/* How many it may have by default. */
#define LISTENERS_MAX 10

struct warning {
  lnet_listeners at;
  int event;
  lua_Integer count;
};

/* Pushes what stands for the emitter at idx in a message: the name of its class, which a user's has
   as __name. [-0, +1, m] */
static void push_class_name(lua_State *L, int idx) {
  size_t len = 0;
  const char *name = NULL;
  if (luaL_getmetafield(L, idx, "__name") == LUA_TSTRING) name = lua_tolstring(L, -1, &len);
  if (name == NULL)
    lua_pushliteral(L, "EventEmitter");
  else
    lua_pushstring(L, strncmp(name, "net.", 4) == 0 ? name + 4 : name);
}

/* Protected: notes that it was told, and tells it by Lua's warnings. The emitter is at 1, its limit
   at 2, the key at 3. [-0, +0, e] */
static int body_warn(lua_State *L) {
  const struct warning *w = lua_touserdata(L, 4);
  lnet_listeners at = w->at;
  at.idx = 1;
  if (lnet_listeners_have_own(at, w->event)) {
    at.base->emitter.warned = true;
  } else {
    lnet_listeners_push(L, at, 3, w->event);
    if (lua_type(L, -1) == LUA_TTABLE) lnet_handler_set_warned(L, -1);
  }
  lua_settop(L, 4);
  lnet_name_push(L, at.ctx, 3);
  const char *name = luaL_tolstring(L, -1, NULL);
  push_class_name(L, 1);
  const char *class = lua_tostring(L, -1);
  int whole = 0;
  const lua_Integer limit = lua_tointegerx(L, 2, &whole);
  if (whole != 0) {
    lua_pushinteger(L, limit);
    lua_replace(L, 2);
  }
  lua_warning(L,
              lua_pushfstring(L,
                              "MaxListenersExceededWarning: Possible EventEmitter memory leak "
                              "detected. %I %s listeners added to [%s]. MaxListeners is %s. Use "
                              "emitter.setMaxListeners() to increase limit",
                              (LUAI_UACINT)w->count, name, class, luaL_tolstring(L, 2, NULL)),
              0);
  return 0;
}

void lnet_limit_check(lua_State *L, lnet_listeners at, int key, int event, lua_Integer count) {
  const int top = lua_gettop(L);
  struct warning w = {at, event, count + (lnet_listeners_have_own(at, event) ? 1 : 0)};
  const bool usual = at.base != NULL && !at.base->emitter.limited;
  if (w.count < 2 || (usual && w.count <= LISTENERS_MAX)) return;
  lnet_listeners_push_max(L, at);
  if (lua_isnil(L, -1)) {
    lua_pushinteger(L, LISTENERS_MAX);
    lua_replace(L, -2);
  }
  const lua_Number limit = lua_tonumber(L, -1);
  bool due = limit > 0 && (lua_Number)w.count > limit;
  if (due && lnet_listeners_have_own(at, event)) {
    due = !at.base->emitter.warned;
  } else if (due) {
    lnet_listeners_push(L, at, key, event);
    due = lua_type(L, -1) == LUA_TTABLE && !lnet_handler_is_warned(L, -1);
    lua_pop(L, 1);
  }
  if (due && lua_checkstack(L, LUA_MINSTACK)) {
    lua_pushcfunction(L, body_warn);
    lua_pushvalue(L, at.idx);
    lua_pushvalue(L, top + 1);
    lua_pushvalue(L, key);
    lua_pushlightuserdata(L, &w);
    lua_pcall(L, 4, 0, 0);
  }
  lua_settop(L, top);
}

/***
Sets how many listeners an event may have. One more is taken for a leak, and told of once for each
event by Lua's `warn` (which `warn("@on")` or `lua5.4 -W` turns on). Source: node v20.
@function setMaxListeners
@tparam number n 0: as many as you like
@return the emitter
@raise `ERR_INVALID_ARG_TYPE`, `ERR_OUT_OF_RANGE`
*/
int lnet_l_setMaxListeners(lua_State *L) {
  const lnet_listeners at = lnet_listeners_at(L, lnet_ctx_of(L), 1);
  lua_settop(L, 2);
  const double n = lnet_check_number(L, 2, "setMaxListeners");
  if (!(n >= 0)) lnet_check_range(L, 2, "setMaxListeners", ">= 0");
  lnet_listeners_set_max(L, at);
  return 1;
}

/*** How many listeners an event may have without a warning: what setMaxListeners set, or 10.
Source: node v20.
@function getMaxListeners */
int lnet_l_getMaxListeners(lua_State *L) {
  const lnet_listeners at = lnet_listeners_at(L, lnet_ctx_of(L), 1);
  lua_settop(L, 1);
  lnet_listeners_push_max(L, at);
  if (lua_isnil(L, -1)) lua_pushinteger(L, LISTENERS_MAX);
  return 1;
}
