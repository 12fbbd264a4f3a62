/* Checks of arguments. */
#include "check.h"
#include "describe.h"
#include "error.h"
#include <string.h>

int lnet_check_fail(lua_State *L, int idx, const char *name, const char *expected) {
  lnet_describe_type(L, idx); /* before the stack grows: it may be absent */
  lua_pushfstring(L, "The \"%s\" %s must be %s. Received ", name,
                  strchr(name, '.') != NULL ? "property" : "argument", expected);
  lua_insert(L, -2);
  lua_concat(L, 2);
  return lnet_error_raise_top(L, "TypeError", "ERR_INVALID_ARG_TYPE");
}

int lnet_check_refuse(lua_State *L, int idx, const char *name, const char *reason) {
  lnet_describe_value(L, idx); /* before the stack grows: it may be absent */
  lua_pushfstring(L, "The %s '%s' %s. Received ",
                  strchr(name, '.') != NULL ? "property" : "argument", name, reason);
  lua_insert(L, -2);
  lua_concat(L, 2);
  return lnet_error_raise_top(L, "TypeError", "ERR_INVALID_ARG_VALUE");
}

void lnet_check_function(lua_State *L, int idx, const char *name) {
  if (!lua_isfunction(L, idx)) lnet_check_fail(L, idx, name, "of type function");
}

double lnet_check_number(lua_State *L, int idx, const char *name) {
  if (lua_type(L, idx) != LUA_TNUMBER) lnet_check_fail(L, idx, name, "of type number");
  return (double)lua_tonumber(L, idx);
}

void lnet_check_open(lua_State *L, const lnet_ctx *ctx) {
  if (ctx->shut) luaL_error(L, "lnet: the loop of this state is closed");
}

int lnet_check_range(lua_State *L, int idx, const char *name, const char *range) {
  lnet_describe_range(L, idx); /* before the stack grows: it may be absent */
  lua_pushfstring(L, "The value of \"%s\" is out of range. It must be %s. Received ", name, range);
  lua_insert(L, -2);
  lua_concat(L, 2);
  return lnet_error_raise_top(L, "RangeError", "ERR_OUT_OF_RANGE");
}

lnet_encoding lnet_check_encoding(lua_State *L, int idx, lnet_encoding fallback) {
  if (lua_isnoneornil(L, idx)) return fallback;
  size_t len = 0;
  const char *name = lua_type(L, idx) == LUA_TSTRING ? lua_tolstring(L, idx, &len) : NULL;
  if (name != NULL && (len == 0 || strcmp(name, "buffer") == 0)) return fallback;
  const int encoding = name == NULL ? -1 : lnet_encoding_find(name, len);
  if (encoding >= 0) return (lnet_encoding)encoding;
  lua_pushliteral(L, "Unknown encoding: ");
  luaL_tolstring(L, idx < 0 ? idx - 1 : idx, NULL);
  lua_concat(L, 2);
  lnet_error_raise_top(L, "TypeError", "ERR_UNKNOWN_ENCODING");
  return fallback;
}
