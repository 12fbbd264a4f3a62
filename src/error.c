/* Error objects: made here for C and for our Lua files alike, so that they cannot differ. */
#include "error.h"
#include "os.h"
#include "report.h"
#include <stdarg.h>
#include <string.h>

/* The first stack level that is the user's: neither C nor a file of ours. */
static int caller_level(lua_State *L) {
  lua_Debug ar;
  lnet_ctx_push(L);
  const lnet_ctx *ctx = lua_touserdata(L, -1);
  lua_pop(L, 1);
  if (ctx == NULL) return 1;
  lua_rawgeti(L, LUA_REGISTRYINDEX, ctx->own_source_ref);
  size_t len = 0;
  const char *own = lua_tolstring(L, -1, &len);
  int level = 1;
  for (; lua_getstack(L, level, &ar) != 0; level++) {
    lua_getinfo(L, "S", &ar);
    if (*ar.what == 'C') continue;
    if (own == NULL || strncmp(ar.source, own, len) != 0) break;
  }
  const bool found = lua_getstack(L, level, &ar) != 0;
  lua_pop(L, 1);
  return found ? level : 1;
}

/* Sets `stack` of the error on top: its text and the traceback from the caller on. [-0, +0, m] */
static void set_stack(lua_State *L) {
  const int error = lua_gettop(L);
  const int level = caller_level(L);
  lnet_report_push_details(L, error);
  lua_pushliteral(L, "\n");
  luaL_traceback(L, L, NULL, level);
  lua_concat(L, 3);
  lua_setfield(L, error, "stack");
  lua_settop(L, error);
}

/* [-0, +1, m] */
static void push_bare(lua_State *L, const char *name, const char *code, const char *message) {
  lua_createtable(L, 0, 6);
  lua_pushstring(L, name);
  lua_setfield(L, -2, "name");
  lua_pushstring(L, message);
  lua_setfield(L, -2, "message");
  if (code != NULL) {
    lua_pushstring(L, code);
    lua_setfield(L, -2, "code");
  }
  luaL_setmetatable(L, "lnet.Error");
}

void lnet_error_push(lua_State *L, const char *name, const char *code, const char *message) {
  push_bare(L, name, code, message);
  set_stack(L);
}

void lnet_error_push_system(lua_State *L, int err, const char *syscall, const char *address,
                            int port) {
  const char *code = lnet_os_error_name(err);
  if (address != NULL && port > 0)
    lua_pushfstring(L, "%s %s %s:%d", syscall, code, address, port);
  else if (address != NULL && *address != '\0')
    lua_pushfstring(L, "%s %s %s", syscall, code, address);
  else
    lua_pushfstring(L, "%s %s", syscall, code);
  push_bare(L, "Error", code, lua_tostring(L, -1));
  lua_pushinteger(L, err);
  lua_setfield(L, -2, "errno");
  lua_pushstring(L, syscall);
  lua_setfield(L, -2, "syscall");
  if (address != NULL) {
    lua_pushstring(L, address);
    lua_setfield(L, -2, "address");
  }
  if (port != 0) {
    lua_pushinteger(L, port);
    lua_setfield(L, -2, "port");
  }
  set_stack(L);
  lua_remove(L, -2);
}

int lnet_error_raise(lua_State *L, const char *name, const char *code, const char *format, ...) {
  va_list args;
  va_start(args, format);
  const char *message = lua_pushvfstring(L, format, args);
  va_end(args);
  lnet_error_push(L, name, code, message);
  return lua_error(L);
}

void lnet_error_push_top(lua_State *L, const char *name, const char *code) {
  push_bare(L, name, code, "");
  lua_insert(L, -2);
  lua_setfield(L, -2, "message");
  set_stack(L);
}

int lnet_error_raise_top(lua_State *L, const char *name, const char *code) {
  lnet_error_push_top(L, name, code);
  return lua_error(L);
}

int lnet_error_raise_this(lua_State *L, const char *class_name) {
  return lnet_error_raise(L, "TypeError", "ERR_INVALID_THIS",
                          "Value of \"this\" must be of type %s: call methods with a colon, "
                          "object:method(...)",
                          class_name);
}

int lnet_error_memory(lua_State *L) {
  lnet_ctx_push(L);
  lua_getiuservalue(L, -1, LNET_CTX_NO_MEMORY);
  return lua_error(L);
}

bool lnet_is_error(lua_State *L, int idx) {
  if (lua_type(L, idx) != LUA_TTABLE) return false;
  idx = lua_absindex(L, idx);
  lua_pushliteral(L, "message");
  const bool is = lua_rawget(L, idx) == LUA_TSTRING;
  lua_pop(L, 1);
  return is;
}

int lnet_l_newError(lua_State *L) {
  lua_settop(L, 4);
  push_bare(L, luaL_checkstring(L, 1), luaL_optstring(L, 2, NULL), luaL_checkstring(L, 3));
  lua_pushvalue(L, 3); /* with the bytes behind a 0, if there are some */
  lua_setfield(L, 5, "message");
  if (lua_istable(L, 4)) {
    for (lua_pushnil(L); lua_next(L, 4) != 0;) {
      lua_pushvalue(L, -2);
      lua_insert(L, -2);
      lua_rawset(L, 5);
    }
  }
  set_stack(L);
  return 1;
}

/* core.systemError(errno, syscall[, address[, port]]) */
int lnet_l_systemError(lua_State *L) {
  lnet_error_push_system(L, (int)luaL_checkinteger(L, 1), luaL_checkstring(L, 2),
                         luaL_optstring(L, 3, NULL), (int)luaL_optinteger(L, 4, 0));
  return 1;
}

int lnet_l_raiseThis(lua_State *L) {
  return lnet_error_raise_this(L, luaL_checkstring(L, 1));
}

/* core.ownSource(): chunk names that begin as that of the caller does, an init.lua, are ours, and
   never blamed. */
int lnet_l_ownSource(lua_State *L) {
  static const char file[] = "init.lua";
  const lnet_ctx *ctx = lnet_ctx_of(L);
  lua_Debug ar;
  if (lua_getstack(L, 1, &ar) == 0) return 0;
  lua_getinfo(L, "S", &ar);
  size_t len = strlen(ar.source);
  const size_t tail = sizeof file - 1;
  if (len >= tail && strcmp(ar.source + len - tail, file) == 0) len -= tail;
  lua_pushlstring(L, ar.source, len);
  lua_rawseti(L, LUA_REGISTRYINDEX, ctx->own_source_ref);
  return 0;
}

void lnet_error_init(lua_State *L, lnet_ctx *ctx) {
  lnet_report_init(L, ctx);
  lua_pop(L, 1);
  lua_pushboolean(L, 0); /* luaL_ref keeps no slot for nil */
  ctx->own_source_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  lnet_ctx_push(L);
  push_bare(L, "Error", "ENOMEM", "not enough memory");
  lua_pushliteral(L, "Error: not enough memory");
  lua_setfield(L, -2, "stack");
  lua_setiuservalue(L, -2, LNET_CTX_NO_MEMORY);
  lua_pop(L, 1);
}
