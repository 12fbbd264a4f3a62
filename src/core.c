/* luaopen_lnet_core: registers what the other files have. No logic. The functions of this table
   are for the files in lua/lnet; users see what those make of it. */
#include "accept.h"
#include "attempt.h"
#include "bind.h"
#include "blocklist.h"
#include "buffer.h"
#include "channel.h"
#include "describe.h"
#include "emitter.h"
#include "error.h"
#include "gather.h"
#include "handoff.h"
#include "immediate.h"
#include "ip.h"
#include "lookup.h"
#include "loop.h"
#include "number.h"
#include "onread.h"
#include "open.h"
#include "os.h"
#include "process.h"
#include "server.h"
#include "sigint.h"
#include "socket.h"
#include "socketaddress.h"
#include "tick.h"
#include "timer.h"

/***
4 or 6 when the text is an IP address of that version, else 0. Source: node v20.
@function isIP
@param input
@treturn integer
*/
static int l_isIP(lua_State *L) {
  size_t len = 0;
  const char *text = lua_type(L, 1) == LUA_TSTRING ? lua_tolstring(L, 1, &len) : NULL;
  lua_pushinteger(L, text != NULL ? lnet_ip_version(text, len) : 0);
  return 1;
}

/* core.errorName(code), core.errorText(code): libuv's. */
static int l_errorName(lua_State *L) {
  lua_pushstring(L, lnet_os_error_name((int)luaL_checkinteger(L, 1)));
  return 1;
}

static int l_errorText(lua_State *L) {
  lua_pushstring(L, lnet_os_error_text((int)luaL_checkinteger(L, 1)));
  return 1;
}

/* core.isSocket(value), core.isServer(value) */
static int l_isSocket(lua_State *L) {
  lua_pushboolean(L, lnet_stream_test(L, 1) != NULL);
  return 1;
}

static int l_isServer(lua_State *L) {
  lua_pushboolean(L, lnet_class_test(L, 1, lnet_ctx_of(L)->server_meta) != NULL);
  return 1;
}

/* core.dup(fd): a copy of the descriptor, or libuv's code. */
static int l_dup(lua_State *L) {
  lua_pushinteger(L, lnet_os_dup((int)luaL_checkinteger(L, 1)));
  return 1;
}

/* core.loaded(): the table in which `require` finds what was loaded. */
static int l_loaded(lua_State *L) {
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  return 1;
}
#ifdef LNET_DEBUG
/* core.work(): steps that emitters have taken so far, see work.h. */
static int l_work(lua_State *L) {
  lua_pushinteger(L, lnet_ctx_of(L)->work);
  return 1;
}
#endif

/* core.defaultInterrupt(): Ctrl-C ends this process by the signal, as it ends node. */
static int l_defaultInterrupt(lua_State *L) {
  (void)L;
  lnet_sigint_default();
  return 0;
}

LNET_EXPORT int luaopen_lnet_core(lua_State *L);

LNET_EXPORT int luaopen_lnet_core(lua_State *L) {
  static const luaL_Reg functions[] = {
#ifdef LNET_DEBUG
      {"work", l_work},
#endif
      {"run", lnet_l_run},
      {"stop", lnet_l_stop},
      {"nextTick", lnet_l_nextTick},
      {"setTimeout", lnet_l_setTimeout},
      {"setInterval", lnet_l_setInterval},
      {"clearTimeout", lnet_l_clearTimeout},
      {"setImmediate", lnet_l_setImmediate},
      {"clearImmediate", lnet_l_clearImmediate},
      {"isIP", l_isIP},
      {"newError", lnet_l_newError},
      {"systemError", lnet_l_systemError},
      {"raiseThis", lnet_l_raiseThis},
      {"describe", lnet_l_describe},
      {"inspect", lnet_l_inspect},
      {"outOfRange", lnet_l_outOfRange},
      {"toNumber", lnet_l_toNumber},
      {"toInt32", lnet_l_toInt32},
      {"ownSource", lnet_l_ownSource},
      {"errorName", l_errorName},
      {"errorText", l_errorText},
      {"isSocket", l_isSocket},
      {"isServer", l_isServer},
      {"emit", lnet_l_emitKept},
      {"newSocket", lnet_l_newSocket},
      {"askBuffer", lnet_l_askBuffer},
      {"beginConnect", lnet_l_beginConnect},
      {"isConnecting", lnet_l_isConnecting},
      {"life", lnet_l_life},
      {"isPastClose", lnet_l_isPastClose},
      {"noteCallback", lnet_l_noteCallback},
      {"whenFree", lnet_l_whenFree},
      {"bindSocket", lnet_l_bindSocket},
      {"attempt", lnet_l_attempt},
      {"dropAttempt", lnet_l_dropAttempt},
      {"lookup", lnet_l_lookup},
      {"newServer", lnet_l_newServer},
      {"bind", lnet_l_bind},
      {"share", lnet_l_share},
      {"dup", l_dup},
      {"defaultInterrupt", l_defaultInterrupt},
      {"listen", lnet_l_listen},
      {"chmod", lnet_l_chmod},
      {"closeHandle", lnet_l_closeHandle},
      {"closeIfDrained", lnet_l_closeIfDrained},
      {"askForks", lnet_l_askForks},
      {"isPassable", lnet_l_isPassable},
      {"closeSent", lnet_l_closeSent},
      {"moveListener", lnet_l_moveListener},
      {"incoming", lnet_l_incoming},
      {"newChannel", lnet_l_newChannel},
      {"spawn", lnet_l_spawn},
      {"environment", lnet_l_environment},
      {"takeVariable", lnet_l_takeVariable},
      {"hasVariable", lnet_l_hasVariable},
      {"exit", lnet_l_exit},
      {"loaded", l_loaded},
      {"execPath", lnet_l_execPath},
      {"newSocketAddress", lnet_l_newSocketAddress},
      {"isSocketAddress", lnet_l_isSocketAddress},
      {"newBlockList", lnet_l_newBlockList},
      {"isBlockList", lnet_l_isBlockList},
      {NULL, NULL},
  };
  luaL_checkversion(L);
  lnet_ctx_push(L);
  if (lua_isuserdata(L, -1)) { /* loaded anew: the state's loop stays the one it has */
    lua_getiuservalue(L, -1, LNET_CTX_MODULE);
    if (lua_istable(L, -1)) return 1;
  }
  lnet_ctx *ctx = lnet_loop_new(L);
  lua_settop(L, 0);
  lnet_names_init(L, ctx);
  lnet_gather_init(L, ctx);
  lnet_timer_init(L, ctx);
  lua_newtable(L);
  lnet_ctx_setfuncs(L, ctx, functions);
  lnet_lookup_init(L, ctx);
  lnet_channel_init(L, ctx);
  lnet_process_init(L, ctx);
  lnet_emitter_init(L, ctx);
  lua_setfield(L, 1, "EventEmitter");
  lnet_buffer_init(L, ctx);
  lua_setfield(L, 1, "Buffer");
  lnet_socket_init(L, ctx);
  lua_setfield(L, 1, "Socket");
  lnet_server_init(L, ctx);
  lua_setfield(L, 1, "Server");
  lnet_socketaddress_init(L, ctx);
  lua_setfield(L, 1, "SocketAddress");
  lnet_blocklist_init(L, ctx);
  lua_setfield(L, 1, "BlockList");
  lnet_ctx_push(L);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, LNET_CTX_MODULE);
  lua_settop(L, 1);
  return 1;
}
