/* The reading half of a stream: from uv_read_start to 'data', 'readable' and 'end'. The steps and
   their order are node v20's (Readable, and the socket's _read on top of it). */
#include "reader.h"
#include "call.h"
#include "ending.h"
#include "onread.h"
#include "pipe.h"
#include "readbuf.h"
#include "tick.h"
#include <string.h>

static void flow(lnet_stream *s);

/* ---- steps that come by a tick ---- */

static void end_readable_tick(lnet_object *object);
static void emit_readable_tick(lnet_object *object);

static void end_readable(lnet_stream *s) {
  if ((s->r & (R_END_EMITTED | R_END_SCHEDULED)) != 0)
    return; /* node queues another, for nothing */
  s->r |= R_ENDED | R_END_SCHEDULED;
  lnet_stream_tick(s, end_readable_tick);
}

static void emit_readable(lnet_stream *s) {
  s->r &= ~(uint32_t)R_NEED_READABLE;
  if ((s->r & R_EMITTED_READABLE) != 0) return;
  s->r |= R_EMITTED_READABLE;
  lnet_stream_tick(s, emit_readable_tick);
}

static void emit_readable_now(lnet_stream *s) {
  if ((s->s & (S_DESTROYED | S_ERRORED)) == 0 && (lnet_has_unread(s) || (s->r & R_ENDED) != 0)) {
    if (!lnet_stream_tell(s, LNET_EV_READABLE)) return;
    s->r &= ~(uint32_t)R_EMITTED_READABLE;
  }
  if ((s->r & (R_FLOWING | R_ENDED)) == 0 && lnet_unread(s) <= lnet_stream_rare(s)->r_hwm)
    s->r |= R_NEED_READABLE;
  flow(s);
}

static void emit_readable_tick(lnet_object *object) {
  emit_readable_now((lnet_stream *)object);
}

static void end_writable_tick(lnet_object *object) {
  lnet_stream *s = (lnet_stream *)object;
  if ((s->w & (W_ENDING | W_DISABLED)) == 0 && (s->s & (S_DESTROYED | S_ERRORED)) == 0)
    lnet_ending_begin(s);
}

static void end_readable_tick(lnet_object *object) {
  lnet_stream *s = (lnet_stream *)object;
  s->r &= ~(uint32_t)R_END_SCHEDULED;
  if ((s->s & (S_ERRORED | S_CLOSE_EMITTED)) != 0 || (s->r & R_END_EMITTED) != 0 ||
      lnet_has_unread(s))
    return;
  s->r |= R_END_EMITTED;
  if (s->base.emitter.own_end && (s->s & S_HALF_OPEN) == 0) s->s |= S_FIN_SEEN;
  if (!lnet_stream_tell(s, LNET_EV_END)) return;
  const bool writable =
      (s->w & (W_ENDING | W_DISABLED)) == 0 && (s->s & (S_DESTROYED | S_ERRORED)) == 0;
  if (writable && (s->s & S_HALF_OPEN) == 0)
    lnet_stream_tick_last(s, end_writable_tick);
  else if ((s->w & (W_FINISHED | W_DISABLED)) != 0)
    lnet_stream_destroy(s, lnet_fault_of(LNET_FAULT_NONE));
}

static void read_more(lnet_stream *s) {
  while ((s->r & (R_READING | R_ENDED)) == 0 &&
         (lnet_unread(s) < lnet_stream_rare(s)->r_hwm ||
          ((s->r & R_FLOWING) != 0 && !lnet_has_unread(s)))) {
    const size_t before = lnet_unread(s);
    lnet_reader_read0(s);
    if (lnet_unread(s) == before) break;
  }
  s->r &= ~(uint32_t)R_READING_MORE;
}

/* Returns whether the stream flows, and all is as the loop would leave it. */
static inline bool read_more_usual(lnet_stream *s) {
  const uint32_t usual = R_FLOWING | R_HANDLE_READING;
  if ((s->r & (usual | R_READING | R_ENDED)) != usual || lnet_has_unread(s) ||
      (s->s & (S_DESTROYED | S_ERRORED)) != 0)
    return false;
  s->r = (s->r | R_READING | R_NEED_READABLE) & ~(uint32_t)R_READING_MORE;
  return true;
}

static void read_more_tick(lnet_object *object) {
  read_more((lnet_stream *)object);
}

static void maybe_read_more(lnet_stream *s) {
  if ((s->r & R_READING_MORE) != 0) return;
  s->r |= R_READING_MORE;
  lnet_stream_tick(s, read_more_tick);
}

/* ---- asking for bytes ---- */

LNET_HOT static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf) {
  lnet_stream *s = lnet_stream_of(handle);
  lnet_ctx *ctx = lnet_stream_ctx(s);
  (void)suggested;
  buf->base = ctx->slab;
  if (ctx->halted || ctx->shut)
    buf->len = 0; /* the bytes stay in the kernel until net.run goes on */
  else if ((s->s & S_ONREAD) != 0)
    *buf = lnet_onread_buffer(s);
  else
    buf->len = (s->s & S_PIPED) != 0 ? LNET_SLAB_SIZE : LNET_CHUNK_MAX;
}

static void on_read(uv_stream_t *handle, ssize_t n, const uv_buf_t *buf);

void lnet_reader_start(lnet_stream *s) {
  if ((s->r & R_HANDLE_READING) != 0) return;
  s->r |= R_HANDLE_READING;
  const int status = uv_read_start(&s->h.stream, on_alloc, on_read);
  if (status != 0) lnet_stream_destroy(s, lnet_fault_system(status, LNET_SYSCALL_READ));
}

/* A stream that reads into the user's buffer keeps nothing that could call for more: what starts
   it again after pause(), or after a callback that has answered false, is whoever reads. node's
   Socket.read and Socket.resume. [-0, +0, -] */
static inline void restart_onread(lnet_stream *s) {
  if ((s->s & (S_ONREAD | S_HANDLE | S_CONNECTING)) == (S_ONREAD | S_HANDLE)) lnet_reader_start(s);
}

static void ask(lnet_stream *s) {
  if ((s->s & S_CONNECTING) != 0 || (s->s & S_HANDLE) == 0)
    s->r |= R_ON_CONNECT;
  else
    lnet_reader_start(s);
}

void lnet_reader_connected(lnet_stream *s) {
  if ((s->r & R_ON_CONNECT) == 0) return;
  s->r &= ~(uint32_t)R_ON_CONNECT;
  ask(s);
}

/* The part of read(n) that asks for more if that is due; `length` bytes were there, and n of them
   are taken. [-0, +0, -] */
static void ask_if_due(lnet_stream *s, size_t length, size_t n) {
  if ((s->r & (R_READING | R_ENDED)) != 0 || (s->s & (S_DESTROYED | S_ERRORED)) != 0) return;
  const bool due =
      (s->r & R_NEED_READABLE) != 0 || length == 0 || length - n < lnet_stream_rare(s)->r_hwm;
  if (!due) return;
  s->r |= R_READING | R_SYNC;
  if (length == 0) s->r |= R_NEED_READABLE;
  ask(s);
  s->r &= ~(uint32_t)R_SYNC;
}

/* The part of read(n) after n bytes were taken, 0 for none. [-0, +0, -] */
static void after_taking(lnet_stream *s, size_t n, bool as_asked) {
  if (lnet_has_unread(s)) {
    if (n == 0 && lnet_unread(s) <= lnet_stream_rare(s)->r_hwm) s->r |= R_NEED_READABLE;
    return;
  }
  const bool ended = (s->r & R_ENDED) != 0;
  if (n == 0 || !ended) s->r |= R_NEED_READABLE;
  if (ended && !as_asked) end_readable(s);
}

void lnet_reader_took(lnet_stream *s, size_t n, bool as_asked) {
  restart_onread(s);
  ask_if_due(s, lnet_unread(s) + n, n);
  after_taking(s, n, as_asked);
}

void lnet_reader_end(lnet_stream *s) {
  if (!lnet_has_unread(s)) end_readable(s);
}

static void flow_tick(lnet_object *object);

void lnet_reader_put_back(lnet_stream *s, bool waits) {
  if (waits && (s->r & R_NEED_READABLE) != 0) emit_readable(s);
  maybe_read_more(s);
}

void lnet_reader_flow_later(lnet_stream *s) {
  lnet_stream_tick(s, flow_tick);
}

void lnet_reader_read0(lnet_stream *s) {
  restart_onread(s);
  const uint32_t hwm = lnet_stream_rare(s)->r_hwm;
  const bool enough = lnet_has_unread(s) && lnet_unread(s) >= hwm;
  if ((s->r & R_NEED_READABLE) != 0 && (enough || (s->r & R_ENDED) != 0)) {
    if (!lnet_has_unread(s) && (s->r & R_ENDED) != 0)
      end_readable(s);
    else
      emit_readable(s);
    return;
  }
  if ((s->r & R_ENDED) != 0) {
    if (!lnet_has_unread(s)) end_readable(s);
    return;
  }
  lnet_reader_took(s, 0, true);
}

/* ---- flowing ---- */

/* Protected: takes the first chunk and gives it to the listeners of 'data'. [-0, +0, e] */
static int body_flow(lua_State *L) {
  lnet_stream *s = lua_touserdata(L, 1);
  lnet_object_push(L, &s->base.object);
  const size_t n = lnet_readbuf_peek(L, 2, s, lnet_readbuf_first_len(L, 2, s));
  if (n == 0 || (s->r & R_FLOWING) == 0) return 0; /* a finalizer has read it, or paused */
  lnet_readbuf_drop(L, 2, s, n);
  lnet_reader_took(s, n, false);
  if ((s->s & (S_ERROR_EMITTED | S_CLOSE_EMITTED)) == 0) {
    s->r |= R_DATA_EMITTED;
    lnet_emit_at(L, &s->base, 2, LNET_EV_DATA, 1);
  }
  return 0;
}

/* One read() while flowing. Returns whether there was a chunk. [-0, +0, -] */
static bool flow_once(lnet_stream *s) {
  s->r &= ~(uint32_t)R_EMITTED_READABLE;
  if (!lnet_has_unread(s)) {
    if ((s->r & R_ENDED) != 0) {
      end_readable(s);
      return false;
    }
    lnet_reader_took(s, 0, false);
    return false;
  }
  const size_t before = lnet_unread(s);
  lnet_enter(lnet_stream_ctx(s), body_flow, s);
  return lnet_unread(s) != before || !lnet_stream_ctx(s)->halted;
}

static void flow_tick(lnet_object *object) {
  flow((lnet_stream *)object);
}

static void flow(lnet_stream *s) {
  const lnet_ctx *ctx = lnet_stream_ctx(s);
  while ((s->r & R_FLOWING) != 0 && !ctx->halted && flow_once(s))
    continue;
  /* Halted in between: the rest comes when net.run goes on. */
  if ((s->r & R_FLOWING) != 0 && ctx->halted && lnet_has_unread(s)) lnet_stream_tick(s, flow_tick);
}

static void resume_tick(lnet_object *object) {
  lnet_stream *s = (lnet_stream *)object;
  if ((s->r & R_READING) == 0) lnet_reader_read0(s);
  s->r &= ~(uint32_t)R_RESUME_SCHEDULED;
  lnet_emit_plain(&s->base, LNET_EV_RESUME);
  flow(s);
  if ((s->r & (R_FLOWING | R_READING)) == R_FLOWING) lnet_reader_read0(s);
}

void lnet_reader_resume(lnet_stream *s) {
  restart_onread(s);
  if ((s->r & R_FLOWING) == 0) {
    s->r |= R_HAS_FLOWING;
    if ((s->r & R_READABLE_LISTENING) == 0) s->r |= R_FLOWING;
    if ((s->r & R_RESUME_SCHEDULED) == 0) {
      s->r |= R_RESUME_SCHEDULED;
      lnet_stream_tick_always(s, resume_tick);
    }
  }
  s->r |= R_HAS_PAUSED;
  s->r &= ~(uint32_t)R_PAUSED;
}

bool lnet_reader_pause(lnet_stream *s) {
  const bool was = (s->r & (R_HAS_FLOWING | R_FLOWING)) != R_HAS_FLOWING;
  s->r |= R_HAS_FLOWING | R_HAS_PAUSED | R_PAUSED;
  s->r &= ~(uint32_t)R_FLOWING;
  return was;
}

/* ---- what comes from the handle ---- */

/* Whether a listener has begun another life of the stream, which waits for the handle that is being
   read. (A destroyed stream is looked at anyway.) [-0, +0, -] */
static inline bool is_past_handle(const lnet_stream *s) {
  return (s->s & S_CONNECT_WAITS) != 0;
}

struct chunk {
  lnet_stream *stream;
  const char *base;
  size_t len;
  bool kept; /* it is a string now, with the listeners or among the unread */
};

/* Pushes the text in the chunk, in the encoding that is set. [-0, +1, m] */
static void push_decoded(lua_State *L, const struct chunk *c) {
  lnet_decoder *own = &c->stream->cold->decoder;
  const lnet_decoder before = *own;
  lnet_decoder decoder = before;
  luaL_Buffer out;
  char *to = luaL_buffinitsize(L, &out, lnet_decoder_max(&decoder, c->len));
  luaL_pushresultsize(&out, lnet_decoder_feed(&decoder, c->base, c->len, to));
  const bool mine = !is_past_handle(c->stream);
  if (mine && memcmp(own, &before, sizeof before) == 0) *own = decoder; /* else a finalizer's */
}

/* Pushes the chunk as a string, decoded where an encoding is set. [-0, +1, m] */
static inline void push_chunk(lua_State *L, const struct chunk *c) {
  if ((c->stream->s & S_DECODING) == 0)
    lua_pushlstring(L, c->base, c->len);
  else
    push_decoded(L, c);
}

/* Protected: gives one chunk to the listeners of 'data', or keeps it. [-0, +0, e] */
LNET_HOT static int body_chunk(lua_State *L) {
  struct chunk *c = lua_touserdata(L, 1);
  lnet_stream *s = c->stream;
  lnet_object_push(L, &s->base.object);
  if (lnet_reader_is_direct(s)) {
    const int type = lnet_emit_hot_push(L, 2);
    push_chunk(L, c); /* a finalizer may run, and do anything to the socket */
    if (is_past_handle(s)) return 0;
    if (lnet_reader_is_direct(s)) {
      c->kept = true;
      if ((s->s & S_DECODING) != 0 && lua_rawlen(L, 4) == 0) return 0; /* it held all of it back */
      s->r |= R_DATA_EMITTED;
      lnet_emit_hot(L, LNET_EV_DATA, 3, type);
      return 0;
    } /* else a finalizer has stopped the flow */
  } else {
    push_chunk(L, c);
  }
  if (lua_rawlen(L, -1) == 0) {
    c->kept = true;
    return 0;
  }
  lnet_readbuf_reserve(L, 2, s); /* here, too */
  if (is_past_handle(s)) return 0;
  lnet_readbuf_add(L, 2, s, false);
  c->kept = true;
  if ((s->r & R_NEED_READABLE) != 0) emit_readable(s);
  return 0;
}

/* Takes a chunk from the handle. Returns whether more may come at once. [-0, +0, -] */
LNET_HOT static bool push(lnet_stream *s, const char *base, size_t len) {
  if ((s->s & (S_DESTROYED | S_ERRORED)) != 0 || (s->r & R_ENDED) != 0) return false;
  if ((s->s & S_ONREAD) != 0) return lnet_onread_deliver(s, len);
  s->r &= ~(uint32_t)R_READING;
  const bool piped = (s->s & S_PIPED) != 0 && lnet_reader_is_direct(s) &&
                     (s->s & S_DECODING) == 0 && lnet_pipe_feed(s, base, len);
  if (!piped) {
    struct chunk c = {s, base, len, false};
    lnet_enter(lnet_stream_ctx(s), body_chunk, &c);
    if (is_past_handle(s)) return false;
    if (!c.kept) { /* no memory for it: net.run tells, and the stream is over */
      lnet_stream_destroy(s, lnet_fault_system(UV_ENOMEM, LNET_SYSCALL_READ));
      return false;
    }
  }
  /* Node asks for more in a tick; where that would be the next thing to run, it is done at once. */
  const lnet_ctx *ctx = lnet_stream_ctx(s);
  if (ctx->tick_count == 0 && ctx->gathering == 0 && !ctx->halted) {
    if (read_more_usual(s)) return true;
    read_more(s);
  } else {
    maybe_read_more(s);
  }
  return (s->r & R_ENDED) == 0 &&
         (lnet_unread(s) < lnet_stream_rare(s)->r_hwm || !lnet_has_unread(s));
}

/* Protected: what the decoder held back is the last chunk. [-0, +0, e] */
static int body_last(lua_State *L) {
  struct chunk *c = lua_touserdata(L, 1);
  char text[LNET_DECODER_FINISH_MAX];
  const size_t len = lnet_decoder_finish(&c->stream->cold->decoder, text);
  if (len > 0) {
    lnet_object_push(L, &c->stream->base.object);
    lua_pushlstring(L, text, len);
    lnet_readbuf_reserve(L, 2, c->stream); /* a finalizer may run, and connect again */
    if (is_past_handle(c->stream)) return 0;
    lnet_readbuf_add(L, 2, c->stream, false);
  }
  c->kept = true;
  return 0;
}

/* The peer has ended: node's push(null) and read(0). [-0, +0, -] */
static void push_end(lnet_stream *s) {
  const uint32_t life = lnet_stream_life(s);
  s->r &= ~(uint32_t)R_READING;
  if ((s->r & R_ENDED) == 0) {
    if ((s->s & S_DECODING) != 0) {
      struct chunk c = {s, NULL, 0, false};
      lnet_enter(lnet_stream_ctx(s), body_last, &c);
      if (lnet_stream_is_past(s, life)) return;
      if (!c.kept) lnet_stream_destroy(s, lnet_fault_system(UV_ENOMEM, LNET_SYSCALL_READ));
    }
    s->r |= R_ENDED;
    if ((s->r & R_SYNC) != 0) {
      emit_readable(s);
    } else {
      s->r &= ~(uint32_t)R_NEED_READABLE;
      s->r |= R_EMITTED_READABLE;
      emit_readable_now(s);
      if (lnet_stream_is_past(s, life)) return;
    }
  }
  if ((s->r & R_END_SCHEDULED) == 0) lnet_reader_read0(s);
}

/* From libuv, so no L: whatever may raise is in the bodies. */
LNET_HOT static void on_read(uv_stream_t *handle, ssize_t n, const uv_buf_t *buf) {
  lnet_stream *s = lnet_stream_of((uv_handle_t *)handle);
  lnet_ctx *ctx = lnet_stream_ctx(s);
  if (n == 0 || ctx->shut) return;
  if (ctx->halted) { /* no room was given; or the end, behind a chunk that has halted: once more */
    if (n == UV_EOF) uv_read_start(handle, on_alloc, on_read);
    return;
  }
  lnet_stream_verify(s);
  lnet_stream_touch(s);
  if (n > 0) {
    s->bytes_read += (uint64_t)n; /* commit first: a listener that raises sees it */
    if (!push(s, buf->base, (size_t)n) && (s->r & R_HANDLE_READING) != 0) {
      s->r &= ~(uint32_t)R_HANDLE_READING;
      if ((s->s & S_HANDLE) != 0) uv_read_stop(handle);
    }
  } else if (n == UV_EOF) {
    if ((s->r & R_END_EMITTED) == 0) push_end(s);
  } else {
    lnet_stream_destroy(s, lnet_fault_system((int)n, LNET_SYSCALL_READ));
  }
  lnet_leave(ctx);
}

/* ---- listeners ---- */

static void readable_tick(lnet_object *object) {
  lnet_reader_read0((lnet_stream *)object);
}

/* A socket's own listener of 'end', where others come before it. Upvalue: the socket. */
static int l_own_end(lua_State *L) {
  lnet_stream *s = lua_touserdata(L, lua_upvalueindex(1));
  if ((s->s & S_HALF_OPEN) == 0) s->s |= S_FIN_SEEN;
  return 0;
}

void lnet_reader_push_own(lua_State *L, int idx) {
  lua_pushvalue(L, idx);
  lua_pushcclosure(L, l_own_end, 1);
}

void lnet_reader_added(lua_State *L, int idx, void *stream, int event) {
  lnet_stream *s = stream;
  const bool unheld = s->base.object.holds == 0;
  if (unheld) lnet_object_hold_weakly(L, idx, &s->base.object);
  if (event == LNET_EV_DATA) {
    s->r |= R_DATA_LISTENING;
    if (lnet_listened(&s->base, LNET_EV_READABLE)) s->r |= R_READABLE_LISTENING;
    if ((s->r & (R_HAS_FLOWING | R_FLOWING)) != R_HAS_FLOWING) lnet_reader_resume(s);
  } else if ((s->r & (R_END_EMITTED | R_READABLE_LISTENING)) == 0) {
    s->r |= R_READABLE_LISTENING | R_NEED_READABLE | R_HAS_FLOWING;
    s->r &= ~(uint32_t)(R_FLOWING | R_EMITTED_READABLE);
    if (lnet_has_unread(s))
      emit_readable(s);
    else if ((s->r & R_READING) == 0 || (s->s & S_ONREAD) != 0) /* it may be stopped all the same */
      lnet_stream_tick_always(s, readable_tick);
  }
  if (unheld) lnet_object_release(&s->base.object);
}

/* After 'readable' listeners went: flow again if that is what is wanted. */
static void readable_listening_tick(lnet_object *object) {
  lnet_stream *s = (lnet_stream *)object;
  if (lnet_listened(&s->base, LNET_EV_READABLE))
    s->r |= R_READABLE_LISTENING;
  else
    s->r &= ~(uint32_t)R_READABLE_LISTENING;
  if ((s->r & (R_HAS_PAUSED | R_PAUSED | R_RESUME_SCHEDULED)) ==
      (R_HAS_PAUSED | R_RESUME_SCHEDULED))
    s->r |= R_HAS_FLOWING | R_FLOWING;
  else if ((s->r & R_DATA_LISTENING) != 0)
    lnet_reader_resume(s);
  else if ((s->r & R_READABLE_LISTENING) == 0)
    s->r &= ~(uint32_t)(R_HAS_FLOWING | R_FLOWING);
}

void lnet_reader_removed(lua_State *L, int idx, void *stream, int event) {
  lnet_stream *s = stream;
  if (event == LNET_EV_READABLE) {
    lnet_object_hold_weakly(L, idx, &s->base.object);
    lnet_stream_tick_always(s, readable_listening_tick);
    lnet_object_release(&s->base.object);
  } else if (!lnet_listened(&s->base, LNET_EV_DATA)) {
    s->r &= ~(uint32_t)R_DATA_LISTENING;
  }
}
