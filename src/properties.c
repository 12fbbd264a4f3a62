/* Properties of a socket: what they are called, reading and assigning them. */
#include "properties.h"
#include "addr.h"
#include "check.h"
#include "gather.h"
#include "sockopt.h"
#include "stream.h"
#include "writer.h"
#include <math.h>

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

const lnet_property lnet_properties[] = {
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

bool lnet_properties_readable(const lnet_stream *s) {
  return (s->r & (R_DISABLED | R_END_EMITTED)) == 0 &&
         (s->s & (S_DESTROYED | S_ERROR_EMITTED)) == 0;
}

bool lnet_properties_writable(const lnet_stream *s) {
  return (s->w & (W_DISABLED | W_ENDING | W_ENDED)) == 0 && (s->s & (S_DESTROYED | S_ERRORED)) == 0;
}

/* Where the property `timeout` is. [-0, +0, -] */
static uint32_t *timeout_of(lnet_stream *s) {
  return (s->s & S_TIMED) != 0 ? &s->cold->timeout : &s->timeout;
}

void lnet_properties_set_timeout(lua_State *L, lnet_stream *s, int value) {
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

static bool has_tcp(const lnet_stream *s) {
  return (s->s & (S_HANDLE | S_HANDLE_OPEN | S_PIPE | S_CONNECT_WAITS)) ==
         (S_HANDLE | S_HANDLE_OPEN);
}

void lnet_properties_push_address(lua_State *L, const lnet_stream *s) {
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

static const char *ready_state(const lnet_stream *s) {
  if ((s->s & S_CONNECTING) != 0) return "opening";
  if (lnet_properties_readable(s)) return lnet_properties_writable(s) ? "open" : "readOnly";
  return lnet_properties_writable(s) ? "writeOnly" : "closed";
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
    lnet_properties_push_address(L, s);
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
    lua_pushboolean(L, lnet_properties_readable(s));
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
    lua_pushboolean(L, lnet_properties_writable(s));
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

int lnet_properties_get(lua_State *L, void *object, int number) {
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

void lnet_properties_set(lua_State *L, void *object, int number) {
  lnet_stream *s = object;
  if (number == P_TIMEOUT) { /* plain data in node: it sets no timer */
    if (lua_isnil(L, 3)) {
      *timeout_of(s) = TIMEOUT_NONE;
    } else {
      lnet_check_number(L, 3, "timeout");
      lnet_properties_set_timeout(L, s, 3);
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
