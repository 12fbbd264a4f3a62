/* What tostring says of sockets and servers, in any state and at the end of the Lua state too. It
   looks only: nothing is sent, emitted or kept. */
#include "inspect.h"
#include "addr.h"
#include "properties.h"
#include "server.h"
#include "stream.h"
#include <string.h>

/* Enough for every path that a socket address holds. */
enum { PATH_SIZE = 256 };

typedef int (*path_getter)(const uv_pipe_t *, char *, size_t *);

/* Pushes "127.0.0.1:80" or "[::1]:80"; an empty text where there is no address. [-0, +1, m] */
static void push_tcp(lua_State *L, const uv_tcp_t *handle, lnet_addr_getter get) {
  if (lnet_addr_push_of(L, handle, get) != 0) {
    lua_pushliteral(L, "");
    return;
  }
  lua_getfield(L, -1, "address");
  lua_getfield(L, -2, "port");
  lua_getfield(L, -3, "family");
  const bool v6 = strcmp(lua_tostring(L, -1), "IPv6") == 0;
  lua_pushfstring(L, v6 ? "[%s]:%I" : "%s:%I", lua_tostring(L, -3),
                  (LUAI_UACINT)lua_tointeger(L, -2));
  lua_replace(L, -5);
  lua_pop(L, 3);
}

/* Pushes the path, "@" standing for the 0 of an abstract one; an empty text where there is none.
   [-0, +1, m] */
static void push_path(lua_State *L, const uv_pipe_t *handle, path_getter get) {
  char path[PATH_SIZE];
  size_t len = sizeof path;
  if (get(handle, path, &len) != 0) len = 0;
  if (len > 0 && path[0] == '\0') path[0] = '@';
  lua_pushlstring(L, path, len);
}

/* Pushes the addresses of both ends, as far as they have one: "a -> b", "a", "-> b". [-0, +1, m] */
static void push_ends(lua_State *L, const lnet_stream *s) {
  if ((s->s & S_PIPE) != 0) {
    push_path(L, &s->h.pipe, uv_pipe_getsockname);
    push_path(L, &s->h.pipe, uv_pipe_getpeername);
  } else {
    push_tcp(L, &s->h.tcp, uv_tcp_getsockname);
    push_tcp(L, &s->h.tcp, uv_tcp_getpeername);
  }
  const bool near = lua_rawlen(L, -2) > 0, far = lua_rawlen(L, -1) > 0;
  lua_pushstring(L, near && far ? " -> " : far ? "-> " : "");
  lua_insert(L, -2);
  lua_concat(L, 3);
}

static const char *state_of(const lnet_stream *s) {
  if ((s->s & S_CLOSE_EMITTED) != 0) return "closed";
  if ((s->s & S_DESTROYED) != 0) return "closing";
  if ((s->s & S_CONNECTING) != 0) return "connecting";
  if ((s->s & S_HANDLE) == 0) return "not connected";
  const bool reads = lnet_properties_readable(s), writes = lnet_properties_writable(s);
  if (reads) return writes ? "open" : "open, only to read";
  return writes ? "open, only to write" : "ended";
}

bool lnet_inspect_socket(lua_State *L) {
  const lnet_stream *s = lnet_stream_test(L, 1);
  if (s == NULL) return false;
  if (lnet_stream_ctx(s)->shut) {
    lua_pushliteral(L, "closed");
    return true;
  }
  const uint32_t connected = S_HANDLE | S_HANDLE_OPEN;
  const uint32_t all = connected | S_DESTROYED | S_CONNECTING | S_CONNECT_WAITS;
  lua_pushstring(L, state_of(s));
  if ((s->s & all) != connected) return true;
  push_ends(L, s);
  if (lua_rawlen(L, -1) > 0) {
    lua_pushliteral(L, ", ");
    lua_insert(L, -2);
    lua_concat(L, 3);
  } else {
    lua_pop(L, 1);
  }
  return true;
}

bool lnet_inspect_server(lua_State *L) {
  lnet_ctx_push(L);
  const lnet_ctx *ctx = lua_touserdata(L, -1);
  lua_pop(L, 1);
  const lnet_server *server = lnet_class_test(L, 1, ctx->server_meta);
  if (server == NULL) return false;
  const lnet_listener *listener = server->listener;
  if (listener == NULL || ctx->shut) {
    lua_pushliteral(L, "not listening");
    return true;
  }
  if (listener->is_pipe)
    push_path(L, &listener->h.pipe, uv_pipe_getsockname);
  else
    push_tcp(L, &listener->h.tcp, uv_tcp_getsockname);
  lua_pushstring(L, lua_rawlen(L, -1) > 0 ? "listening on " : "listening");
  lua_insert(L, -2);
  lua_concat(L, 2);
  return true;
}
