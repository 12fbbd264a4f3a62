/* Class Server: properties, and when 'close' comes. Listening is in listen.lua and bind.c. */
#include "server.h"
#include "addr.h"
#include "blocklist.h"
#include "call.h"
#include "check.h"
#include "error.h"
#include "inspect.h"
#include "number.h"
#include "open.h"
#include <string.h>

lnet_server *lnet_check_server(lua_State *L, int idx) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lnet_server *server = lnet_class_check(L, idx, ctx->server_meta, "Server");
  lnet_check_open(L, ctx);
  if (lnet_ticks_reserve(ctx) != 0) lnet_error_memory(L);
  return server;
}

static void close_tick(lnet_object *object) {
  lnet_emit_plain(&((lnet_server *)object)->base, LNET_EV_CLOSE);
}

/* node's _emitCloseIfDrained. */
static void close_if_drained(lnet_server *server) {
  if (server->listener == NULL && server->connections == 0 && server->asking == 0)
    lnet_tick(&server->base.object, close_tick);
}

lnet_server *lnet_server_forget(lnet_stream *s) {
  lnet_server *server = lnet_stream_server(s);
  s->s &= ~(uint32_t)S_ACCEPTED;
  if ((s->s & S_PIPED) == 0) s->h.handle.data = s;
  if (server != NULL) server->connections--;
  return server;
}

void lnet_server_disconnected(lnet_stream *s) {
  lnet_server *server = lnet_server_forget(s);
  if (server == NULL) return;
  close_if_drained(server);
  lnet_object_release(&server->base.object);
}

int lnet_l_closeIfDrained(lua_State *L) {
  lnet_server *server = lnet_check_server(L, 1);
  lnet_object_hold(L, 1, &server->base.object);
  close_if_drained(server);
  lnet_object_release(&server->base.object);
  return 0;
}

int lnet_l_askForks(lua_State *L) {
  lnet_server *server = lnet_check_server(L, 1);
  server->uses_forks = true;
  server->asking = (uint32_t)((lua_Integer)server->asking + luaL_checkinteger(L, 2));
  return 0;
}

/* Gives the server on top a family of metatables for its sockets. [-0, +0, m] */
static void set_socket_meta(lua_State *L, lnet_ctx *ctx) {
  const int server = lua_gettop(L);
  lua_rawgeti(L, LUA_REGISTRYINDEX, ctx->socket_meta_ref);
  lua_rawgeti(L, -1, LNET_META_FAMILY);
  lua_rawgeti(L, -1, 1);
  lnet_class_family(L, -1, server);
  lua_rawgeti(L, -1, LNET_METAS);
  lua_setiuservalue(L, server, UV_SOCKET_META);
  lua_settop(L, server);
}

int lnet_l_newServer(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lnet_check_open(L, ctx);
  lua_settop(L, 1);
  const bool given = lua_istable(L, 1);
  int delay = 0;
  uint32_t mark = LNET_HIGH_WATER_MARK;
  bool flags[4] = {false, false, false, false};
  if (given) {
    static const char *const names[] = {"allowHalfOpen", "pauseOnConnect", "noDelay", "keepAlive"};
    for (int i = 0; i < 4; i++) {
      lua_getfield(L, 1, names[i]);
      flags[i] = lua_toboolean(L, -1);
      lua_pop(L, 1);
    }
    if (lua_getfield(L, 1, "keepAliveInitialDelay") != LUA_TNIL) {
      const double ms = lnet_check_number(L, -1, "options.keepAliveInitialDelay");
      if (ms >= 1000 && ms < 2147483647000.0) delay = (int)(ms / 1000);
    }
    if (lua_getfield(L, 1, "highWaterMark") != LUA_TNIL) {
      const double bytes = lnet_check_number(L, -1, "options.highWaterMark");
      if (bytes >= 0) mark = bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes;
    }
    lua_settop(L, 1);
  }
  lnet_server *server = lua_newuserdatauv(L, sizeof *server, UV_SERVER_VALUES);
  memset(server, 0, sizeof *server);
  lnet_object_init(&server->base.object, ctx, ctx->server_class);
  server->half_open = flags[0];
  server->pause_on_connect = flags[1];
  server->no_delay = flags[2];
  server->keep_alive = flags[3];
  server->keep_alive_delay = delay;
  server->high_water_mark = mark;
  lua_rawgeti(L, LUA_REGISTRYINDEX, ctx->server_meta_ref);
  lua_setmetatable(L, -2);
  set_socket_meta(L, ctx);
  return 1;
}

/***
The address that the server is bound to. Source: node v20.
@function address
@treturn table|string|nil `{ address = , family = , port = }`; the path; nil when it is not bound
*/
static int l_address(lua_State *L) {
  lnet_server *server = lnet_check_server(L, 1);
  if (server->listener != NULL && !server->listener->is_pipe) {
    const int status = lnet_addr_push_of(L, &server->listener->h.tcp, uv_tcp_getsockname);
    if (status == 0) return 1;
    lnet_error_push_system(L, status, "address", NULL, 0);
    return lua_error(L);
  }
  lua_getfield(L, 1, "_pipeName");
  return 1;
}

/***
Tells the number of connections. Source: node v20.
@function getConnections
@tparam function callback `callback(err, count)`
@return the server
@raise `ERR_INVALID_ARG_TYPE`
*/
static int l_getConnections(lua_State *L) {
  lnet_server *server = lnet_check_server(L, 1);
  lnet_check_function(L, 2, "callback");
  lua_settop(L, 2);
  lua_pushnil(L);
  lua_pushinteger(L, server->connections);
  lnet_tick_push(L, server->base.object.ctx, 2);
  return 1;
}

void lnet_server_set_ref(lnet_listener *listener, bool refed) {
  uv_handle_t *handle = listener->polls ? (uv_handle_t *)&listener->poll : &listener->h.handle;
  if (refed)
    uv_ref(handle);
  else
    uv_unref(handle);
}

static int set_ref(lua_State *L, bool refed) {
  lnet_server *server = lnet_check_server(L, 1);
  server->unrefed = !refed;
  if (server->listener != NULL) lnet_server_set_ref(server->listener, refed);
  lua_settop(L, 1);
  return 1;
}

/*** Has net.run wait for this server, as it does by default. Source: node v20.
@function ref */
static int l_ref(lua_State *L) {
  return set_ref(L, true);
}

/*** Lets net.run return although this server listens. Source: node v20.
@function unref */
static int l_unref(lua_State *L) {
  return set_ref(L, false);
}

/* __close: closes a server that listens. */
static int l_close(lua_State *L) {
  const lnet_ctx *ctx = lnet_ctx_of(L);
  const lnet_server *server = lnet_class_test(L, 1, ctx->server_meta);
  if (ctx->shut || server == NULL || server->listener == NULL) return 0;
  lua_getfield(L, 1, "close");
  lua_pushvalue(L, 1);
  lua_call(L, 1, 0);
  return 0;
}

static const lnet_emitter_class emitter_class = {.hot = LNET_EV_CONNECTION};
static const lnet_object_class object_class = {.on_close =
                                                   lnet_stream_on_close, /* its streams' data */
                                               .emitter = &emitter_class};

enum {
  P_LISTENING = 1,
  P_CONNECTIONS,
  P_MAX_CONNECTIONS,
  P_FD,
  P_HALF_OPEN,
  P_PAUSE,
  P_NO_DELAY,
  P_KEEP_ALIVE,
  P_KEEP_ALIVE_DELAY,
  P_MARK,
  P_BLOCK_LIST,
};

static void push_fd(lua_State *L, const lnet_server *server) {
  uv_os_fd_t fd;
  if (server->listener != NULL && uv_fileno(&server->listener->h.handle, &fd) == 0)
    lua_pushinteger(L, (lua_Integer)fd);
  else
    lua_pushnil(L);
}

static int get(lua_State *L, void *object, int number) {
  const lnet_server *server = object;
  switch (number) {
  case P_LISTENING:
    lua_pushboolean(L, server->listener != NULL);
    break;
  case P_CONNECTIONS:
    if (server->uses_forks) /* node: unknown here, getConnections asks */
      lua_pushnil(L);
    else
      lua_pushinteger(L, server->connections);
    break;
  case P_MAX_CONNECTIONS:
    lua_getiuservalue(L, 1, UV_MAX_CONNECTIONS);
    break;
  case P_FD:
    push_fd(L, server);
    break;
  case P_HALF_OPEN:
    lua_pushboolean(L, server->half_open);
    break;
  case P_PAUSE:
    lua_pushboolean(L, server->pause_on_connect);
    break;
  case P_NO_DELAY:
    lua_pushboolean(L, server->no_delay);
    break;
  case P_KEEP_ALIVE:
    lua_pushboolean(L, server->keep_alive);
    break;
  case P_BLOCK_LIST:
    lua_getiuservalue(L, 1, UV_BLOCK_LIST);
    break;
  case P_KEEP_ALIVE_DELAY:
    lua_pushinteger(L, server->keep_alive_delay);
    break;
  default:
    lua_pushinteger(L, server->high_water_mark);
  }
  return 1;
}

static void set(lua_State *L, void *object, int number) {
  lnet_server *server = object;
  const bool on = lua_toboolean(L, 3);
  const double value = lnet_number(L, 3);
  switch (number) {
  case P_MAX_CONNECTIONS:
    lua_setiuservalue(L, 1, UV_MAX_CONNECTIONS);
    server->max_connections = value;
    break;
  case P_BLOCK_LIST:
    server->block_list = lnet_blocklist_opt(L, server->base.object.ctx, 3, "blockList");
    lua_setiuservalue(L, 1, UV_BLOCK_LIST);
    break;
  case P_HALF_OPEN:
    server->half_open = on;
    break;
  case P_PAUSE:
    server->pause_on_connect = on;
    break;
  case P_NO_DELAY:
    server->no_delay = on;
    break;
  case P_KEEP_ALIVE:
    server->keep_alive = on;
    break;
  case P_KEEP_ALIVE_DELAY:
    server->keep_alive_delay = value > 0 && value <= INT32_MAX ? (int)value : 0;
    break;
  default:
    server->high_water_mark =
        value >= 0 && value <= UINT32_MAX ? (uint32_t)value : LNET_HIGH_WATER_MARK;
  }
}

void lnet_server_init(lua_State *L, lnet_ctx *ctx) {
  static const luaL_Reg methods[] = {
      LNET_EMITTER_METHODS, {"address", l_address}, {"getConnections", l_getConnections},
      {"ref", l_ref},       {"unref", l_unref},     {NULL, NULL}};
  static const lnet_property properties[] = {{"listening", P_LISTENING, false},
                                             {"connections", P_CONNECTIONS, false},
                                             {"maxConnections", P_MAX_CONNECTIONS, true},
                                             {"fd", P_FD, false},
                                             {"allowHalfOpen", P_HALF_OPEN, true},
                                             {"pauseOnConnect", P_PAUSE, true},
                                             {"noDelay", P_NO_DELAY, true},
                                             {"keepAlive", P_KEEP_ALIVE, true},
                                             {"keepAliveInitialDelay", P_KEEP_ALIVE_DELAY, true},
                                             {"highWaterMark", P_MARK, true},
                                             {"blockList", P_BLOCK_LIST, true},
                                             {NULL, 0, false}};
  static const lnet_class_spec spec = {.name = "Server",
                                       .size = sizeof(lnet_server),
                                       .kind_at = offsetof(lnet_object, cls),
                                       .kind = &object_class,
                                       .methods = methods,
                                       .properties = properties,
                                       .get = get,
                                       .set = set,
                                       .inspect = lnet_inspect_server,
                                       .close = l_close};
  ctx->server_class = &object_class; /* emitters are known by it, also before there is a server */
  lnet_class_new(L, ctx, &spec, &ctx->server_meta, &ctx->server_meta_ref);
}
