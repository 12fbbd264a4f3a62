/* One try to connect. A try needs the handle in the socket's userdata: while an earlier one is
   being closed, the next waits for that (S_CONNECT_WAITS). */
#include "attempt.h"
#include "addr.h"
#include "call.h"
#include "check.h"
#include "error.h"
#include "immediate.h"
#include "os.h"
#include <stdlib.h>
#include <string.h>

int lnet_l_beginConnect(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  const bool pipe = lua_toboolean(L, 2);
  lnet_stream_check_cold(L, 1, s);
  if ((s->s & S_HANDLE) == 0) {
    if ((s->s & S_HANDLE_OPEN) != 0) { /* the last life's handle is being closed */
      lnet_stream_revive(s);
      s->s |= S_HANDLE | S_CONNECT_WAITS;
      if (pipe)
        s->s |= S_PIPE;
      else
        s->s &= ~(uint32_t)S_PIPE;
    } else {
      const int status = lnet_stream_open_handle(L, 1, s, pipe);
      if (status != 0) {
        lnet_error_push_system(L, status, "connect", NULL, 0);
        return lua_error(L);
      }
      lnet_stream_revive(s);
    }
  }
  s->s |= S_CONNECTING;
  s->s &= ~(uint32_t)S_FIN_SEEN;
  lnet_stream_touch(s);
  return 0;
}

/* Keeps the value on top under the key in the cold table of the stream at 1. [-1, +0, m] */
static void keep(lua_State *L, lua_Integer key) {
  lnet_class_more(L, 1);
  lua_insert(L, -2);
  lua_rawseti(L, -2, key);
  lua_pop(L, 1);
}

/* Protected: takes the function under COLD_WAITING and calls it. [-0, +0, e] */
static int body_waiting(lua_State *L) {
  const lnet_stream *s = lua_touserdata(L, 1);
  lnet_object_push(L, &s->base.object);
  lnet_class_more(L, 2);
  lua_rawgeti(L, 3, COLD_WAITING);
  lua_pushnil(L);
  lua_rawseti(L, 3, COLD_WAITING);
  if (!lua_isnil(L, 4)) lua_call(L, 0, 0);
  return 0;
}

void lnet_attempt_handle_free(lnet_stream *s) {
  s->s &= ~(uint32_t)S_CONNECT_WAITS;
  const int status = lnet_stream_open_handle(NULL, 0, s, (s->s & S_PIPE) != 0);
  if (status != 0)
    lnet_stream_destroy(s, lnet_fault_system(status, LNET_SYSCALL_OPEN));
  else
    lnet_enter(lnet_stream_ctx(s), body_waiting, s);
}

int lnet_l_whenFree(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  lnet_check_function(L, 2, "fn");
  lua_settop(L, 2);
  if ((s->s & S_CONNECT_WAITS) != 0)
    keep(L, COLD_WAITING);
  else
    lua_call(L, 0, 0);
  return 0;
}

struct outcome {
  lnet_stream *stream;
  int status;
};

/* Protected: tells the attempt's function. [-0, +0, e] */
static int body_outcome(lua_State *L) {
  const struct outcome *o = lua_touserdata(L, 1);
  lnet_object_push(L, &o->stream->base.object);
  lnet_class_more(L, 2);
  lua_rawgeti(L, 3, COLD_CONNECT);
  lua_pushinteger(L, o->status);
  lua_call(L, 1, 0);
  return 0;
}

void lnet_attempt_ended(lnet_stream *s, int status) {
  struct outcome o = {s, status};
  if (status == UV_ECANCELED) {
    lnet_enter(lnet_stream_ctx(s), body_outcome, &o);
    return;
  }
  if ((s->s & S_CONNECTING) == 0) return; /* destroyed meanwhile */
  if (status != 0 || s->cold->tell_success) lnet_enter(lnet_stream_ctx(s), body_outcome, &o);
  if (status == 0 && (s->s & S_CONNECTING) != 0) lnet_stream_connected(s);
}

static void on_connect(uv_connect_t *req, int status) {
  lnet_stream *s = req->data;
  lnet_ctx *ctx = lnet_stream_ctx(s);
  free(req);
  /* Closed by us: for the next attempt, or by destroy; who did so goes on. As in node, destroy is
     told as a failure of an attempt that is one of several. */
  if (ctx->shut) return;
  if (status == UV_ECANCELED && ((s->s & S_CONNECTING) != 0 || !s->cold->tell_success)) return;
  if (ctx->halted) {
    s->cold->status = status;
    lnet_object_owe(&s->base.object, OWE_CONNECT);
    return;
  }
  lnet_stream_verify(s);
  lnet_attempt_ended(s, status);
  lnet_leave(ctx);
}

/* As node's checkBindError: a bind that failed may show only as another port. */
static int check_bound(const lnet_stream *s, int status, int port) {
  struct sockaddr_storage addr;
  int len = sizeof addr;
  if (status != 0 || port <= 0) return status;
  status = uv_tcp_getsockname(&s->h.tcp, (struct sockaddr *)&addr, &len);
  if (status != 0) return status;
  const int bound = addr.ss_family == AF_INET6
                        ? ntohs(((struct sockaddr_in6 *)(void *)&addr)->sin6_port)
                        : ntohs(((struct sockaddr_in *)(void *)&addr)->sin_port);
  return bound == port ? 0 : UV_EADDRINUSE;
}

int lnet_l_bindSocket(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  const int port = (int)luaL_checkinteger(L, 3);
  struct sockaddr_storage addr;
  int status = lnet_addr_parse(luaL_checkstring(L, 2), port, (int)luaL_checkinteger(L, 4), &addr);
  if (status == 0) status = uv_tcp_bind(&s->h.tcp, (const struct sockaddr *)&addr, 0);
  lua_pushinteger(L, check_bound(s, status, port));
  return 1;
}

/* A name of the abstract namespace: the system answers at once; as in node it is told after the
   next poll for I/O, so behind the server's 'connection' in the same process. */
static void connect_abstract(lnet_stream *s, const char *name, size_t len) {
  const int fd = lnet_os_connect_abstract(name, len);
  s->cold->status = fd < 0 ? fd : uv_pipe_open(&s->h.pipe, fd);
  lnet_object_owe(&s->base.object, OWE_CONNECT);
  lnet_immediate_soon(lnet_stream_ctx(s), true);
}

/* A request for the stream, which on_connect frees; or NULL. */
static uv_connect_t *request(lnet_stream *s) {
  uv_connect_t *req = malloc(sizeof *req);
  if (req != NULL) req->data = s;
  return req;
}

static int connect_path(lnet_stream *s, const char *path) {
  uv_connect_t *req = request(s);
  if (req == NULL) return UV_ENOMEM;
  uv_pipe_connect(req, &s->h.pipe, path, on_connect);
  return 0;
}

static int connect_tcp(lnet_stream *s, const struct sockaddr_storage *addr) {
  uv_connect_t *req = request(s);
  if (req == NULL) return UV_ENOMEM;
  const int status = uv_tcp_connect(req, &s->h.tcp, (const struct sockaddr *)addr, on_connect);
  if (status != 0) free(req);
  return status;
}

int lnet_l_attempt(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  lnet_check_function(L, 2, "callback");
  const char *address = luaL_checkstring(L, 4);
  const bool success = lua_toboolean(L, 3);
  lua_pushvalue(L, 2);
  keep(L, COLD_CONNECT);
  s->cold->tell_success = success;
  int status = 0;
  if ((s->s & S_PIPE) != 0) {
    uv_os_fd_t fd;
    if (uv_fileno(&s->h.handle, &fd) == 0)
      status = UV_EISCONN; /* libuv would take the request and forget one in flight */
    else if (address[0] != '\0')
      status = connect_path(s, address);
    else
      connect_abstract(s, address, lua_rawlen(L, 4));
  } else {
    struct sockaddr_storage addr;
    status =
        lnet_addr_parse(address, (int)luaL_checkinteger(L, 5), (int)luaL_checkinteger(L, 6), &addr);
    if (status == 0) status = connect_tcp(s, &addr);
  }
  lua_pushinteger(L, status);
  return 1;
}

int lnet_l_dropAttempt(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  if ((s->s & (S_CONNECTING | S_HANDLE_OPEN | S_CONNECT_WAITS)) != (S_CONNECTING | S_HANDLE_OPEN))
    return 0;
  s->s |= S_CONNECT_WAITS | S_SILENT_CLOSE;
  s->base.object.owed &= (uint8_t)~OWE_CONNECT;
  uv_close(&s->h.handle, lnet_stream_on_close);
  return 0;
}
