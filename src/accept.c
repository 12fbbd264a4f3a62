/* Connections that come in: a socket for each, with the server's options, then 'connection'. */
#include "accept.h"
#include "addr.h"
#include "blocklist.h"
#include "call.h"
#include "immediate.h"
#include "os.h"
#include "owed.h"
#include "reader.h"
#include "sockopt.h"
#include "tick.h"

enum { OWE_ACCEPT = 1 };

struct incoming {
  lnet_listener *listener;
  lnet_server *server; /* held: a finalizer may close it at any time */
  lnet_stream *stream;
  int status;
  bool accepted;
  bool placed;
};

/* Copies the three fields of the table on top to the table below it: "address" to "<side>Address"
   and so on. [-1, +0, m] */
static void copy_side(lua_State *L, const char *side) {
  static const char *const fields[][2] = {
      {"address", "Address"}, {"port", "Port"}, {"family", "Family"}};
  for (int i = 0; i < 3; i++) {
    lua_pushfstring(L, "%s%s", side, fields[i][1]);
    lua_getfield(L, -2, fields[i][0]);
    lua_settable(L, -4);
  }
  lua_pop(L, 1);
}

/* Pushes the argument of 'drop'. [-0, +1, m] */
static void push_drop(lua_State *L, const lnet_stream *s) {
  lua_createtable(L, 0, 6);
  if (lnet_addr_push_of(L, &s->h.tcp, uv_tcp_getsockname) == 0) copy_side(L, "local");
  if (lnet_addr_push_of(L, &s->h.tcp, uv_tcp_getpeername) == 0) copy_side(L, "remote");
}

/* Protected: emits 'drop'. [-0, +0, e] */
static int body_drop(lua_State *L) {
  const struct incoming *in = lua_touserdata(L, 1);
  if (!in->listener->is_pipe) push_drop(L, in->stream);
  lnet_emit(L, &in->server->base, LNET_EV_DROP, in->listener->is_pipe ? 0 : 1);
  return 0;
}

/* Protected: emits 'connection'. [-0, +0, e] */
static int body_connection(lua_State *L) {
  const struct incoming *in = lua_touserdata(L, 1);
  lnet_object_push(L, &in->stream->base.object);
  lnet_emit(L, &in->server->base, LNET_EV_CONNECTION, 1);
  return 0;
}

/* Protected: emits 'error' of a failed accept. [-0, +0, e] */
static int body_error(lua_State *L) {
  const struct incoming *in = lua_touserdata(L, 1);
  lnet_fault_push(L, lnet_fault_system(in->status, LNET_SYSCALL_ACCEPT));
  lnet_emit(L, &in->server->base, LNET_EV_ERROR, 1);
  return 0;
}

static void set_up(lnet_server *server, lnet_stream *s) {
  server->connections++;
  lnet_object_hold_again(&server->base.object); /* until the socket is destroyed */
  s->s |= S_ACCEPTED;
  if ((s->s & S_PIPED) == 0) s->h.handle.data = server;
  s->w_hwm = lnet_stream_rare(s)->r_hwm = server->high_water_mark;
  if (server->half_open) s->s |= S_HALF_OPEN;
  if (server->no_delay) s->s |= S_NO_DELAY;
  if (server->keep_alive) s->s |= S_KEEP_ALIVE;
  if (server->no_delay || server->keep_alive) lnet_sockopt_apply(s);
  if (server->pause_on_connect)
    s->r |= R_HAS_FLOWING;
  else
    lnet_reader_read0(s);
}

/* Whether the peer is one that the server's blockList keeps out. */
static LNET_APART bool is_listed(const struct lnet_blocklist *list, const lnet_stream *s) {
  struct sockaddr_storage peer;
  int len = sizeof peer;
  if ((s->s & S_PIPE) != 0) return false;
  const int status = uv_tcp_getpeername(&s->h.tcp, (struct sockaddr *)&peer, &len);
  return status == 0 && lnet_blocklist_blocks(list, &peer); /* else it is gone already */
}

static bool is_blocked(const lnet_server *server, const lnet_stream *s) {
  return server->block_list != NULL && is_listed(server->block_list, s);
}

static bool is_full(const lnet_server *server) {
  return server->max_connections != 0 && server->connections >= server->max_connections;
}

/* Gives the connection to the handle of the stream. Returns 0 or libuv's code. */
static int take(lnet_listener *listener, lnet_stream *s) {
  if (!listener->polls) return uv_accept(&listener->h.stream, &s->h.stream);
  const int fd = listener->accepted;
  listener->accepted = -1;
  const int status = listener->is_pipe ? uv_pipe_open(&s->h.pipe, fd) : uv_tcp_open(&s->h.tcp, fd);
  if (status != 0) lnet_os_close(fd);
  return status;
}

/* Protected: makes the socket, accepts, and emits 'connection'. What raises does so before the
   accept, or is a listener. [-0, +0, e] */
static int body_accept(lua_State *L) {
  struct incoming *in = lua_touserdata(L, 1);
  lnet_listener *listener = in->listener;
  lnet_server *server = in->server;
  lnet_object_push(L, &server->base.object);
  lnet_stream *s = lnet_stream_make(L, listener->object.ctx, !listener->is_pipe);
  lua_getiuservalue(L, 2, UV_SOCKET_META);
  lua_setmetatable(L, 3);
  if (server->keep_alive && server->keep_alive_delay > 0)
    lnet_stream_check_cold(L, 3, s)->keep_alive_delay = server->keep_alive_delay;
  in->status = lnet_stream_open_handle(L, 3, s, listener->is_pipe);
  if (in->status != 0) return 0;
  if (listener->server != server) { /* a finalizer has closed it */
    lnet_stream_destroy(s, lnet_fault_of(LNET_FAULT_NONE));
    return 0;
  }
  in->stream = s;
  in->status = take(listener, s);
  in->accepted = true;
  if (in->status != 0 || is_blocked(server, s) || is_full(server)) return 0;
  in->placed = true; /* the usual end, without a door of its own */
  set_up(server, s);
  const int type = lnet_emit_hot_push(L, 2);
  lua_pushvalue(L, 3);
  lnet_stream_ctx(s)->told = &s->base.object;
  lnet_emit_hot(L, LNET_EV_CONNECTION, 4, type);
  lnet_stream_ctx(s)->told = NULL;
  return 0;
}

/* What becomes of a connection that was accepted, or could not be. */
static void place(struct incoming *in) {
  lnet_ctx *ctx = in->listener->object.ctx;
  lnet_server *server = in->server;
  if (in->status != 0) {
    if (in->stream != NULL) lnet_stream_destroy(in->stream, lnet_fault_of(LNET_FAULT_NONE));
    lnet_enter(ctx, body_error, in);
  } else if (is_blocked(server, in->stream)) { /* nobody is told */
    lnet_stream_destroy(in->stream, lnet_fault_of(LNET_FAULT_NONE));
  } else if (is_full(server)) {
    lnet_enter(ctx, body_drop, in);
    lnet_stream_destroy(in->stream, lnet_fault_of(LNET_FAULT_NONE));
  } else {
    set_up(server, in->stream);
    lnet_enter(ctx, body_connection, in);
  }
}

static void accept_one(lnet_listener *listener) {
  struct incoming in = {listener, listener->server, NULL, 0, false, false};
  lnet_server *server = in.server;
  lnet_object_hold_again(&server->base.object);
  lnet_enter(listener->object.ctx, body_accept, &in);
  if (!in.placed && (in.accepted || in.status != 0))
    place(&in);
  else if (!in.placed && listener->server != NULL) /* no memory: again when net.run goes on */
    lnet_object_owe(&listener->object, OWE_ACCEPT);
  lnet_object_release(&server->base.object);
}

/* Tells the server that a connection could not be accepted. */
static void accept_failed(lnet_listener *listener, int status) {
  struct incoming in = {listener, listener->server, NULL, status, false, false};
  lnet_enter(listener->object.ctx, body_error, &in);
}

/* Accepts one connection. Returns whether there was one. */
static bool accept_polled(lnet_listener *listener) {
  const int status = lnet_os_accept(listener->fd);
  const bool none_left = status == UV_EMFILE || status == UV_ENFILE;
  if (status >= 0) {
    listener->accepted = status;
    accept_one(listener);
  } else if (none_left && listener->spare >= 0) {
    lnet_os_shed(listener->fd, &listener->spare);
  } else if (status != UV_EAGAIN && status != UV_ECONNABORTED) { /* else it is gone already */
    accept_failed(listener, status);
  }
  lnet_leave(listener->object.ctx);
  return status >= 0;
}

/* libuv from 1.45 on, and so node v20, gives a server one connection a turn of the loop. A program
   can tell that from several by what comes in between: an immediate, a 'close', or an event of a
   socket of its own that connects. Where there is none of these, a turn takes more than one: a turn
   costs as much as a connection. `closings`: ctx->closings when the turn began. */
static bool may_take_more(const lnet_listener *listener, uint32_t closings) {
  const lnet_ctx *ctx = listener->object.ctx;
  return !ctx->shut && !ctx->halted && listener->server != NULL && listener->accepted < 0 &&
         ctx->outgoing == 0 && ctx->closings == closings && !lnet_immediates_wait(ctx);
}

void lnet_accept_on_ready(uv_poll_t *poll, int status, int events) {
  enum { MOST = 32 }; /* connections a turn */
  lnet_listener *listener = poll->data;
  lnet_ctx *ctx = listener->object.ctx;
  const uint32_t closings = ctx->closings;
  (void)events;
  /* Halted: the kernel keeps the connection, and the next turn tells of it again. */
  if (ctx->shut || ctx->halted || listener->server == NULL || listener->accepted >= 0) return;
  if (status != 0) {
    accept_failed(listener, status);
    lnet_leave(ctx);
    return;
  }
  int count = 1;
  while (accept_polled(listener) && count < MOST && may_take_more(listener, closings))
    count++;
}

void lnet_accept_on_connection(uv_stream_t *handle, int status) {
  lnet_listener *listener = handle->data;
  lnet_ctx *ctx = listener->object.ctx;
  if (ctx->shut || listener->server == NULL) return;
  if (ctx->halted) { /* libuv keeps the connection until it is accepted */
    if (status == 0) lnet_object_owe(&listener->object, OWE_ACCEPT);
    return;
  }
  if (status != 0)
    accept_failed(listener, status);
  else
    accept_one(listener);
  lnet_leave(ctx);
}

void lnet_accept_resume(lnet_listener *listener) {
  listener->object.owed &= (uint8_t)~OWE_ACCEPT;
  if (listener->server != NULL) accept_one(listener);
}

int lnet_l_incoming(lua_State *L) {
  lnet_server *server = lnet_check_server(L, 1);
  lnet_stream *s = lnet_check_stream(L, 2);
  lnet_ctx *ctx = lnet_stream_ctx(s);
  lua_settop(L, 2);
  if (server->keep_alive && server->keep_alive_delay > 0)
    lnet_stream_check_cold(L, 2, s)->keep_alive_delay = server->keep_alive_delay;
  lnet_object_hold(L, 1, &server->base.object);
  if (server->listener == NULL || (s->s & S_HANDLE) == 0) { /* closed meanwhile */
    lnet_object_release(&server->base.object);
    return luaL_argerror(L, 1, "not listening");
  }
  lua_getiuservalue(L, 1, UV_SOCKET_META);
  lnet_object_join(L, 2, &s->base.object);
  lua_State *before = lnet_swap_thread(ctx, L);
  struct incoming in = {server->listener, server, s, 0, true, false};
  place(&in);
  lnet_swap_thread(ctx, before);
  lnet_object_release(&server->base.object);
  return 0;
}
