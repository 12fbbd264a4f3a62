/* Where the halves of a stream meet: its life, errors and 'close'. Source of the order: node v20,
   internal/streams/destroy and the socket's _destroy. */
#include "stream.h"
#include "call.h"
#include "check.h"
#include "ending.h"
#include "entries.h"
#include "error.h"
#include "gather.h"
#include "os.h"
#include "owed.h"
#include "pipe.h"
#include "reader.h"
#include "writer.h"
#include <stdlib.h>
#include <string.h>

#ifdef LNET_DEBUG
/* What waits is what is in flight, what is behind it, and what is lost and not told yet. */
static void verify_waiting(const lnet_stream *s) {
  const lnet_cold *cold = s->cold;
  if (cold == NULL || cold->count > 64) return; /* it would cost too much each time */
  size_t waiting = cold->write_len + cold->told_last;
  for (uint32_t i = 0; i < cold->count; i++) {
    const bool buffered = i >= cold->settled + cold->inflight;
    if (buffered || (cold->entries[i].flags & E_LOST) != 0) waiting += cold->entries[i].len;
  }
  lnet_assert(waiting == cold->waiting);
}

void lnet_stream_verify(const lnet_stream *s) {
  verify_waiting(s);
  lnet_assert((s->s & S_HANDLE_OPEN) == 0 || s->base.object.holds > 0);
  lnet_assert((s->s & S_HANDLE) == 0 || (s->s & (S_HANDLE_OPEN | S_CONNECT_WAITS)) != 0 ||
              (s->s & S_CONNECTING) != 0);
  lnet_assert(s->cold == NULL || s->cold->settled + s->cold->inflight <= s->cold->count);
  lnet_assert((s->s & S_DESTROYED) == 0 || (s->s & S_CONNECTING) == 0);
  lnet_assert((s->w & W_WRITING) == 0 || (s->cold != NULL && s->cold->inflight > 0));
  lnet_assert(((s->w & W_QUEUE) != 0) ==
              (s->cold != NULL && (s->cold->count > 0 || s->cold->corked > 0)));
  lnet_assert(s->cold == NULL || s->cold->old_corks <= s->cold->corked);
}
#endif

lnet_stream *lnet_stream_make(lua_State *L, lnet_ctx *ctx, bool narrow) {
  const size_t size = narrow ? LNET_STREAM_NARROW : sizeof(lnet_stream);
  lnet_stream *s = lua_newuserdatauv(L, size, LNET_UV_COMMON);
  memset(s, 0, offsetof(lnet_stream, h));
  lnet_object_init(&s->base.object, ctx, &lnet_stream_class);
  s->base.emitter.own_end = true;
  s->r = R_SYNC;
  if (narrow) s->rare_at = RARE_BEHIND_TCP;
  s->w_hwm = LNET_HIGH_WATER_MARK;
  s->h.handle.data = s;
  *lnet_stream_rare(s) = (lnet_rare){.r_hwm = LNET_HIGH_WATER_MARK};
  s->base.object.lacks = LNET_META_GC | LNET_META_FIELDS;
  return s;
}

lnet_stream *lnet_stream_new(lua_State *L, lnet_ctx *ctx, bool narrow) {
  lnet_stream *s = lnet_stream_make(L, ctx, narrow);
  lua_rawgeti(L, LUA_REGISTRYINDEX, ctx->socket_meta_ref);
  lua_setmetatable(L, -2);
  return s;
}

lnet_stream *lnet_check_stream(lua_State *L, int idx) {
  lnet_stream *s = lnet_stream_test(L, idx);
  if (s == NULL) lnet_error_raise_this(L, "Socket");
  lnet_ctx *ctx = lnet_stream_ctx(s);
  lnet_check_open(L, ctx);
  lnet_object_revive(L, idx, &s->base.object);
  if (lnet_ticks_reserve(ctx) != 0) lnet_error_memory(L);
  return s;
}

static void fire_timeout(lnet_alarm *alarm);

/* While a handle is open the stream is held, and what there is to free is freed when that is
   closed. Returns whether the stream, which is held, has a finalizer now. [-0, +0, -] */
static bool need_gc(lnet_stream *s) {
  lnet_object *object = &s->base.object;
  if (object->ctx->shut) return true;
  lua_State *L = object->ctx->L;
  lnet_assert(object->holds > 0);
  lnet_object_push(L, object);
  const bool has = lnet_object_need(L, -1, object, LNET_META_GC);
  lua_pop(L, 1);
  return has;
}

int lnet_stream_need_cold(lnet_stream *s) {
  if (s->cold != NULL) return 0;
  const bool lacks = (s->base.object.lacks & LNET_META_GC) != 0;
  if (lacks && (s->s & S_HANDLE_OPEN) == 0) need_gc(s);
  s->cold = calloc(1, sizeof *s->cold);
  if (s->cold == NULL) return UV_ENOMEM;
  lnet_alarm_init(&s->cold->alarm, fire_timeout, false);
  s->cold->stream = s;
  lnet_list_append(&lnet_stream_ctx(s)->colds, &s->cold->link);
  return 0;
}

lnet_cold *lnet_stream_check_cold(lua_State *L, int idx, lnet_stream *s) {
  if ((s->s & S_HANDLE_OPEN) == 0) lnet_object_need(L, idx, &s->base.object, LNET_META_GC);
  if (lnet_stream_need_cold(s) != 0) lnet_error_memory(L);
  return s->cold;
}

/* The handle of a narrow stream leaves its rare part the usual place. [-0, +0, -] */
static void take_rare_back(lnet_stream *s) {
  if (s->rare_at != RARE_COLD) return;
  lnet_assert(s->cold != NULL);
  s->h.narrow.rare = s->cold->rare;
  s->rare_at = RARE_BEHIND_TCP;
}

void lnet_stream_free_cold(lnet_stream *s) {
  if (s->cold == NULL) return;
  lnet_assert((s->s & S_HANDLE_OPEN) == 0 || lnet_stream_ctx(s)->shut);
  take_rare_back(s); /* the state is closing: finalizers may still look at it */
  lnet_stream_clear_timeout(s);
  lnet_entries_free(s);
  free(s->cold->ends);
  lnet_list_remove(&s->cold->link);
  free(s->cold);
  s->cold = NULL;
  s->w &= ~(uint32_t)(W_QUEUE | W_WRITING | W_PENDING_CONNECT);
  s->s &= ~(uint32_t)(S_DECODING | S_ONREAD);
  s->r &= ~(uint32_t)R_UNREAD;
}

int lnet_stream_reserve_end(lnet_stream *s) {
  lnet_cold *cold = s->cold;
  if (cold->ends_count < cold->ends_capacity) return 0;
  const uint32_t capacity = cold->ends_capacity == 0 ? 1 : 2 * cold->ends_capacity;
  lnet_end *ends = realloc(cold->ends, capacity * sizeof *ends);
  if (ends == NULL) return UV_ENOMEM;
  cold->ends = ends;
  cold->ends_capacity = capacity;
  return 0;
}

void lnet_stream_free_colds(lnet_ctx *ctx) {
  for (lnet_list *link; (link = lnet_list_first(&ctx->colds)) != NULL;)
    lnet_stream_free_cold(LNET_CONTAINER(link, lnet_cold, link)->stream);
}

/* ---- the handle ---- */

/* a narrow stream's rare part moves out of the way. [-0, +0, -] */
static int init_pipe(lnet_stream *s) {
  uv_loop_t *loop = lnet_stream_ctx(s)->loop;
  if (s->rare_at == RARE_BEHIND_PIPE) return uv_pipe_init(loop, &s->h.pipe, 0);
  int status = lnet_stream_need_cold(s);
  if (status != 0) return status;
  s->cold->rare = s->h.narrow.rare;
  s->rare_at = RARE_COLD;
  status = uv_pipe_init(loop, &s->h.pipe, 0);
  if (status != 0) take_rare_back(s);
  return status;
}

int lnet_stream_open_handle(lua_State *L, int idx, lnet_stream *s, bool pipe) {
  lnet_ctx *ctx = lnet_stream_ctx(s);
  lnet_assert((s->s & S_HANDLE_OPEN) == 0);
  if (L != NULL)
    lnet_object_hold(L, idx, &s->base.object);
  else
    lnet_object_hold_again(&s->base.object);
  const int status = pipe ? init_pipe(s) : uv_tcp_init(ctx->loop, &s->h.tcp);
  if (status != 0) {
    lnet_object_release(&s->base.object);
    return status;
  }
  s->s |= S_HANDLE | S_HANDLE_OPEN;
  s->s &= ~(uint32_t)(S_SHARED | S_NAGLE_OFF);
  if (pipe)
    s->s |= S_PIPE;
  else
    s->s &= ~(uint32_t)S_PIPE;
  s->bytes_read = s->bytes_sent = 0;
  if ((s->s & S_UNREF) != 0) uv_unref(&s->h.handle);
  return 0;
}

struct lnet_server *lnet_stream_server(const lnet_stream *s) {
  if ((s->s & S_PIPED) == 0) return s->h.handle.data;
  lua_State *L = lnet_stream_ctx(s)->L;
  const int top = lua_gettop(L);
  struct lnet_server *server = NULL;
  lnet_object_push(L, &s->base.object);
  if (lua_getmetatable(L, -1) && lua_rawgeti(L, -1, LNET_META_OWNER) == LUA_TUSERDATA)
    server = lua_touserdata(L, -1);
  lua_settop(L, top);
  return server;
}

void lnet_stream_gone(lua_State *L, lnet_stream *s) {
  const bool forgotten = s->base.object.weak;
  if (forgotten) lnet_ticks_forget(&s->base.object);
  lnet_object_gone(L, &s->base.object);
  if (forgotten)
    s->r &= ~(uint32_t)(R_END_SCHEDULED | R_RESUME_SCHEDULED | R_READING_MORE | R_EMITTED_READABLE);
}

bool lnet_stream_tell_listened(lnet_stream *s, int event) {
  const uint32_t life = lnet_stream_life(s);
  lnet_emit_plain_listened(&s->base, event);
  return !lnet_stream_is_past(s, life);
}

void lnet_stream_connected(lnet_stream *s) {
  const uint32_t life = lnet_stream_life(s);
  s->s &= ~(uint32_t)S_CONNECTING;
  lnet_stream_touch(s);
  lnet_stream_ctx(s)->hooks->connected(s);
  if (!lnet_stream_tell(s, LNET_EV_CONNECT)) return;
  lnet_reader_connected(s);
  lnet_writer_connected(s);
  if (lnet_stream_is_past(s, life) || !lnet_stream_tell(s, LNET_EV_READY)) return;
  const bool paused =
      (s->r & R_PAUSED) != 0 || (s->r & (R_HAS_FLOWING | R_FLOWING)) == R_HAS_FLOWING;
  /* A listener of 'readable' stops the flow, and wants bytes in each life (node: in the first). */
  if (!paused || (s->r & R_READABLE_LISTENING) != 0) lnet_reader_read0(s);
}

/* ---- errors ---- */

void lnet_stream_set_errored(lnet_stream *s, lnet_fault fault) {
  if ((s->s & S_ERRORED) != 0) return;
  s->s |= S_ERRORED;
  lnet_stream_rare(s)->errored = fault;
}

/* Which of the two faults is kept under the key. */
static lnet_fault *fault_at(const lnet_stream *s, lua_Integer key) {
  lnet_rare *rare = lnet_stream_rare(s);
  return key == COLD_ERRORED ? &rare->errored : &rare->exception;
}

/* Pushes the error object for a fault and keeps it under the key. [-0, +1, m] */
static void push_kept(lua_State *L, int idx, const lnet_stream *s, lua_Integer key) {
  idx = lua_absindex(L, idx);
  lnet_class_more(L, idx);
  const lnet_fault fault = *fault_at(s, key);
  if (fault.kind == LNET_FAULT_VALUE) {
    lua_rawgeti(L, -1, key);
  } else {
    lnet_fault_push(L, fault);
    lua_pushvalue(L, -1);
    lua_rawseti(L, -3, key);
    if (fault.kind != LNET_FAULT_NONE) fault_at(s, key)->kind = LNET_FAULT_VALUE;
  }
  lua_remove(L, -2);
}

void lnet_stream_push_errored(lua_State *L, int idx, lnet_stream *s) {
  push_kept(L, idx, s, COLD_ERRORED);
}

void lnet_stream_push_exception(lua_State *L, int idx, lnet_stream *s) {
  push_kept(L, idx, s, (s->s & S_SAME_FAULT) != 0 ? COLD_ERRORED : COLD_EXCEPTION);
}

/* Protected: emits 'error' with the exception. [-0, +0, e] */
static int body_error(lua_State *L) {
  lnet_stream *s = lua_touserdata(L, 1);
  lnet_object_push(L, &s->base.object);
  lnet_stream_push_exception(L, 2, s);
  lnet_emit_at(L, &s->base, 2, LNET_EV_ERROR, 1);
  return 0;
}

struct past {
  lnet_stream *stream;
  uint32_t life;
};

/* Protected: emits 'error' of an earlier life, if it still has one to tell. [-0, +0, e] */
static int body_past_error(lua_State *L) {
  const struct past *past = lua_touserdata(L, 1);
  lnet_object_push(L, &past->stream->base.object);
  lnet_class_more(L, 2);
  if (lua_rawgeti(L, 3, COLD_PAST) != LUA_TTABLE || lua_rawgeti(L, 4, past->life) == LUA_TNIL)
    return 0;
  lua_pushnil(L);
  lua_rawseti(L, 4, past->life);
  lnet_emit_at(L, &past->stream->base, 2, LNET_EV_ERROR, 1);
  return 0;
}

/* node's emitErrorCloseNT; the socket's 'close' itself comes when the handle is closed. */
static void error_close_tick(lnet_object *object) {
  lnet_stream *s = (lnet_stream *)object;
  lnet_ctx *ctx = lnet_stream_ctx(s);
  const uint32_t life = lnet_tick_life(ctx);
  if (lnet_stream_is_past(s, life)) {
    struct past past = {s, life};
    s->s |= S_PAST_EVENT;
    lnet_enter(ctx, body_past_error, &past);
    s->s &= ~(uint32_t)S_PAST_EVENT;
    return;
  }
  if (lnet_stream_rare(s)->exception.kind != LNET_FAULT_NONE && (s->s & S_ERROR_EMITTED) == 0) {
    s->s |= S_ERROR_EMITTED;
    lnet_enter(ctx, body_error, s);
    if (lnet_stream_is_past(s, life)) return;
  }
  s->s |= S_CLOSE_EMITTED;
}

/* ---- closing ---- */

struct closing {
  lnet_stream *stream;
  bool with_argument;
  bool had_error;
};

/* Protected: emits 'close'. [-0, +0, e] */
static int body_close(lua_State *L) {
  const struct closing *c = lua_touserdata(L, 1);
  if (c->with_argument) lua_pushboolean(L, c->had_error);
  lnet_emit(L, &c->stream->base, LNET_EV_CLOSE, c->with_argument ? 1 : 0);
  return 0;
}

/* Emits the 'close' of a life; past: another one has begun since, whose writes it does not end. */
static void emit_close(lnet_stream *s, struct closing c, bool past) {
  if (lnet_listened(&s->base, LNET_EV_CLOSE)) {
    const uint32_t life = lnet_stream_life(s);
    if (past) s->s |= S_PAST_EVENT;
    lnet_enter(lnet_stream_ctx(s), body_close, &c);
    s->s &= ~(uint32_t)S_PAST_EVENT;
    past = past || lnet_stream_is_past(s, life);
  }
  if (!past) lnet_writer_closed(s); /* if its listener did not */
}

/* 'close' of the life in which the tick was queued. */
static void emit_close_of_tick(lnet_object *object, bool with_argument, bool had_error) {
  lnet_stream *s = (lnet_stream *)object;
  const bool past = lnet_stream_is_past(s, lnet_tick_life(object->ctx));
  emit_close(s, (struct closing){s, with_argument, had_error}, past);
}

/* 'close' of a stream that had no handle. */
static void close_tick(lnet_object *object) {
  emit_close_of_tick(object, false, false);
}

/* 'close' of a life that ended while it waited for the last one's handle, which is closed by now.
 */
static void close_waiting_tick(lnet_object *object) {
  emit_close_of_tick(object, true, false);
}

static void close_waiting_failed_tick(lnet_object *object) {
  emit_close_of_tick(object, true, true);
}

/* The handle is closed: what there is beside it goes too, unless somebody could still ask for it.
   Only then the stream needs a finalizer. [-0, +0, -] */
static void settle_cold(lnet_stream *s) {
  const lnet_cold *cold = s->cold;
  if (cold == NULL || (s->s & S_HANDLE_OPEN) != 0) return;
  const bool asked = cold->life != 0 || cold->corked > 0 || cold->count > 0 ||
                     cold->unread_count > 0 || (s->s & (S_DECODING | S_ONREAD)) != 0 ||
                     cold->alarm.set || cold->pending_data > 0;
  const bool options = cold->keep_alive_delay != 0 || cold->tos_given;
  const bool needed = asked || options || (s->s & S_CONNECTING) != 0;
  if (!needed || !need_gc(s)) lnet_stream_free_cold(s);
}

/* Notes the end of a life that waits for the last one's handle. [-0, +0, -] */
static void end_waiting(lnet_stream *s, bool failed) {
  lnet_cold *cold = s->cold;
  if ((s->s & S_HANDLE_OPEN) == 0) { /* that is closed, and its 'close' is being emitted */
    lnet_stream_tick_always(s, failed ? close_waiting_failed_tick : close_waiting_tick);
    return;
  }
  lnet_assert(cold->ends_count < cold->ends_capacity);
  cold->ends[cold->ends_count++] = (lnet_end){cold->life, failed};
}

/* Emits 'close' of the life whose handle is closed. */
static void tell_close(lnet_stream *s, bool past) {
  emit_close(s, (struct closing){s, true, (s->s & S_HAD_ERROR) != 0}, past);
}

/* Emits 'close' of the life whose handle is closed (silent: not, as that life has another handle
   by now), then 'close' of each life that ended while it waited for this handle, in order. A life
   that ends inside one of these listeners is not among them: its 'close' is a tick of its own. */
static void tell_closes(lnet_stream *s, bool silent) {
  lnet_cold *cold = s->cold;
  const bool past = cold->past_close;
  lnet_end *ends = cold->ends;
  const uint32_t count = cold->ends_count;
  cold->past_close = false;
  cold->ends = NULL;
  cold->ends_count = cold->ends_capacity = 0;
  if (!silent) tell_close(s, past);
  for (uint32_t i = 0; i < count; i++) {
    const struct closing c = {s, true, ends[i].had_error};
    emit_close(s, c, lnet_stream_is_past(s, ends[i].life));
  }
  free(ends);
}

/* The handle's memory is ours again. */
static void closed(lnet_stream *s) {
  const bool silent = (s->s & S_SILENT_CLOSE) != 0;
  take_rare_back(s);
  if ((s->s & S_OUTGOING) != 0) lnet_stream_ctx(s)->outgoing--;
  s->s &= ~(uint32_t)(S_HANDLE_OPEN | S_SILENT_CLOSE | S_OUTGOING);
  if (s->cold != NULL)
    tell_closes(s, silent);
  else if (!silent && lnet_listened(&s->base, LNET_EV_CLOSE)) /* with no lnet_cold nothing waits */
    tell_close(s, false);
  const bool waits = (s->s & S_CONNECT_WAITS) != 0; /* for this handle, not for one since then */
  if (waits && (s->s & S_HANDLE_OPEN) == 0) lnet_stream_ctx(s)->hooks->handle_free(s);
  settle_cold(s);
  lnet_object_release(&s->base.object);
}

void lnet_stream_on_close(uv_handle_t *handle) {
  lnet_stream *s = lnet_stream_of(handle);
  lnet_ctx *ctx = lnet_stream_ctx(s);
  if (ctx->shut) return;
  if (ctx->halted) {
    lnet_object_owe(&s->base.object, OWE_CLOSE);
    return;
  }
  closed(s);
  lnet_leave(ctx);
}

/* A reset, too, is made by closing. libuv's function for it refuses where a FIN was asked for. */
static void close_handle(lnet_stream *s) {
  uv_os_fd_t fd;
  if ((s->s & S_RESET) != 0 && uv_fileno(&s->h.handle, &fd) == 0) lnet_os_reset_on_close(fd);
  s->s &= ~(uint32_t)S_RESET;
  lnet_stream_ctx(s)->closings++;
  uv_close(&s->h.handle, lnet_stream_on_close);
}

/* node's _destroy of a socket. */
static void destroy(lnet_stream *s) {
  if ((s->w & (W_QUEUE | W_ON_FINISHED)) != 0) lnet_writer_fail_buffered(s);
  s->s |= S_DESTROYED;
  s->s &= ~(uint32_t)S_CONNECTING;
  if ((s->base.object.owed & OWE_SHUTDOWN) != 0) lnet_stream_rare(s)->pendingcb--;
  s->base.object.owed &= (uint8_t) ~(OWE_CONNECT | OWE_SHUTDOWN); /* the next life has its own */
  if (s->cold != NULL) {
    lnet_stream_clear_timeout(s);
    s->cold->old_corks = s->cold->corked;
  }
  s->r &= ~(uint32_t)R_HANDLE_READING;
  const bool had_handle = (s->s & S_HANDLE) != 0;
  const bool waiting = (s->s & S_CONNECT_WAITS) != 0;
  const bool failed = lnet_stream_rare(s)->exception.kind != LNET_FAULT_NONE;
  s->s &= ~(uint32_t)(S_HANDLE | S_CONNECT_WAITS);
  if (had_handle && !waiting) {
    s->s = failed ? s->s | S_HAD_ERROR : s->s & ~(uint32_t)S_HAD_ERROR;
    close_handle(s);
  }
  s->s |= S_CLOSED;
  lnet_stream_tick_always(s, error_close_tick); /* told also when another life has begun by then */
  if (!had_handle) lnet_stream_tick_always(s, close_tick);
  if (waiting) end_waiting(s, failed);
  if ((s->s & S_ACCEPTED) != 0) lnet_stream_ctx(s)->hooks->disconnected(s);
}

void lnet_stream_destroy(lnet_stream *s, lnet_fault fault) {
  if ((s->s & S_DESTROYED) != 0) return;
  lnet_gather_flush(s); /* what was accepted as sent is sent */
  lnet_rare *rare = lnet_stream_rare(s);
  rare->exception = fault;
  if (fault.kind != LNET_FAULT_NONE) {
    const bool first = (s->s & S_ERRORED) == 0;
    lnet_stream_set_errored(s, fault);
    if (first || (fault.kind == LNET_FAULT_VALUE && rare->errored.kind == LNET_FAULT_VALUE))
      s->s |= S_SAME_FAULT;
  }
  destroy(s);
}

void lnet_stream_destroy_value(lua_State *L, int idx, lnet_stream *s, int error) {
  if ((s->s & S_DESTROYED) != 0) return;
  lnet_gather_flush(s);
  const bool first = (s->s & S_ERRORED) == 0;
  lnet_class_more(L, idx);
  lua_pushvalue(L, error);
  lua_rawseti(L, -2, first ? COLD_ERRORED : COLD_EXCEPTION);
  lua_pop(L, 1);
  lnet_object_hold(L, idx, &s->base.object);
  lnet_stream_rare(s)->exception = lnet_fault_of(LNET_FAULT_VALUE);
  if (first) {
    lnet_stream_set_errored(s, lnet_fault_of(LNET_FAULT_VALUE));
    s->s |= S_SAME_FAULT;
  }
  destroy(s);
  lnet_object_release(&s->base.object);
}

/* Takes what libuv told while halted off the list of what the object is owed. Returns whether it
   was there: one step of resume may end the life that the next one belongs to. */
static bool take_owed(lnet_object *object, uint8_t what) {
  const bool owed = (object->owed & what) != 0;
  object->owed &= (uint8_t)~what;
  return owed;
}

/* What libuv told while halted, in the order in which it can have come. */
static void resume(lnet_object *object) {
  lnet_stream *s = (lnet_stream *)object;
  if (take_owed(object, OWE_CONNECT)) object->ctx->hooks->attempt_ended(s, s->cold->status);
  if (take_owed(object, OWE_WRITE)) lnet_writer_resume_write(s);
  if (take_owed(object, OWE_SHUTDOWN)) lnet_ending_resume(s);
  if (take_owed(object, OWE_CLOSE)) closed(s);
}

/* ---- the idle timeout ---- */

void lnet_stream_set_timeout(lua_State *L, int idx, lnet_stream *s, uint64_t ms) {
  lnet_ctx *ctx = lnet_stream_ctx(s);
  lnet_stream_check_cold(L, idx, s);
  if (!s->cold->alarm.set) lnet_object_hold_weakly(L, idx, &s->base.object);
  uv_update_time(ctx->loop);
  const uint64_t now = uv_now(ctx->loop);
  s->cold->timeout_ms = ms;
  if ((s->s & S_TIMED) == 0) s->cold->timeout = s->timeout;
  s->s = (s->s | S_TIMED) & ~(uint32_t)S_TIMEOUT_OVER;
  s->stamp = (uint32_t)now;
  lnet_alarm_set(ctx, &s->cold->alarm, now + ms);
}

void lnet_stream_rearm(lnet_stream *s) {
  lnet_ctx *ctx = lnet_stream_ctx(s);
  s->s &= ~(uint32_t)S_TIMEOUT_OVER;
  lnet_object_hold_again(&s->base.object);
  lnet_alarm_set(ctx, &s->cold->alarm, uv_now(ctx->loop) + s->cold->timeout_ms);
}

void lnet_stream_clear_timeout(lnet_stream *s) {
  if (s->cold == NULL) return;
  if ((s->s & S_TIMED) != 0) s->timeout = s->cold->timeout;
  s->s &= ~(uint32_t)(S_TIMED | S_TIMEOUT_OVER); /* no activity sets it again */
  if (!s->cold->alarm.set) return;
  lnet_alarm_clear(lnet_stream_ctx(s), &s->cold->alarm);
  lnet_object_release(&s->base.object);
}

static void fire_timeout(lnet_alarm *alarm) {
  lnet_cold *cold = LNET_CONTAINER(alarm, lnet_cold, alarm);
  lnet_stream *s = cold->stream;
  lnet_ctx *ctx = lnet_stream_ctx(s);
  const uint64_t now = uv_now(ctx->loop);
  const uint32_t idle = (uint32_t)now - s->stamp; /* ms */
  if (idle < cold->timeout_ms) {                  /* there was activity since it was set */
    lnet_alarm_set(ctx, alarm, now + cold->timeout_ms - idle);
    return;
  }
  if (cold->last_queue_size > 0 && (s->s & S_HANDLE) != 0) {
    const size_t size = uv_stream_get_write_queue_size(&s->h.stream);
    if (size != cold->last_queue_size) { /* a write is on its way */
      cold->last_queue_size = size;
      s->stamp = (uint32_t)now;
      lnet_alarm_set(ctx, alarm, now + cold->timeout_ms);
      return;
    }
  }
  s->s |= S_TIMEOUT_OVER;
  lua_State *L = ctx->L;
  lnet_object_push(L, &s->base.object); /* it may be held weakly only */
  if (!lua_isnil(L, -1)) lnet_emit_plain(&s->base, LNET_EV_TIMEOUT);
  lnet_object_release(&s->base.object); /* as it was held while the alarm was set */
  lua_pop(L, 1);
}

static const lnet_emitter_class emitter_class = {.hot = LNET_EV_DATA,
                                                 .watched = LNET_EVENT_BIT(LNET_EV_DATA) |
                                                            LNET_EVENT_BIT(LNET_EV_READABLE),
                                                 .added = lnet_reader_added,
                                                 .removed = lnet_reader_removed,
                                                 .hot_changed = lnet_pipe_hot_changed,
                                                 .push_own = lnet_reader_push_own};

static uint32_t life_of(const lnet_object *object) {
  return lnet_stream_life((const lnet_stream *)object);
}

const lnet_object_class lnet_stream_class = {resume, lnet_stream_on_close, &emitter_class, life_of};
