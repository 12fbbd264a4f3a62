/* Class Socket: methods and properties. */
#include "socket.h"
#include "addr.h"
#include "attempt.h"
#include "call.h"
#include "check.h"
#include "error.h"
#include "gather.h"
#include "pipe.h"
#include "reader.h"
#include "server.h"
#include "sockopt.h"
#include "write.h"
#include "writer.h"
#include <math.h>
#include <string.h>

/***
Ends all I/O of the socket. Source: node v20, socket.destroy.
@function destroy
@param[opt] exception what 'error' tells; none without it
@return the socket
*/
static int l_destroy(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  lua_settop(L, 2);
  if (lua_toboolean(L, 2)) {
    lnet_stream_destroy_value(L, 1, s, 2);
  } else {
    lnet_object_hold(L, 1, &s->base.object);
    lnet_stream_destroy(s, lnet_fault_of(LNET_FAULT_NONE));
    lnet_object_release(&s->base.object);
  }
  lua_settop(L, 1);
  return 1;
}

/***
Closes the connection with a reset. Source: node v20, socket.resetAndDestroy.
@function resetAndDestroy
@return the socket
@raise `ERR_INVALID_HANDLE_TYPE` unless it is a TCP socket
*/
static int l_resetAndDestroy(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  lua_settop(L, 1);
  if ((s->s & S_HANDLE) != 0 && (s->s & S_PIPE) != 0)
    lnet_error_raise(L, "TypeError", "ERR_INVALID_HANDLE_TYPE", "This handle type cannot be sent");
  lnet_object_hold(L, 1, &s->base.object);
  if ((s->s & S_HANDLE) == 0) {
    lnet_stream_destroy(s, lnet_fault_of(LNET_FAULT_CLOSED));
  } else if ((s->s & S_CONNECTING) != 0) {
    s->s |= S_RESET_ON_CONNECT;
  } else {
    s->s |= S_RESET;
    lnet_stream_destroy(s, lnet_fault_of(LNET_FAULT_NONE));
  }
  lnet_object_release(&s->base.object);
  return 1;
}

/* Where the property `timeout` is. [-0, +0, -] */
static uint32_t *timeout_of(lnet_stream *s) {
  return (s->s & S_TIMED) != 0 ? &s->cold->timeout : &s->timeout;
}

/* Keeps the number at `value` as the property `timeout` of the socket at 1. [-0, +0, m] */
static void set_timeout_property(lua_State *L, lnet_stream *s, int value) {
  const double ms = (double)lua_tonumber(L, value);
  if (ms >= 0 && ms < UINT32_MAX - TIMEOUT_MS && floor(ms) == ms) {
    *timeout_of(s) = (uint32_t)ms + TIMEOUT_MS;
    return;
  }
  lnet_class_more(L, 1);
  if (floor(ms) == ms && fabs(ms) < 9007199254740992.0)
    lua_pushinteger(L, (lua_Integer)ms);
  else
    lua_pushnumber(L, ms);
  lua_rawseti(L, -2, COLD_TIMEOUT);
  lua_pop(L, 1);
  *timeout_of(s) = TIMEOUT_OTHER;
}

/* Calls the method `name` of the socket at 1 with "timeout" and the callback at 3. [-0, +0, e] */
static void call_with_timeout(lua_State *L, const char *name) {
  lua_getfield(L, 1, name);
  lua_pushvalue(L, 1);
  lua_pushliteral(L, "timeout");
  lua_pushvalue(L, 3);
  lua_call(L, 3, 0);
}

/***
Emits 'timeout' after a time without activity. Source: node v20, socket.setTimeout.
@function setTimeout
@tparam number timeout milliseconds; 0: no timeout
@tparam[opt] function callback a one-time listener of 'timeout'
@return the socket
@raise `ERR_INVALID_ARG_TYPE`, `ERR_OUT_OF_RANGE`
*/
static int l_setTimeout(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  lua_settop(L, 3);
  if ((s->s & S_DESTROYED) != 0) {
    lua_settop(L, 1);
    return 1;
  }
  const double ms = lnet_check_number(L, 2, "msecs");
  if (!(ms >= 0) || isinf(ms)) lnet_check_range(L, 2, "msecs", "a non-negative finite number");
  if (!lua_isnil(L, 3)) lnet_check_function(L, 3, "callback");
  if (ms > 0) lnet_stream_check_cold(L, 1, s);
  set_timeout_property(L, s, 2);
  if (ms == 0) {
    lnet_stream_clear_timeout(s);
    if (!lua_isnil(L, 3)) call_with_timeout(L, "removeListener");
  } else {
    const double whole = ms < 1 ? 1 : ms;
    lnet_stream_set_timeout(L, 1, s, whole > INT32_MAX ? INT32_MAX : (uint64_t)whole);
    if (!lua_isnil(L, 3)) call_with_timeout(L, "once");
  }
  lua_settop(L, 1);
  return 1;
}

/*** Sets the encoding that write and finish assume for text. Source: node v20.
@function setDefaultEncoding
@tparam string encoding
@return the socket
@raise `ERR_UNKNOWN_ENCODING` */
static int l_setDefaultEncoding(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  lua_settop(L, 2);
  if (lua_isnil(L, 2))
    lnet_error_raise(L, "TypeError", "ERR_UNKNOWN_ENCODING", "Unknown encoding: nil");
  const lnet_encoding encoding = lnet_check_encoding(L, 2, LNET_ENCODING_BYTES);
  s->default_encoding = (uint8_t)(encoding == LNET_ENCODING_UTF8 ? LNET_ENCODING_BYTES : encoding);
  lua_settop(L, 1);
  return 1;
}

static int set_ref(lua_State *L, bool refed) {
  lnet_stream *s = lnet_check_stream(L, 1);
  if ((s->s & S_HANDLE_OPEN) != 0 && (s->s & S_HANDLE) != 0) {
    if (refed)
      uv_ref(&s->h.handle);
    else
      uv_unref(&s->h.handle);
  }
  if (refed)
    s->s &= ~(uint32_t)S_UNREF;
  else
    s->s |= S_UNREF;
  lua_settop(L, 1);
  return 1;
}

/*** Has net.run wait for this socket, as it does by default. Source: node v20.
@function ref */
static int l_ref(lua_State *L) {
  return set_ref(L, true);
}

/*** Lets net.run return although this socket is open. Source: node v20.
@function unref */
static int l_unref(lua_State *L) {
  return set_ref(L, false);
}

static bool has_tcp(const lnet_stream *s) {
  return (s->s & (S_HANDLE | S_HANDLE_OPEN | S_PIPE | S_CONNECT_WAITS)) ==
         (S_HANDLE | S_HANDLE_OPEN);
}

/* Pushes the own address, or an empty table. [-0, +1, m] */
static void push_sockname(lua_State *L, const lnet_stream *s) {
  if (!has_tcp(s) || lnet_addr_push_of(L, &s->h.tcp, uv_tcp_getsockname) != 0) lua_newtable(L);
}

/* Pushes the peer's address, once it was asked for also after the end; or an empty table. The
   stream is at 1. [-0, +1, m] */
static void push_peername(lua_State *L, const lnet_stream *s) {
  if (lua_getiuservalue(L, 1, LNET_UV_MORE) == LUA_TTABLE) {
    if (lua_rawgeti(L, -1, COLD_PEER) == LUA_TTABLE) {
      lua_remove(L, -2);
      return;
    }
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  if (!has_tcp(s) || (s->s & S_CONNECTING) != 0 ||
      lnet_addr_push_of(L, &s->h.tcp, uv_tcp_getpeername) != 0) {
    lua_newtable(L);
    return;
  }
  lnet_class_more(L, 1);
  lua_pushvalue(L, -2);
  lua_rawseti(L, -2, COLD_PEER);
  lua_pop(L, 1);
}

/***
The own address of the socket. Source: node v20.
@function address
@treturn table `{ address = , family = , port = }`, empty where there is none
*/
static int l_address(lua_State *L) {
  push_sockname(L, lnet_check_stream(L, 1));
  return 1;
}

static int l_gc(lua_State *L) {
  lnet_stream *s = lua_touserdata(L, 1);
  /* With a handle still open the state is closing, and libuv has parts of it. */
  if ((s->s & S_HANDLE_OPEN) == 0) lnet_stream_free_cold(s);
  lnet_stream_gone(L, s);
  return 0;
}

static int l_close(lua_State *L) {
  const lnet_ctx *ctx = lnet_ctx_of(L);
  if (ctx->shut) return 0;
  lua_settop(L, 1);
  lua_pushnil(L);
  return l_destroy(L);
}

enum {
  P_BUFFER_SIZE = 1,
  P_BYTES_READ,
  P_BYTES_WRITTEN,
  P_CONNECTING,
  P_DESTROYED,
  P_CLOSED,
  P_ERRORED,
  P_LOCAL_ADDRESS,
  P_LOCAL_PORT,
  P_LOCAL_FAMILY,
  P_REMOTE_ADDRESS,
  P_REMOTE_PORT,
  P_REMOTE_FAMILY,
  P_PENDING,
  P_READY_STATE,
  P_READABLE,
  P_READABLE_ENDED,
  P_READABLE_FLOWING,
  P_READABLE_LENGTH,
  P_READABLE_MARK,
  P_READABLE_DID_READ,
  P_READABLE_ABORTED,
  P_READABLE_ENCODING,
  P_WRITABLE,
  P_WRITABLE_ENDED,
  P_WRITABLE_FINISHED,
  P_WRITABLE_LENGTH,
  P_WRITABLE_MARK,
  P_WRITABLE_NEED_DRAIN,
  P_WRITABLE_ABORTED,
  P_WRITABLE_CORKED,
  P_TIMEOUT,
  P_HALF_OPEN,
  P_SERVER,
  P_FD,
  P_PEER_CREDENTIALS,
};

static const lnet_property properties[] = {
    {"bufferSize", P_BUFFER_SIZE, false},
    {"bytesRead", P_BYTES_READ, false},
    {"bytesWritten", P_BYTES_WRITTEN, false},
    {"connecting", P_CONNECTING, false},
    {"destroyed", P_DESTROYED, false},
    {"closed", P_CLOSED, false},
    {"errored", P_ERRORED, false},
    {"localAddress", P_LOCAL_ADDRESS, false},
    {"localPort", P_LOCAL_PORT, false},
    {"localFamily", P_LOCAL_FAMILY, false},
    {"remoteAddress", P_REMOTE_ADDRESS, false},
    {"remotePort", P_REMOTE_PORT, false},
    {"remoteFamily", P_REMOTE_FAMILY, false},
    {"pending", P_PENDING, false},
    {"readyState", P_READY_STATE, false},
    {"readable", P_READABLE, false},
    {"readableEnded", P_READABLE_ENDED, false},
    {"readableFlowing", P_READABLE_FLOWING, false},
    {"readableLength", P_READABLE_LENGTH, false},
    {"readableHighWaterMark", P_READABLE_MARK, false},
    {"readableDidRead", P_READABLE_DID_READ, false},
    {"readableAborted", P_READABLE_ABORTED, false},
    {"readableEncoding", P_READABLE_ENCODING, false},
    {"writable", P_WRITABLE, false},
    {"writableEnded", P_WRITABLE_ENDED, false},
    {"writableFinished", P_WRITABLE_FINISHED, false},
    {"writableLength", P_WRITABLE_LENGTH, false},
    {"writableHighWaterMark", P_WRITABLE_MARK, false},
    {"writableNeedDrain", P_WRITABLE_NEED_DRAIN, false},
    {"writableAborted", P_WRITABLE_ABORTED, false},
    {"writableCorked", P_WRITABLE_CORKED, false},
    {"timeout", P_TIMEOUT, true},
    {"allowHalfOpen", P_HALF_OPEN, true},
    {"server", P_SERVER, true},
    {"fd", P_FD, false},
    {"peerCredentials", P_PEER_CREDENTIALS, false},
    {NULL, 0, false},
};

static bool readable(const lnet_stream *s) {
  return (s->r & (R_DISABLED | R_END_EMITTED)) == 0 &&
         (s->s & (S_DESTROYED | S_ERROR_EMITTED)) == 0;
}

static bool writable(const lnet_stream *s) {
  return (s->w & (W_DISABLED | W_ENDING | W_ENDED)) == 0 && (s->s & (S_DESTROYED | S_ERRORED)) == 0;
}

/* 'finish' of a socket that destroySoon was called of. */
static int l_destroy_finished(lua_State *L) {
  lua_getfield(L, lua_upvalueindex(1), "destroy");
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_call(L, 1, 0);
  return 0;
}

/***
Finishes the socket, and destroys it once what was written has left. Source: node v20,
socket.destroySoon.
@function destroySoon
*/
static int l_destroySoon(lua_State *L) {
  const lnet_stream *s = lnet_check_stream(L, 1);
  lua_settop(L, 1);
  if (writable(s)) {
    lua_getfield(L, 1, "finish");
    lua_pushvalue(L, 1);
    lua_call(L, 1, 0);
  }
  const bool finished = (s->w & W_FINISHED) != 0;
  lua_getfield(L, 1, finished ? "destroy" : "once");
  lua_pushvalue(L, 1);
  if (!finished) {
    lua_pushliteral(L, "finish");
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, l_destroy_finished, 1);
  }
  lua_call(L, finished ? 1 : 3, 0);
  return 0;
}

static const char *ready_state(const lnet_stream *s) {
  if ((s->s & S_CONNECTING) != 0) return "opening";
  if (readable(s)) return writable(s) ? "open" : "readOnly";
  return writable(s) ? "writeOnly" : "closed";
}

/* Replaces the table on top by its field. [-1, +1, -] */
static void pick(lua_State *L, const char *field) {
  lua_pushstring(L, field);
  lua_rawget(L, -2);
}

static void push_fd(lua_State *L, const lnet_stream *s) {
  uv_os_fd_t fd;
  const uint32_t both = S_HANDLE | S_HANDLE_OPEN;
  if ((s->s & both) == both && uv_fileno(&s->h.handle, &fd) == 0)
    lua_pushinteger(L, (lua_Integer)fd);
  else
    lua_pushnil(L);
}

/* Pushes the timeout in milliseconds, as it was set; nil where none was. */
static void push_timeout(lua_State *L, lnet_stream *s) {
  const uint32_t timeout = *timeout_of(s);
  if (timeout >= TIMEOUT_MS) {
    lua_pushinteger(L, timeout - TIMEOUT_MS);
  } else if (timeout == TIMEOUT_OTHER) {
    lua_getiuservalue(L, 1, LNET_UV_MORE);
    lua_rawgeti(L, -1, COLD_TIMEOUT);
  } else {
    lua_pushnil(L);
  }
}

/* Pushes the server that has accepted the socket, or nil, or what the user has set instead. */
static void push_server(lua_State *L, const lnet_stream *s) {
  if ((s->s & S_OWN_SERVER) != 0) {
    lua_getiuservalue(L, 1, LNET_UV_MORE);
    lua_rawgeti(L, -1, COLD_SERVER);
  } else {
    lua_getmetatable(L, 1);
    lua_rawgeti(L, -1, LNET_META_OWNER);
  }
}

/* Properties of the connection. [-0, +1, m] */
static void get_connection(lua_State *L, lnet_stream *s, int number) {
  static const char *const fields[] = {"address", "port", "family"};
  switch (number) {
  case P_LOCAL_ADDRESS:
  case P_LOCAL_PORT:
  case P_LOCAL_FAMILY:
    push_sockname(L, s);
    pick(L, fields[number - P_LOCAL_ADDRESS]);
    break;
  case P_REMOTE_ADDRESS:
  case P_REMOTE_PORT:
  case P_REMOTE_FAMILY:
    push_peername(L, s);
    pick(L, fields[number - P_REMOTE_ADDRESS]);
    break;
  case P_BYTES_READ:
    lua_pushinteger(L, (lua_Integer)s->bytes_read);
    break;
  case P_BYTES_WRITTEN:
    lnet_gather_flush(s);
    lua_pushinteger(L, (lua_Integer)lnet_writer_bytes(s));
    break;
  case P_CONNECTING:
    lua_pushboolean(L, (s->s & S_CONNECTING) != 0);
    break;
  case P_PENDING:
    lua_pushboolean(L, (s->s & S_HANDLE) == 0 || (s->s & S_CONNECTING) != 0);
    break;
  case P_READY_STATE:
    lua_pushstring(L, ready_state(s));
    break;
  case P_TIMEOUT:
    push_timeout(L, s);
    break;
  case P_SERVER:
    push_server(L, s);
    break;
  case P_FD:
    push_fd(L, s);
    break;
  case P_PEER_CREDENTIALS:
    lnet_sockopt_push_credentials(L, s);
    break;
  default:
    lua_pushnil(L);
  }
}

/* Properties of the reading half. [-0, +1, m] */
static void get_reading(lua_State *L, const lnet_stream *s, int number) {
  const bool gone = (s->s & (S_DESTROYED | S_ERRORED)) != 0;
  switch (number) {
  case P_READABLE:
    lua_pushboolean(L, readable(s));
    break;
  case P_READABLE_ENDED:
    lua_pushboolean(L, (s->r & R_END_EMITTED) != 0);
    break;
  case P_READABLE_FLOWING:
    if ((s->r & R_HAS_FLOWING) != 0)
      lua_pushboolean(L, (s->r & R_FLOWING) != 0);
    else
      lua_pushnil(L);
    break;
  case P_READABLE_LENGTH:
    lua_pushinteger(L, (lua_Integer)lnet_unread(s));
    break;
  case P_READABLE_MARK:
    lua_pushinteger(L, lnet_stream_rare(s)->r_hwm);
    break;
  case P_READABLE_DID_READ:
    lua_pushboolean(L, (s->r & R_DATA_EMITTED) != 0);
    break;
  case P_READABLE_ABORTED:
    lua_pushboolean(L, (s->r & (R_DISABLED | R_END_EMITTED)) == 0 && gone);
    break;
  default:
    if ((s->s & S_DECODING) != 0)
      lua_pushstring(L, lnet_encoding_name((lnet_encoding)s->cold->decoder.encoding));
    else
      lua_pushnil(L);
  }
}

/* Properties of the writing half. [-0, +1, m] */
static void get_writing(lua_State *L, lnet_stream *s, int number) {
  switch (number) {
  case P_WRITABLE:
    lua_pushboolean(L, writable(s));
    break;
  case P_WRITABLE_ENDED:
    lua_pushboolean(L, (s->w & W_ENDING) != 0);
    break;
  case P_WRITABLE_FINISHED:
    lua_pushboolean(L, (s->w & W_FINISHED) != 0);
    break;
  case P_BUFFER_SIZE:
  case P_WRITABLE_LENGTH:
    lnet_gather_flush(s);
    if (number == P_BUFFER_SIZE && (s->s & S_HANDLE) == 0)
      lua_pushnil(L);
    else
      lua_pushinteger(L, (lua_Integer)lnet_waiting(s));
    break;
  case P_WRITABLE_MARK:
    lua_pushinteger(L, s->w_hwm);
    break;
  case P_WRITABLE_NEED_DRAIN:
    lua_pushboolean(L, (s->w & (W_NEED_DRAIN | W_ENDING)) == W_NEED_DRAIN &&
                           (s->s & S_DESTROYED) == 0);
    break;
  case P_WRITABLE_ABORTED:
    lua_pushboolean(L, (s->w & (W_DISABLED | W_FINISHED)) == 0 &&
                           (s->s & (S_DESTROYED | S_ERRORED)) != 0);
    break;
  default:
    lua_pushinteger(L, s->cold != NULL ? s->cold->corked : 0);
  }
}

static int get(lua_State *L, void *object, int number) {
  lnet_stream *s = object;
  switch (number) {
  case P_DESTROYED:
    lua_pushboolean(L, (s->s & S_DESTROYED) != 0);
    break;
  case P_CLOSED:
    lua_pushboolean(L, (s->s & S_CLOSED) != 0);
    break;
  case P_ERRORED:
    if ((s->s & S_ERRORED) != 0)
      lnet_stream_push_errored(L, 1, s);
    else
      lua_pushnil(L);
    break;
  case P_HALF_OPEN:
    lua_pushboolean(L, (s->s & S_HALF_OPEN) != 0);
    break;
  default:
    if (number >= P_READABLE && number <= P_READABLE_ENCODING)
      get_reading(L, s, number);
    else if ((number >= P_WRITABLE && number <= P_WRITABLE_CORKED) || number == P_BUFFER_SIZE)
      get_writing(L, s, number);
    else
      get_connection(L, s, number);
  }
  return 1;
}

static void set(lua_State *L, void *object, int number) {
  lnet_stream *s = object;
  if (number == P_TIMEOUT) { /* plain data in node: it sets no timer */
    if (lua_isnil(L, 3)) {
      *timeout_of(s) = TIMEOUT_NONE;
    } else {
      lnet_check_number(L, 3, "timeout");
      set_timeout_property(L, s, 3);
    }
  } else if (number == P_SERVER) {
    lnet_class_more(L, 1);
    lua_pushvalue(L, 3);
    lua_rawseti(L, -2, COLD_SERVER);
    s->s |= S_OWN_SERVER;
  } else if (lua_toboolean(L, 3)) {
    s->s |= S_HALF_OPEN;
  } else {
    s->s &= ~(uint32_t)S_HALF_OPEN;
  }
}

/* Lookups find the user's fields from now on; a pipe calls the user's own `write`. */
static void field_set(lua_State *L, void *object) {
  lnet_stream *s = object;
  lnet_object_need(L, 1, &s->base.object, LNET_META_FIELDS);
  if (lua_type(L, 2) != LUA_TSTRING || strcmp(lua_tostring(L, 2), "write") != 0) return;
  if (lua_isnil(L, 3))
    s->s &= ~(uint32_t)S_OWN_WRITE;
  else
    s->s |= S_OWN_WRITE;
}

/* Stands for a socket's own listener of 'end' in listeners(); what it does is in reader.c. */
static int l_fin_listener(lua_State *L) {
  (void)L;
  return 0;
}

static const lnet_stream_hooks hooks = {lnet_sockopt_apply, lnet_server_disconnected,
                                        lnet_attempt_handle_free, lnet_attempt_ended};

void lnet_socket_init(lua_State *L, lnet_ctx *ctx) {
  static const luaL_Reg methods[] = {LNET_EMITTER_METHODS,
                                     {"write", lnet_l_write},
                                     {"finish", lnet_l_finish},
                                     {"end", lnet_l_finish},
                                     {"cork", lnet_l_cork},
                                     {"uncork", lnet_l_uncork},
                                     {"read", lnet_l_read},
                                     {"pause", lnet_l_pause},
                                     {"resume", lnet_l_resume},
                                     {"isPaused", lnet_l_isPaused},
                                     {"setEncoding", lnet_l_setEncoding},
                                     {"unshift", lnet_l_unshift},
                                     {"setDefaultEncoding", l_setDefaultEncoding},
                                     {"destroy", l_destroy},
                                     {"resetAndDestroy", l_resetAndDestroy},
                                     {"destroySoon", l_destroySoon},
                                     {"pipe", lnet_l_pipe},
                                     {"unpipe", lnet_l_unpipe},
                                     {"setTimeout", l_setTimeout},
                                     {"setNoDelay", lnet_l_setNoDelay},
                                     {"setKeepAlive", lnet_l_setKeepAlive},
                                     {"setTypeOfService", lnet_l_setTypeOfService},
                                     {"getTypeOfService", lnet_l_getTypeOfService},
                                     {"ref", l_ref},
                                     {"unref", l_unref},
                                     {"address", l_address},
                                     {NULL, NULL}};
  static const lnet_class_spec spec = {.name = "Socket",
                                       .methods = methods,
                                       .properties = properties,
                                       .get = get,
                                       .set = set,
                                       .field_set = field_set,
                                       .gc = l_gc,
                                       .close = l_close};
  ctx->hooks = &hooks;
  ctx->free_colds = lnet_stream_free_colds;
  lua_pushcfunction(L, l_fin_listener);
  ctx->fin_listener_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  ctx->socket_class = &lnet_stream_class;
  const void *meta = NULL;
  lnet_class_new(L, ctx, &spec, &meta, &ctx->socket_meta_ref);
  lua_rawgeti(L, LUA_REGISTRYINDEX, ctx->socket_meta_ref);
  lnet_class_family(L, -1, 0);
  lua_rawgeti(L, -1, LNET_METAS);
  lua_rawseti(L, LUA_REGISTRYINDEX, ctx->socket_meta_ref);
  lua_pop(L, 2);
  /* The same function under both names, for whoever compares them. */
  lua_getfield(L, -1, "finish");
  lua_setfield(L, -2, "end");
}
