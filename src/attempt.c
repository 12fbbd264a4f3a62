/* One try to connect. A try needs the handle in the socket's userdata: while an earlier one is
   being closed, the next waits for that (S_CONNECT_WAITS). */
#include "attempt.h"
#include "addr.h"
#include "call.h"
#include "check.h"
#include "error.h"
#include "immediate.h"
#include "life.h"
#include "os.h"
#include "owed.h"
#include "tick.h"
#include <stdlib.h>
#include <string.h>

int lnet_l_beginConnect(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  const bool pipe = lua_toboolean(L, 2);
  if ((s->s & S_HANDLE) == 0) {
    const int status = lnet_life_begin(L, 1, s, pipe);
    if (status != 0) {
      lnet_error_push_system(L, status, "connect", NULL, 0);
      return lua_error(L);
    }
  }
  lnet_stream_check_cold(L, 1, s);
  s->s |= S_CONNECTING;
  s->s &= ~(uint32_t)S_FIN_SEEN;
  lnet_stream_touch(s);
  lua_pushinteger(L, lnet_stream_life(s));
  return 1;
}

/* The stream at 1 when it is still in the life whose number is at 2, and connecting; else NULL. */
static lnet_stream *connecting(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  const bool present = (lua_Integer)lnet_stream_life(s) == luaL_checkinteger(L, 2);
  return present && (s->s & S_CONNECTING) != 0 ? s : NULL;
}

/* The same when it has a handle that libuv may be given. Nothing that runs Lua, so no allocation
   either, may come between this look and the call. */
static lnet_stream *ready_to_connect(lua_State *L) {
  lnet_stream *s = connecting(L);
  const uint32_t open = S_HANDLE | S_HANDLE_OPEN;
  const bool ready = s != NULL && (s->s & (open | S_CONNECT_WAITS)) == open;
  return ready ? s : NULL;
}

int lnet_l_isConnecting(lua_State *L) {
  lua_pushboolean(L, connecting(L) != NULL);
  return 1;
}

int lnet_l_life(lua_State *L) {
  lua_pushinteger(L, lnet_stream_life(lnet_check_stream(L, 1)));
  return 1;
}

int lnet_l_isPastClose(lua_State *L) {
  lua_pushboolean(L, (lnet_check_stream(L, 1)->s & S_PAST_EVENT) != 0);
  return 1;
}

int lnet_l_noteCallback(lua_State *L) {
  lnet_check_stream(L, 1);
  lua_settop(L, 2);
  lnet_class_more(L, 1);
  lua_rawgeti(L, -1, COLD_CALLBACK);
  lua_insert(L, 2);
  lua_insert(L, 3);
  lua_rawseti(L, 3, COLD_CALLBACK);
  lua_settop(L, 2);
  return 1;
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
  if (status != 0) {
    lnet_stream_destroy(s, lnet_fault_system(status, LNET_SYSCALL_OPEN));
    return;
  }
  lnet_stream_note_outgoing(s);
  lnet_enter(lnet_stream_ctx(s), body_waiting, s);
}

int lnet_l_whenFree(lua_State *L) {
  const lnet_stream *s = connecting(L);
  lnet_check_function(L, 3, "fn");
  lua_settop(L, 3);
  if (s == NULL) return 0;
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
  const uint32_t life = lnet_stream_life(s);
  const bool one_of_many = s->cold->tell_success;
  if (status == UV_ECANCELED) {
    lnet_enter(lnet_stream_ctx(s), body_outcome, &o);
    return;
  }
  if ((s->s & S_CONNECTING) == 0) return; /* destroyed meanwhile */
  if (status != 0 && !one_of_many) s->s &= ~(uint32_t)S_CONNECTING;
  if (status != 0 || one_of_many) lnet_enter(lnet_stream_ctx(s), body_outcome, &o);
  if (status == 0 && !lnet_stream_is_past(s, life) && (s->s & S_CONNECTING) != 0)
    lnet_stream_connected(s);
}

/* A uv_connect, malloc'ed. */
struct request {
  uv_connect_t req;
  lnet_stream *stream;
  uint32_t life;
};

static void on_connect(uv_connect_t *req, int status) {
  struct request *request = LNET_CONTAINER(req, struct request, req);
  lnet_stream *s = request->stream;
  lnet_ctx *ctx = lnet_stream_ctx(s);
  const bool past = lnet_stream_is_past(s, request->life);
  free(request);
  /* Closed by us: for the next attempt, or by destroy; who did so goes on. As in node, destroy is
     told as a failure of an attempt that is one of several, unless another life has begun. */
  if (ctx->shut || past) return;
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
  const char *ip = luaL_checkstring(L, 3);
  const int port = (int)luaL_checkinteger(L, 4);
  struct sockaddr_storage addr;
  int status = lnet_addr_parse(ip, port, (int)luaL_checkinteger(L, 5), &addr);
  const lnet_stream *s = ready_to_connect(L);
  if (s == NULL)
    status = UV_ECANCELED;
  else if (status == 0 && (s->s & S_PIPE) != 0)
    status = UV_EINVAL; /* it connects to a path, and was told to connect elsewhere meanwhile */
  if (status == 0) status = uv_tcp_bind((uv_tcp_t *)&s->h.tcp, (const struct sockaddr *)&addr, 0);
  lua_pushinteger(L, s != NULL ? check_bound(s, status, port) : status);
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
static uv_connect_t *new_request(lnet_stream *s) {
  struct request *request = malloc(sizeof *request);
  if (request == NULL) return NULL;
  request->stream = s;
  request->life = lnet_stream_life(s);
  return &request->req;
}

static int connect_path(lnet_stream *s, const char *path) {
  uv_connect_t *req = new_request(s);
  if (req == NULL) return UV_ENOMEM;
  uv_pipe_connect(req, &s->h.pipe, path, on_connect);
  return 0;
}

static int connect_tcp(lnet_stream *s, const struct sockaddr_storage *addr) {
  uv_connect_t *req = new_request(s);
  if (req == NULL) return UV_ENOMEM;
  const int status = uv_tcp_connect(req, &s->h.tcp, (const struct sockaddr *)addr, on_connect);
  if (status != 0) free(LNET_CONTAINER(req, struct request, req));
  return status;
}

/* Connects to the path of this length. [-0, +0, -] */
static int attempt_path(lnet_stream *s, const char *path, size_t len) {
  uv_os_fd_t fd;
  /* libuv would take the request and forget one in flight */
  if (uv_fileno(&s->h.handle, &fd) == 0) return UV_EISCONN;
  if (len == 0 || path[0] != '\0') return connect_path(s, path);
  connect_abstract(s, path, len);
  return 0;
}

int lnet_l_attempt(lua_State *L) {
  lnet_check_function(L, 3, "callback");
  size_t len = 0;
  const char *address = luaL_checklstring(L, 5, &len);
  const bool success = lua_toboolean(L, 4);
  struct sockaddr_storage addr;
  int status = 0;
  const bool path = lua_isnoneornil(L, 6);
  if (!path)
    status =
        lnet_addr_parse(address, (int)luaL_checkinteger(L, 6), (int)luaL_checkinteger(L, 7), &addr);
  lnet_check_stream(L, 1);
  lua_pushvalue(L, 3);
  keep(L, COLD_CONNECT);
  lnet_stream *s = ready_to_connect(L);
  if (s == NULL) {
    status = UV_ECANCELED; /* a finalizer has destroyed it */
  } else if (path != ((s->s & S_PIPE) != 0)) {
    status =
        UV_EINVAL; /* connect() was called again without destroy(): the handle is of one kind */
  } else if (status == 0) {
    s->cold->tell_success = success;
    status = path ? attempt_path(s, address, len) : connect_tcp(s, &addr);
  }
  lua_pushinteger(L, status);
  return 1;
}

int lnet_l_dropAttempt(lua_State *L) {
  lnet_stream *s = ready_to_connect(L);
  if (s == NULL) return 0;
  if (lnet_stream_reserve_end(s) != 0) lnet_error_memory(L);
  s->s |= S_CONNECT_WAITS | S_SILENT_CLOSE;
  s->base.object.owed &= (uint8_t)~OWE_CONNECT;
  uv_close(&s->h.handle, lnet_stream_on_close);
  return 0;
}
