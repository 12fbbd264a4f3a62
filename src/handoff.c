/* Sockets and servers that go to another process, or come from one: what is done to their handles.
   Which and when is in lua/lnet/ipc. */
#include "handoff.h"
#include "bind.h"
#include "channel.h"
#include "check.h"
#include "ending.h"
#include "error.h"
#include "reader.h"
#include "server.h"

/* The handle of a stream that was sent: libuv has it, but the socket does not. A connect() that
   waits for its close has set S_HANDLE again. */
static bool was_sent(const lnet_stream *s) {
  return (s->s & S_HANDLE_OPEN) != 0 && (s->s & (S_HANDLE | S_CONNECT_WAITS)) != S_HANDLE &&
         !uv_is_closing(&s->h.handle);
}

static bool has_handle(const lnet_stream *s) {
  return (s->s & (S_HANDLE | S_HANDLE_OPEN | S_CONNECT_WAITS)) == (S_HANDLE | S_HANDLE_OPEN);
}

static lnet_server *test_server(lua_State *L, int idx, const lnet_ctx *ctx) {
  return lnet_class_test(L, idx, ctx->server_meta);
}

uv_stream_t *lnet_handoff_stream(lua_State *L, int idx, lnet_ctx *ctx, lnet_object **carried) {
  lnet_stream *s = lnet_stream_test(L, idx);
  if (s != NULL) {
    if (!has_handle(s) && !was_sent(s)) return NULL;
    *carried = &s->base.object;
    lnet_ending_share(s);
    return &s->h.stream;
  }
  const lnet_server *server = test_server(L, idx, ctx);
  if (server == NULL) {
    lnet_error_raise(L, "TypeError", "ERR_INVALID_HANDLE_TYPE", "This handle type cannot be sent");
    return NULL;
  }
  if (server->listener == NULL) return NULL;
  *carried = &server->listener->object;
  return &server->listener->h.stream;
}

void lnet_handoff_detach(lua_State *L, int idx) {
  lnet_stream *s = lnet_stream_test(L, idx);
  if (s == NULL || !has_handle(s)) return;
  uv_read_stop(&s->h.stream);
  s->r &= ~(uint32_t)R_HANDLE_READING;
  s->s &= ~(uint32_t)S_HANDLE;
  lnet_stream_clear_timeout(s);
  if ((s->s & S_ACCEPTED) == 0) return;
  lnet_server *server = lnet_server_forget(s); /* node: who waits for its end asks the fork */
  if (server != NULL) lnet_object_release(&server->base.object);
}

/* Pushes a socket with what came. [-0, +1, m] */
static void take_socket(lua_State *L, lnet_ctx *ctx, uv_pipe_t *pipe, uv_handle_type type,
                        bool read) {
  lnet_stream *s = lnet_stream_new(L, ctx, type == UV_TCP);
  int status = lnet_stream_open_handle(L, -1, s, type != UV_TCP);
  s->s |= S_SHARED;
  if (status == 0) {
    status = uv_accept((uv_stream_t *)pipe, &s->h.stream);
    if (status != 0 || (type != UV_TCP && type != UV_NAMED_PIPE)) {
      s->s |= S_SILENT_CLOSE;
      lnet_stream_destroy(s, lnet_fault_of(LNET_FAULT_NONE));
      status = UV_EINVAL;
    }
  }
  if (status == 0) {
    if (read) lnet_reader_read0(s); /* node: into the buffer, at once */
    return;
  }
  lua_pop(L, 1);
  lua_pushnil(L);
}

/* Pushes a server that is bound to what came. [-0, +1, m] */
static void take_server(lua_State *L, lnet_ctx *ctx, uv_pipe_t *pipe) {
  lua_pushlightuserdata(L, ctx);
  lua_pushcclosure(L, lnet_l_newServer, 1);
  lua_call(L, 0, 1);
  lua_pushlightuserdata(L, ctx);
  lua_pushcclosure(L, lnet_l_bindPending, 1);
  lua_pushvalue(L, -2);
  lua_pushlightuserdata(L, pipe);
  lua_call(L, 2, 1);
  const bool bound = lua_tointeger(L, -1) == 0;
  lua_pop(L, 1);
  if (bound) return;
  lua_pop(L, 1);
  lua_pushnil(L);
}

void lnet_handoff_take(lua_State *L, lnet_ctx *ctx, uv_pipe_t *pipe, unsigned kind) {
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  if (lnet_ticks_reserve(ctx) != 0) lnet_error_memory(L);
  if (uv_pipe_pending_count(pipe) == 0) { /* lost: this process has no descriptor left */
    lua_pushnil(L);
    return;
  }
  const uv_handle_type type = uv_pipe_pending_type(pipe);
  if ((kind & LNET_FRAME_SERVER) != 0 && (type == UV_TCP || type == UV_NAMED_PIPE))
    take_server(L, ctx, pipe);
  else
    take_socket(L, ctx, pipe, type, (kind & LNET_FRAME_OWN) == 0);
}

int lnet_l_isPassable(lua_State *L) {
  const lnet_ctx *ctx = lnet_ctx_of(L);
  const lnet_stream *s = lnet_stream_test(L, 1);
  const lnet_server *server = test_server(L, 1, ctx);
  if (s != NULL && (s->s & S_CONNECTING) != 0)
    lua_pushboolean(L, false);
  else if ((s != NULL && has_handle(s)) || (server != NULL && server->listener != NULL))
    lua_pushboolean(L, true);
  else
    lua_pushnil(L);
  return 1;
}

int lnet_l_closeSent(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  if (!was_sent(s)) return 0;
  s->s |= S_SILENT_CLOSE; /* node: the socket was left without a handle before */
  uv_close(&s->h.handle, lnet_stream_on_close);
  return 0;
}

int lnet_l_moveListener(lua_State *L) {
  lnet_server *server = lnet_check_server(L, 1);
  lnet_server *from = lnet_check_server(L, 2);
  lnet_listener *listener = from->listener;
  lua_settop(L, 2);
  if (server->listener != NULL || listener == NULL) return luaL_argerror(L, 1, "cannot be moved");
  lnet_object_hold(L, 1, &server->base.object);
  lua_getiuservalue(L, 2, UV_LISTENER);
  lua_setiuservalue(L, 1, UV_LISTENER);
  listener->server = server;
  server->listener = listener;
  from->listener = NULL;
  lnet_object_release(&from->base.object);
  return 0;
}
