/* The option onread. Source: node v20, new net.Socket. */
#include "onread.h"
#include "buffer.h"
#include "call.h"

/* Makes the buffer on top the one to read into. The stream is at idx. [-1, +0, m] */
static void use_buffer(lua_State *L, int idx, lnet_stream *s) {
  const lnet_buffer *buffer = lnet_buffer_test(L, -1);
  if (buffer != NULL) {
    lnet_class_more(L, idx);
    lua_pushvalue(L, -2);
    lua_rawseti(L, -2, COLD_BUFFER);
    lua_pop(L, 1);
    s->cold->own = *buffer;
  }
  lua_pop(L, 1);
}

void lnet_onread_set(lua_State *L, int options, int idx, lnet_stream *s) {
  const int top = lua_gettop(L);
  if (lua_getfield(L, options, "onread") == LUA_TTABLE) {
    lua_getfield(L, -1, "buffer");
    lua_getfield(L, -2, "callback");
    const bool source = lua_isfunction(L, -2);
    if (lua_isfunction(L, -1) && (source || lnet_buffer_test(L, -2) != NULL)) {
      lnet_cold *cold = lnet_stream_check_cold(L, idx, s);
      lnet_class_more(L, idx);
      lua_pushvalue(L, -2);
      lua_rawseti(L, -2, COLD_ONREAD);
      lua_pushvalue(L, -3);
      lua_rawseti(L, -2, COLD_SOURCE);
      lua_pushvalue(L, -3);
      use_buffer(L, idx, s);
      s->s |= S_ONREAD;
      cold->source = source;
    }
  }
  lua_settop(L, top);
}

/* Asks for the next buffer; what is none leaves the last one. The stream is at idx. [-0, +0, e] */
static void ask(lua_State *L, int idx, lnet_stream *s) {
  lnet_class_more(L, idx);
  lua_rawgeti(L, -1, COLD_SOURCE);
  lua_call(L, 0, 1);
  use_buffer(L, idx, s);
  s->cold->fresh = true; /* not when the function raises: it is asked again */
  lua_pop(L, 1);
}

/* Protected: asks for the next buffer. [-0, +0, e] */
static int body_ask(lua_State *L) {
  lnet_stream *s = lua_touserdata(L, 1);
  lnet_object_push(L, &s->base.object);
  ask(L, 2, s);
  return 0;
}

void lnet_onread_ask(lua_State *L, int idx, lnet_stream *s) {
  if ((s->s & S_ONREAD) == 0 || !s->cold->source) return;
  if ((s->s & S_HANDLE) == 0 || !s->cold->fresh) ask(L, idx, s);
}

int lnet_l_askBuffer(lua_State *L) {
  lnet_onread_ask(L, 1, lnet_check_stream(L, 1));
  return 0;
}

static void ignore_read(uv_stream_t *handle, ssize_t n, const uv_buf_t *buf) {
  (void)handle;
  (void)n;
  (void)buf;
}

uv_buf_t lnet_onread_buffer(lnet_stream *s) {
  lnet_ctx *ctx = lnet_stream_ctx(s);
  lnet_cold *cold = s->cold;
  if (cold->source && !cold->fresh) {
    lnet_enter(ctx, body_ask, s);
    if ((s->r & R_HANDLE_READING) == 0 || (s->s & S_HANDLE) == 0) {
      /* The function has paused or destroyed the socket. libuv, which has forgotten whom to tell
         by then, tells all the same that there is no room. */
      s->h.stream.read_cb = ignore_read;
      return uv_buf_init(NULL, 0);
    }
  }
  const size_t len = ctx->halted || (s->s & S_DESTROYED) != 0 ? 0 : cold->own.len;
  return uv_buf_init(cold->own.base, len > UINT32_MAX ? UINT32_MAX : (unsigned)len);
}

struct told {
  lnet_stream *stream;
  size_t n;
  bool more;
};

/* Protected: callback(n, buffer). [-0, +0, e] */
static int body_tell(lua_State *L) {
  struct told *t = lua_touserdata(L, 1);
  lnet_object_push(L, &t->stream->base.object);
  lnet_class_more(L, 2);
  lua_rawgeti(L, 3, COLD_ONREAD);
  lua_pushinteger(L, (lua_Integer)t->n);
  lua_rawgeti(L, 3, COLD_BUFFER);
  lua_call(L, 2, 1);
  t->more = !lua_isboolean(L, -1) || lua_toboolean(L, -1);
  return 0;
}

bool lnet_onread_deliver(lnet_stream *s, size_t n) {
  struct told t = {s, n, true};
  const uint32_t life = lnet_stream_life(s);
  s->cold->fresh = false;
  const bool ok = lnet_enter(lnet_stream_ctx(s), body_tell, &t);
  if (lnet_stream_is_past(s, life)) return false;
  if (ok && s->cold->source)
    lnet_enter(lnet_stream_ctx(s), body_ask, s); /* for the next read, as in node */
  return t.more;
}
