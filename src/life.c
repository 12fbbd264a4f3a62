/* From one life of a stream to the next: a stream that has ended connects again. What the earlier
   life still owes its user is told (callbacks of writes and of finish(), 'error'); all else that
   was begun in it, and what it has read and nobody has taken, is dropped. */
#include "life.h"
#include "call.h"
#include "entries.h"
#include "error.h"
#include "readbuf.h"

/* Whether it has been connected, or destroyed, before. */
static bool has_lived(const lnet_stream *s) {
  return (s->s & (S_DESTROYED | S_HANDLE_OPEN | S_SHARED)) != 0;
}

/* Calls one function after the other of the sequence at 1 with the value behind it. What one of
   them raises is kept for net.run, the others are still called. */
static int l_tell_owed(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  for (lua_Integer i = 1; lua_rawgeti(L, 1, i) == LUA_TFUNCTION; i += 2) {
    lua_rawgeti(L, 1, i + 1);
    if (lua_isboolean(L, -1)) {
      lua_pop(L, 1);
      lua_pushnil(L);
    }
    lnet_call_kept(L, ctx, 1);
    lua_settop(L, 1);
  }
  return 0;
}

/* Makes a reference to the function of a tick that calls back what waits in the writer, or
   LUA_NOREF. [-0, +0, m] */
static int ref_owed(lua_State *L, int idx, lnet_stream *s) {
  lnet_entries_push_owed(L, idx, s);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    return LUA_NOREF;
  }
  lua_pushlightuserdata(L, lnet_stream_ctx(s));
  lua_pushcclosure(L, l_tell_owed, 1);
  lua_insert(L, -2);
  lnet_pack(L, 1);
  return lnet_tick_keep(L, lnet_stream_ctx(s));
}

/* Keeps the error that a queued 'error' of the ending life tells. [-0, +0, m] */
static void keep_error(lua_State *L, int idx, lnet_stream *s) {
  const bool due = (s->s & (S_DESTROYED | S_ERROR_EMITTED | S_CLOSE_EMITTED)) == S_DESTROYED &&
                   lnet_stream_rare(s)->exception.kind != LNET_FAULT_NONE;
  if (!due) return;
  lnet_class_part(L, idx, COLD_PAST);
  lnet_stream_push_exception(L, idx, s);
  lua_rawseti(L, -2, lnet_stream_life(s));
  lua_pop(L, 1);
}

/* What was read, and nobody has taken. [-0, +0, -] */
static void drop_unread(lua_State *L, int idx, lnet_stream *s) {
  lnet_readbuf_clear(L, idx, s);
  s->r &= ~(uint32_t)(R_EMITTED_READABLE | R_END_SCHEDULED | R_READING_MORE);
  if ((s->s & S_DECODING) != 0)
    lnet_decoder_init(&s->cold->decoder, (lnet_encoding)s->cold->decoder.encoding);
}

/* All that belongs to the life before is gone; what is owed has been put aside. [-0, +0, -] */
static void begin_next(lua_State *L, int idx, lnet_stream *s) {
  lnet_ctx *ctx = lnet_stream_ctx(s);
  lnet_cold *cold = s->cold;
  lnet_entries_put_aside(s);
  lnet_class_forget(L, idx, COLD_QUEUE);
  lnet_class_forget(L, idx, COLD_FINISH);
  drop_unread(L, idx, s);
  lnet_entries_set_corks(s, cold->corked - cold->old_corks);
  cold->old_corks = 0;
  lnet_stream_rare(s)->pendingcb = 0;
  s->w &= W_DISABLED | W_QUEUE | W_ENDING | W_ENDED | W_FINISHED;
  cold->past_close = (s->s & S_CONNECT_WAITS) != 0;
  ctx->lives = ctx->lives % INT32_MAX + 1; /* a tick keeps 31 bits of it; 0 is the first life */
  cold->life = ctx->lives;
}

/* Makes a stream that is destroyed, or new, usable. [-0, +0, -] */
static void revive(lua_State *L, int idx, lnet_stream *s) {
  s->r &= ~(uint32_t)(R_READING | R_HANDLE_READING);
  if ((s->r & R_DISABLED) == 0) s->r &= ~(uint32_t)(R_ENDED | R_END_EMITTED);
  s->w &= ~(uint32_t)(W_FINAL_CALLED | W_PREFINISHED | W_CLOSE_IS_FIN);
  if ((s->w & W_DISABLED) == 0) s->w &= ~(uint32_t)(W_ENDED | W_ENDING | W_FINISHED);
  s->s &= ~(uint32_t)(S_DESTROYED | S_ERRORED | S_ERROR_EMITTED | S_CLOSED | S_CLOSE_EMITTED |
                      S_SAME_FAULT | S_FIN_SEEN | S_RESET);
  s->bytes_read = s->bytes_sent = 0;
  lnet_class_forget(L, idx, COLD_PEER);
  lnet_rare *rare = lnet_stream_rare(s);
  rare->errored = rare->exception = lnet_fault_of(LNET_FAULT_NONE);
}

/* The handle for another connection; the stream is held where it had a life before. */
static int take_handle(lua_State *L, int idx, lnet_stream *s, bool pipe) {
  if ((s->s & S_HANDLE_OPEN) == 0) {
    const int status = lnet_stream_open_handle(L, idx, s, pipe);
    if (status == 0) lnet_stream_note_outgoing(s);
    return status;
  }
  const int status = lnet_stream_reserve_end(s);
  if (status != 0) return status;
  s->s = pipe ? s->s | S_PIPE : s->s & ~(uint32_t)S_PIPE;
  s->s |= S_HANDLE | S_CONNECT_WAITS;
  return 0;
}

/* What the beginning of the next life allocates. */
struct next {
  lnet_stream *stream;
  int owed_ref; /* of the function that tells what is owed, or LUA_NOREF */
  bool held;
};

/* Protected: allocates, for the stream at 1. [-0, +0, m] */
static int body_allocate(lua_State *L) {
  struct next *next = lua_touserdata(L, 2);
  lnet_stream *s = next->stream;
  keep_error(L, 1, s);
  if (lnet_entries_in_libuv(s)) {
    lnet_class_part(L, 1, COLD_QUEUE);
    lnet_class_more(L, 1);
    lua_insert(L, -2);
    lua_rawseti(L, -2, COLD_ASIDE);
  }
  lnet_object_hold(L, 1, &s->base.object);
  next->held = true;
  next->owed_ref = ref_owed(L, 1, s);
  return 0;
}

/* Allocates for the next life of the stream at idx. The collector stands still, so that no
   finalizer writes, destroys or connects in the middle. Raises when there is no memory. [-0, +0, m]
 */
static void allocate(lua_State *L, int idx, struct next *next) {
  const bool stop = lua_gc(L, LUA_GCISRUNNING) == 1;
  idx = lua_absindex(L, idx);
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  if (stop) lua_gc(L, LUA_GCSTOP);
  lua_pushcfunction(L, body_allocate);
  lua_pushvalue(L, idx);
  lua_pushlightuserdata(L, next);
  const int status = lua_pcall(L, 2, 0, 0);
  if (stop) lua_gc(L, LUA_GCRESTART);
  if (status == LUA_OK) return;
  if (next->held) lnet_object_release(&next->stream->base.object);
  lua_error(L);
}

int lnet_life_begin(lua_State *L, int idx, lnet_stream *s, bool pipe) {
  struct next next = {s, LUA_NOREF, false};
  lnet_stream_check_cold(L, idx, s);
  const bool again = has_lived(s);
  if (again) allocate(L, idx, &next);
  const int status = take_handle(L, idx, s, pipe);
  if (status == 0) {
    if (next.owed_ref != LUA_NOREF) lnet_tick_ref(lnet_stream_ctx(s), next.owed_ref, true);
    if (again) begin_next(L, idx, s);
    revive(L, idx, s);
  } else {
    lnet_tick_drop(L, lnet_stream_ctx(s), next.owed_ref);
  }
  if (next.held) lnet_object_release(&s->base.object);
  return status;
}
