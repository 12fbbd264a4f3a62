/* The writing half of a stream. The steps and their order are node v20's (Writable, and the
   socket's _write, _writev and _final on top of it).

   Entries wait in one queue: settled ones (sent or failed, their callbacks due by a tick), those
   in flight (in one uv_write, or waiting for the connection), and buffered ones. */
#include "writer.h"
#include "call.h"
#include "check.h"
#include "error.h"
#include "gather.h"
#include <stdlib.h>
#include <string.h>

static void finish_maybe(lnet_stream *s, bool sync);
static void clear_buffer(lnet_stream *s);

/* ---- the queue ---- */

static int reserve_entries(lnet_stream *s, uint32_t more) {
  const int status = lnet_stream_need_cold(s);
  if (status != 0) return status;
  lnet_cold *cold = s->cold;
  if (cold->capacity - cold->count >= more) return 0;
  const uint32_t size = (uint32_t)(cold->entries - cold->block) + cold->capacity;
  if (size - cold->count < more || size / 2 < cold->count) {
    uint32_t capacity = size == 0 ? 8 : 2 * size;
    while (capacity - cold->count < more)
      capacity *= 2;
    lnet_entry *block = malloc(capacity * sizeof *block);
    if (block == NULL) return UV_ENOMEM;
    if (cold->count > 0) memcpy(block, cold->entries, cold->count * sizeof *block);
    free(cold->block);
    cold->block = block;
    cold->capacity = capacity;
  } else { /* half of it or more is free, in front */
    memmove(cold->block, cold->entries, cold->count * sizeof *cold->block);
    cold->capacity = size;
  }
  cold->entries = cold->block;
  return 0;
}

/* One more than asked, for what a flush of gathered bytes may leave. */
int lnet_writer_reserve_copy(lnet_stream *s) {
  return reserve_entries(s, 2);
}

void lnet_writer_reserve(lua_State *L, lnet_stream *s, int chunk, int callback) {
  lnet_stream_check_cold(L, 1, s);
  if (reserve_entries(s, 2) != 0) lnet_error_memory(L);
  lnet_stream_cold_table(L, 1);
  if (lua_rawgeti(L, -1, COLD_QUEUE) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawseti(L, -3, COLD_QUEUE);
  }
  const lua_Integer seq = s->cold->next_seq; /* whoever takes it next overwrites it */
  lua_pushvalue(L, chunk);
  lua_rawseti(L, -2, 2 * seq);
  if (callback != 0)
    lua_pushvalue(L, callback);
  else
    lua_pushboolean(L, 0);
  lua_rawseti(L, -2, 2 * seq + 1);
  lua_pop(L, 2);
}

/* No entry was needed: lets go of what was reserved. [-0, +0, -] */
static void unreserve(lua_State *L, const lnet_stream *s) {
  const lua_Integer seq = s->cold->next_seq;
  lua_getiuservalue(L, 1, UV_COLD);
  lua_rawgeti(L, -1, COLD_QUEUE);
  lua_pushnil(L);
  lua_rawseti(L, -2, 2 * seq);
  lua_pushnil(L);
  lua_rawseti(L, -2, 2 * seq + 1);
  lua_pop(L, 2);
}

static void append(lnet_stream *s, lnet_entry entry) {
  lnet_cold *cold = s->cold;
  lnet_assert(cold->count < cold->capacity);
  entry.seq = cold->next_seq++;
  cold->entries[cold->count++] = entry;
}

/* Protected: makes room for the chunk at 2 of the stream at 1. [-0, +0, m] */
static int body_reserve(lua_State *L) {
  lnet_writer_reserve(L, lnet_stream_test(L, 1), 2, 0);
  return 0;
}

/* Anchors the string of the write on ctx->L, of which a part has left. Returns whether there was
   memory for that. [-0, +0, -] */
static bool anchor_string(const lnet_stream *s) {
  lua_State *L = lnet_stream_ctx(s)->L;
  lua_pushcfunction(L, body_reserve);
  lua_pushvalue(L, 1);
  lua_pushvalue(L, 2);
  if (lua_pcall(L, 2, 0, 0) == LUA_OK) return true;
  lua_pop(L, 1);
  return false;
}

/* An entry for bytes that may have to be copied. Returns false where there is no memory. */
static bool append_bytes(lnet_stream *s, const char *base, size_t len, unsigned flags) {
  lnet_entry entry = {base, len, NULL,
                      0,    0,   (uint8_t)((flags & (E_CALLBACK | E_ANCHORED)) | E_COUNTS)};
  if (((flags & E_ANCHORED) == 0 || (flags & E_COPY) != 0) && len > 0) {
    entry.owned = malloc(len);
    if (entry.owned == NULL) return false;
    memcpy(entry.owned, base, len);
    entry.base = entry.owned;
  }
  append(s, entry);
  return true;
}

/* Removes a settled entry of the queue. Its Lua values are let go by who calls this. */
static lnet_entry take(lnet_cold *cold, uint32_t at) {
  const lnet_entry entry = cold->entries[at];
  lnet_assert(at < cold->settled);
  free(entry.owned);
  cold->settled--;
  cold->count--;
  if (at == 0) { /* many may wait: move none */
    cold->entries++;
    cold->capacity--;
    return entry;
  }
  memmove(cold->entries + at, cold->entries + at + 1, (cold->count - at) * sizeof entry);
  return entry;
}

void lnet_writer_free(lnet_stream *s) {
  lnet_cold *cold = s->cold;
  for (uint32_t i = 0; i < cold->count; i++)
    free(cold->entries[i].owned);
  free(cold->block);
  cold->block = cold->entries = NULL;
  cold->count = cold->capacity = cold->settled = cold->inflight = 0;
}

uint64_t lnet_writer_bytes(const lnet_stream *s) {
  uint64_t bytes = s->bytes_sent;
  const lnet_cold *cold = s->cold;
  if (cold == NULL) return bytes;
  for (uint32_t i = cold->settled + cold->inflight; i < cold->count; i++)
    bytes += cold->entries[i].len;
  return bytes + cold->pending_data;
}

/* ---- calling back ---- */

struct calls {
  lnet_stream *stream;
  uint32_t first;   /* where in the queue */
  uint32_t count;   /* settled entries from there on: they stay so until they are taken out */
  lnet_fault fault; /* for the callbacks; VALUE: the stream's error */
  bool more;        /* an error was raised in between: there are callbacks left */
};

/* Lets go of the Lua values of an entry, pushing its callback. The stream is at 2. [-0, +1, -] */
static void push_callback(lua_State *L, const lnet_entry *entry) {
  lua_getiuservalue(L, 2, UV_COLD);
  lua_rawgeti(L, -1, COLD_QUEUE);
  lua_rawgeti(L, -1, 2 * (lua_Integer)entry->seq + 1);
  lua_pushnil(L);
  lua_rawseti(L, -3, 2 * (lua_Integer)entry->seq);
  lua_pushnil(L);
  lua_rawseti(L, -3, 2 * (lua_Integer)entry->seq + 1);
  lua_replace(L, -3);
  lua_pop(L, 1);
}

/* Protected: takes entries out and calls back until one callback raises. [-0, +0, e] */
static int body_calls(lua_State *L) {
  struct calls *c = lua_touserdata(L, 1);
  lnet_stream *s = c->stream;
  lnet_object_push(L, &s->base.object);
  while (c->count > 0) {
    const lnet_entry entry = take(s->cold, c->first);
    c->count--;
    if ((entry.flags & E_COUNTS) != 0) s->pendingcb--;
    if ((entry.flags & (E_CALLBACK | E_ANCHORED)) == 0) continue;
    push_callback(L, &entry);
    if ((entry.flags & E_CALLBACK) != 0) {
      if (c->fault.kind == LNET_FAULT_VALUE)
        lnet_stream_push_errored(L, 2, s);
      else
        lnet_fault_push(L, c->fault);
      lua_call(L, 1, 0);
    }
    lua_settop(L, 2);
  }
  return 0;
}

/* Takes settled entries out of the queue and calls their callbacks, each of them: what one raises
   is kept, the others are still called. Where there is no memory even to begin a call, callbacks
   are lost: net.run tells. [-0, +0, -] */
static void call_back(lnet_stream *s, uint32_t first, uint32_t count, lnet_fault fault) {
  struct calls c = {s, first, count, fault, false};
  while (c.count > 0) {
    const uint32_t before = c.count;
    if (lnet_enter(lnet_stream_ctx(s), body_calls, &c) || c.count < before) continue;
    if ((take(s->cold, first).flags & E_COUNTS) != 0) s->pendingcb--;
    c.count--;
  }
}

/* Protected: calls the callbacks of finish() with the fault. [-0, +0, e] */
static int body_finish_calls(lua_State *L) {
  struct calls *c = lua_touserdata(L, 1);
  lnet_object_push(L, &c->stream->base.object);
  lua_getiuservalue(L, 2, UV_COLD);
  lua_rawgeti(L, 3, COLD_FINISH);
  if (c->count == 0) c->count = (uint32_t)lua_rawlen(L, 4);
  const lua_Integer len = c->count;
  for (lua_Integer i = 1; i <= len; i++) {
    if (lua_rawgeti(L, 4, i) == LUA_TBOOLEAN) { /* called before an error ended this */
      lua_settop(L, 4);
      continue;
    }
    lua_pushboolean(L, 0);
    lua_rawseti(L, 4, i);
    c->more = true;
    if (c->fault.kind == LNET_FAULT_VALUE)
      lnet_stream_push_errored(L, 2, c->stream);
    else
      lnet_fault_push(L, c->fault);
    lua_call(L, 1, 0);
    lua_settop(L, 4);
  }
  const lua_Integer all = (lua_Integer)lua_rawlen(L, 4);
  for (lua_Integer i = 1; i <= all; i++) { /* what was added meanwhile is for another end */
    lua_rawgeti(L, 4, len + i);
    lua_rawseti(L, 4, i);
  }
  c->more = false;
  return 0;
}

static void call_finish_callbacks(lnet_stream *s, lnet_fault fault) {
  if ((s->w & W_ON_FINISHED) == 0) return;
  s->w &= ~(uint32_t)W_ON_FINISHED;
  struct calls c = {s, 0, 0, fault, false};
  do {
    c.more = false;
    lnet_enter(lnet_stream_ctx(s), body_finish_calls, &c);
  } while (c.more);
}

/* What buffered writes are told: the stream's error, or that it was destroyed. */
static lnet_fault fault_for(const lnet_stream *s, lnet_fault_kind otherwise) {
  return lnet_fault_of((s->s & S_ERRORED) != 0 ? LNET_FAULT_VALUE : otherwise);
}

/* node's errorBuffer: the buffered writes are lost, and told so. [-0, +0, -] */
static void error_buffer(lnet_stream *s) {
  if ((s->w & W_WRITING) != 0) return;
  if (lnet_writer_buffered(s)) {
    lnet_cold *cold = s->cold;
    const uint32_t first = cold->settled;
    for (; cold->settled < cold->count; cold->settled++) {
      s->w_length -= cold->entries[cold->settled].len;
      cold->entries[cold->settled].flags &= (uint8_t)~E_COUNTS;
    }
    call_back(s, first, cold->settled - first, fault_for(s, LNET_FAULT_DESTROYED_WRITE));
  }
  call_finish_callbacks(s, fault_for(s, LNET_FAULT_DESTROYED_END));
}

static void error_buffer_tick(lnet_object *object) {
  error_buffer((lnet_stream *)object);
}

void lnet_writer_fail_buffered(lnet_stream *s) {
  if (lnet_writer_buffered(s) || (s->w & W_ON_FINISHED) != 0)
    lnet_stream_tick(s, error_buffer_tick);
}

/* ---- after a write ---- */

/* Entries of the first batch of settled ones: up to the next batch. */
static uint32_t batch_size(const lnet_cold *cold) {
  uint32_t n = 0;
  while (n < cold->settled && (cold->entries[n].flags & E_FAILED) == 0 &&
         (n == 0 || (cold->entries[n].flags & E_BATCH) == 0))
    n++;
  return n;
}

/* node's afterWrite: 'drain', the callbacks of one batch (plain: none, one write), what follows. */
static void after_write(lnet_stream *s, uint32_t count, bool plain) {
  s->w &= ~(uint32_t)W_AFTER_WRITE_PENDING;
  if ((s->w & (W_ENDING | W_NEED_DRAIN)) == W_NEED_DRAIN && (s->s & S_DESTROYED) == 0 &&
      s->w_length == 0) {
    s->w &= ~(uint32_t)W_NEED_DRAIN;
    lnet_emit_plain(&s->base, LNET_EV_DRAIN);
  }
  if (plain) s->pendingcb--;
  call_back(s, 0, count, lnet_fault_of(LNET_FAULT_NONE));
  if ((s->s & S_DESTROYED) != 0) error_buffer(s);
  if ((s->w & W_ENDING) != 0) finish_maybe(s, true);
}

/* Calls one batch; none, when it was sent less than thought and is in flight again. */
static void after_batch_tick(lnet_object *object) {
  lnet_stream *s = (lnet_stream *)object;
  s->w &= ~(uint32_t)W_TICK_INFO;
  const uint32_t count = batch_size(s->cold);
  if (count > 0) after_write(s, count, false);
}

static void after_plain_tick(lnet_object *object) {
  lnet_stream *s = (lnet_stream *)object;
  after_write(s, 0, true);
}

/* node's onwriteError. The entries that failed are `count` settled ones from `first` on. */
static void on_write_error(lnet_stream *s, uint32_t first, uint32_t count, lnet_fault fault) {
  s->pendingcb--;
  for (uint32_t i = 0; i < count; i++)
    s->cold->entries[first + i].flags &= (uint8_t)~E_COUNTS;
  call_back(s, first, count, fault);
  error_buffer(s);
  if ((s->s & S_DESTROYED) == 0) lnet_stream_destroy(s, s->errored);
}

static void write_error_tick(lnet_object *object) {
  lnet_stream *s = (lnet_stream *)object;
  uint32_t count = 0;
  while (s->cold != NULL && count < s->cold->settled &&
         (s->cold->entries[count].flags & E_FAILED) != 0)
    count++;
  on_write_error(s, 0, count, lnet_fault_of(LNET_FAULT_VALUE));
}

/* Marks the entries in flight as settled. Returns their number; *callbacks: some have one. */
static uint32_t settle(lnet_stream *s, uint8_t mark, bool *callbacks) {
  lnet_cold *cold = s->cold;
  const uint32_t count = cold != NULL ? cold->inflight : 0;
  *callbacks = false;
  for (uint32_t i = 0; i < count; i++) {
    lnet_entry *entry = &cold->entries[cold->settled + i];
    entry->flags |= mark;
    if ((entry->flags & E_CALLBACK) != 0) *callbacks = true;
  }
  if (count > 0) {
    cold->settled += count;
    cold->inflight = 0;
  }
  return count;
}

static void end_writing(lnet_stream *s) {
  s->w &= ~(uint32_t)W_WRITING;
  if (s->cold == NULL) return;
  s->w_length -= s->cold->write_len;
  s->cold->write_len = 0;
}

/* Protected: lets go of the strings of settled entries at the back that nobody is told of. */
static int body_forget(lua_State *L) {
  struct calls *c = lua_touserdata(L, 1);
  lnet_object_push(L, &c->stream->base.object);
  const lnet_cold *cold = c->stream->cold;
  for (uint32_t i = 0; i < c->count; i++) {
    push_callback(L, &cold->entries[cold->settled - c->count + i]);
    lua_settop(L, 2);
  }
  return 0;
}

/* The last `count` settled entries have no callback: they leave the queue. */
static void forget(lnet_stream *s, uint32_t count) {
  lnet_cold *cold = s->cold;
  if (count == 0) return;
  struct calls c = {s, 0, count, lnet_fault_of(LNET_FAULT_NONE), false};
  bool anchored = false;
  for (uint32_t i = 0; i < count; i++)
    if ((cold->entries[cold->settled - count + i].flags & E_ANCHORED) != 0) anchored = true;
  if (anchored) lnet_enter(lnet_stream_ctx(s), body_forget, &c);
  const uint32_t first = cold->settled - count;
  for (uint32_t i = 0; i < count; i++)
    free(cold->entries[first + i].owned);
  memmove(cold->entries + first, cold->entries + first + count,
          (cold->count - first - count) * sizeof *cold->entries);
  cold->settled -= count;
  cold->count -= count;
}

/* A write went out whole inside the call that made it. node's onwrite, synchronous. */
static void wrote_now(lnet_stream *s, uint32_t count, bool callbacks, bool same) {
  clear_buffer(s);
  if (!callbacks) {
    forget(s, count);
    const bool drain = (s->w & W_NEED_DRAIN) != 0 && s->w_length == 0;
    if (drain && (s->w & W_AFTER_WRITE_PENDING) == 0) {
      s->w |= W_AFTER_WRITE_PENDING;
      lnet_stream_tick(s, after_plain_tick);
    } else {
      s->pendingcb--;
      if ((s->w & W_ENDING) != 0) finish_maybe(s, true);
    }
    return;
  }
  if (same && (s->w & W_TICK_INFO) != 0) return; /* the batch before takes it */
  s->cold->entries[s->cold->settled - count].flags |= E_BATCH;
  s->w |= W_AFTER_WRITE_PENDING | W_TICK_INFO;
  lnet_stream_tick(s, after_batch_tick);
}

/* node's onwrite with an error, synchronous. */
static void failed_now(lnet_stream *s, lnet_fault fault) {
  lnet_stream_set_errored(s, fault);
  lnet_stream_tick(s, write_error_tick);
}

/* ---- sending ---- */

static void on_write(uv_write_t *req, int status);

/* uv_buf_init takes an unsigned, and a string may be longer. */
static uv_buf_t buf_of(const char *base, size_t len) {
  return (uv_buf_t){.base = (char *)base, .len = len};
}

/* Hands the rest of the entries in flight to libuv, from `skip` bytes on. Returns 0 or an error. */
static int write_later(lnet_stream *s, size_t skip) {
  enum { FEW = 16 };
  lnet_cold *cold = s->cold;
  uv_buf_t few[FEW];
  uv_buf_t *bufs = cold->inflight <= FEW ? few : malloc(cold->inflight * sizeof *bufs);
  if (bufs == NULL) return UV_ENOMEM;
  unsigned n = 0;
  for (uint32_t i = 0; i < cold->inflight; i++) {
    const lnet_entry *entry = &cold->entries[cold->settled + i];
    const size_t here = skip < entry->len ? skip : entry->len;
    skip -= here;
    if (here < entry->len) bufs[n++] = buf_of(entry->base + here, entry->len - here);
  }
  cold->write.data = s;
  const int status = uv_write(&cold->write, &s->h.stream, bufs, n, on_write);
  if (bufs != few) free(bufs);
  if (status == 0) cold->last_queue_size = cold->write_len;
  return status;
}

/* Sends as much as the kernel takes of the entries in flight, gathered bytes first.
   Returns the bytes of entries that left, or an error. */
static ssize_t write_now(lnet_stream *s) {
  enum { BUFS = 64 };
  uv_buf_t bufs[BUFS];
  lnet_cold *cold = s->cold;
  size_t sent = 0;
  for (uint32_t i = 0; i < cold->inflight;) {
    unsigned n = 0;
    size_t want = 0;
    for (; i < cold->inflight && n < BUFS; i++) {
      const lnet_entry *entry = &cold->entries[cold->settled + i];
      if (entry->len == 0) continue;
      bufs[n++] = buf_of(entry->base, entry->len);
      want += entry->len;
    }
    if (n == 0) break;
    const int status = uv_try_write(&s->h.stream, bufs, n);
    if (status == UV_EAGAIN) break;
    if (status < 0) return status;
    sent += (size_t)status;
    if ((size_t)status < want) break;
  }
  return (ssize_t)sent;
}

/* Writes the entries in flight. sync: inside the user's call, as opposed to after 'connect'. */
static int send_inflight(lnet_stream *s) {
  lnet_cold *cold = s->cold;
  lnet_stream_touch(s);
  s->bytes_sent += cold->write_len;
  const ssize_t sent = write_now(s);
  if (sent < 0) return (int)sent;
  if ((size_t)sent == cold->write_len) return 0;
  const int status = write_later(s, (size_t)sent);
  return status != 0 ? status : 1;
}

/* node's doWrite for the first `count` buffered entries: sent whole, in flight, or failed. */
static void do_write(lnet_stream *s, uint32_t count, bool same) {
  lnet_cold *cold = s->cold;
  cold->inflight = count;
  cold->write_len = 0;
  for (uint32_t i = 0; i < count; i++)
    cold->write_len += cold->entries[cold->settled + i].len;
  s->w |= W_WRITING;
  if ((s->s & S_CONNECTING) != 0) {
    s->w |= W_PENDING_CONNECT;
    cold->pending_data = cold->write_len;
    return;
  }
  lnet_fault fault = lnet_fault_of(LNET_FAULT_CLOSED);
  int status = UV_ENOTCONN;
  if ((s->s & S_HANDLE) != 0) {
    status = send_inflight(s);
    if (status > 0) return; /* on_write goes on */
    fault = lnet_fault_system(status, LNET_SYSCALL_WRITE);
  }
  bool callbacks = false;
  end_writing(s);
  if (status == 0) {
    const uint32_t settled = settle(s, E_DONE, &callbacks);
    wrote_now(s, settled, callbacks, same);
  } else {
    settle(s, E_FAILED, &callbacks);
    failed_now(s, fault);
  }
}

static void clear_buffer(lnet_stream *s) {
  if (!lnet_writer_buffered(s) || (s->w & (W_BUFFER_PROCESSING | W_WRITING)) != 0 ||
      (s->s & S_DESTROYED) != 0 || s->cold->corked > 0)
    return;
  if (s->gather_bytes > 0) { /* written before what was corked */
    lnet_gather_flush(s);
    if ((s->w & W_WRITING) != 0 || (s->s & S_ERRORED) != 0) return;
  }
  const uint32_t count = s->cold->count - s->cold->settled - s->cold->inflight;
  s->w |= W_BUFFER_PROCESSING;
  s->pendingcb -= count - 1; /* they are one write now */
  for (uint32_t i = 1; i < count; i++)
    s->cold->entries[s->cold->settled + i].flags &= (uint8_t)~E_COUNTS;
  do_write(s, count, false);
  s->w &= ~(uint32_t)W_BUFFER_PROCESSING;
}

/* What was in flight is over: node's onWriteComplete and onwrite, asynchronous. */
static void write_ended(lnet_stream *s, lnet_fault fault) {
  bool callbacks = false;
  end_writing(s);
  const uint32_t before = s->cold->settled; /* their ticks are still to come */
  const uint32_t count = settle(s, fault.kind != LNET_FAULT_NONE ? E_FAILED : E_DONE, &callbacks);
  if (fault.kind != LNET_FAULT_NONE) {
    const bool first = (s->s & S_ERRORED) == 0;
    lnet_stream_set_errored(s, fault);
    on_write_error(s, before, count, first ? lnet_fault_of(LNET_FAULT_VALUE) : fault);
    return;
  }
  if (count > 0) s->cold->entries[0].flags |= E_BATCH;
  clear_buffer(s);
  after_write(s, count, false);
}

static void write_done(lnet_stream *s, int status) {
  lnet_fault fault = lnet_fault_of(LNET_FAULT_NONE);
  if ((s->s & S_DESTROYED) == 0) {
    if (status < 0) {
      fault = lnet_fault_system(status, LNET_SYSCALL_WRITE);
    } else {
      lnet_stream_touch(s);
      s->cold->last_queue_size = 0;
    }
  }
  write_ended(s, fault);
}

static void on_write(uv_write_t *req, int status) {
  lnet_stream *s = req->data;
  lnet_ctx *ctx = lnet_stream_ctx(s);
  if (ctx->shut) return;
  lnet_stream_verify(s);
  if (ctx->halted) {
    s->cold->write_status = status;
    lnet_object_owe(&s->base.object, OWE_WRITE);
    return;
  }
  write_done(s, status);
  lnet_leave(ctx);
}

void lnet_writer_resume_write(lnet_stream *s) {
  write_done(s, s->cold->write_status);
}

/* ---- what upper parts call ---- */

/* Bytes that go out now: gathered, or given to the kernel. Returns 0 whole, 1 not, or an error. */
static int put_direct(lnet_stream *s, const char *base, size_t len, size_t *sent) {
  *sent = 0;
  if (len == 0) return 0;
  if (len <= LNET_GATHER_MAX && s->gather_bytes + len < s->w_hwm) {
    if (lnet_gather_add(s, base, len)) return 0;
  }
  if (s->gather_bytes > 0) { /* in order: what is gathered goes first, in the same call */
    enum { BUFS = 32 };
    uv_buf_t bufs[BUFS];
    const unsigned n = lnet_gather_bufs(s, bufs, BUFS - 1);
    size_t gathered = 0;
    for (unsigned i = 0; i < n; i++)
      gathered += bufs[i].len;
    bufs[n] = buf_of(base, len);
    if (gathered == s->gather_bytes) {
      const int status = uv_try_write(&s->h.stream, bufs, n + 1);
      if (status >= (int)gathered) {
        lnet_gather_drop(s);
        *sent = (size_t)status - gathered;
        return *sent == len ? 0 : 1;
      }
      if (status > 0) { /* rare: not even the gathered bytes left whole */
        lnet_gather_sent(s, (size_t)status);
        return 1;
      }
    }
    lnet_gather_flush(s);
    if ((s->w & W_WRITING) != 0 || (s->s & S_ERRORED) != 0) return 1;
  }
  const uv_buf_t buf = buf_of(base, len);
  const int status = uv_try_write(&s->h.stream, &buf, 1);
  if (status < 0) return status == UV_EAGAIN ? 1 : status;
  *sent = (size_t)status;
  return *sent == len ? 0 : 1;
}

static void lose(lnet_stream *s, int status) {
  failed_now(s, lnet_fault_system(status, LNET_SYSCALL_WRITE));
}

/* What the kernel left of a write is in flight now, or (status: an error) lost. Its entry is the
   last one, and the only one that is not settled. */
static void put_rest(lnet_stream *s, int status) {
  bool callbacks = false;
  lnet_cold *cold = s->cold;
  const size_t left = cold->entries[cold->count - 1].len;
  cold->inflight = 1;
  if (status == 1) {
    cold->write_len = left;
    s->w |= W_WRITING;
    status = write_later(s, 0);
    if (status == 0) return;
    end_writing(s);
  } else {
    s->w_length -= left;
  }
  settle(s, E_FAILED, &callbacks);
  lose(s, status);
}

/* A write on an open stream with nothing in flight. */
static void put_open(lnet_stream *s, const char *base, size_t len, unsigned flags) {
  size_t sent = 0;
  lnet_stream_touch(s);
  const int status = put_direct(s, base, len, &sent);
  const bool behind = (s->w & W_WRITING) != 0 || (s->s & S_ERRORED) != 0;
  if (!behind) s->bytes_sent += len;
  if (status == 0) {
    s->w_length -= len;
    if ((flags & E_CALLBACK) != 0) {
      append(s, (lnet_entry){NULL, 0, NULL, s->bytes_sent, 0,
                             (uint8_t)(E_CALLBACK | E_ANCHORED | E_COUNTS | E_DONE)});
      s->cold->settled++;
      wrote_now(s, 1, true, (flags & E_SAME) != 0);
    } else {
      wrote_now(s, 0, false, false);
    }
    return;
  }
  if ((flags & E_STRING) != 0 && anchor_string(s)) flags |= E_ANCHORED;
  if (lnet_writer_reserve_copy(s) != 0 || !append_bytes(s, base + sent, len - sent, flags)) {
    s->w_length -= len;
    lose(s, UV_ENOMEM);
    return;
  }
  if (behind) return; /* gathered bytes are in flight, or were lost */
  s->w_length -= sent;
  put_rest(s, status);
}

/* Whether a write would go out now, with nothing in front of it and nothing due behind it. */
static bool is_quiet(const lnet_stream *s) {
  return (s->w & (W_WRITING | W_ENDING | W_NEED_DRAIN | W_BUFFER_PROCESSING)) == 0 &&
         (s->s & (S_HANDLE | S_CONNECTING | S_DESTROYED | S_ERRORED)) == S_HANDLE &&
         s->w_length == 0 && (s->cold == NULL || (s->cold->corked == 0 && s->cold->count == 0));
}

/* A small write while that is so. Returns whether there was room for it. [-0, +0, -] */
static bool put_small(lnet_stream *s, const char *base, size_t len) {
  if (s->gather_bytes + len >= s->w_hwm || !lnet_gather_add(s, base, len)) return false;
  lnet_stream_touch(s);
  s->bytes_sent += len;
  return true;
}

/* node's answer to a write. [-0, +0, -] */
static bool take_more(lnet_stream *s) {
  const bool more = s->w_length < s->w_hwm || s->w_length == 0;
  if (!more) s->w |= W_NEED_DRAIN;
  return more && (s->s & (S_DESTROYED | S_ERRORED)) == 0;
}

/* A write that is worth a system call of its own, while is_quiet and nothing is gathered. */
static bool put_now(lnet_stream *s, const char *base, size_t len, unsigned flags) {
  const uv_buf_t buf = buf_of(base, len);
  lnet_stream_touch(s);
  const int status = uv_try_write(&s->h.stream, &buf, 1);
  s->bytes_sent += len;
  if (status >= 0 && (size_t)status == len) return true;
  const size_t sent = status > 0 ? (size_t)status : 0;
  s->pendingcb++;
  if ((flags & E_STRING) != 0 && anchor_string(s)) flags |= E_ANCHORED;
  if (lnet_writer_reserve_copy(s) != 0 || !append_bytes(s, base + sent, len - sent, flags)) {
    lose(s, UV_ENOMEM);
    return false;
  }
  s->w_length += len - sent;
  put_rest(s, status >= 0 || status == UV_EAGAIN ? 1 : status);
  return take_more(s);
}

bool lnet_writer_put_now(lnet_stream *s, const char *base, size_t len) {
  const bool usual = is_quiet(s) && s->gather_bytes == 0;
  return usual ? put_now(s, base, len, 0) : lnet_writer_put(s, base, len, 0);
}

bool lnet_writer_put(lnet_stream *s, const char *base, size_t len, unsigned flags) {
  s->pendingcb++;
  s->w_length += len;
  const bool corked = s->cold != NULL && s->cold->corked > 0;
  const bool open = (s->s & (S_HANDLE | S_CONNECTING)) == S_HANDLE;
  if ((s->w & W_WRITING) == 0 && (s->s & S_ERRORED) == 0 && !corked && open) {
    put_open(s, base, len, flags);
  } else if (lnet_writer_reserve_copy(s) != 0 || !append_bytes(s, base, len, flags)) {
    s->w_length -= len;
    lose(s, UV_ENOMEM);
  } else if ((s->w & W_WRITING) == 0 && (s->s & S_ERRORED) == 0 && !corked) {
    do_write(s, 1, (flags & E_SAME) != 0);
  }
  return take_more(s);
}

/* Callbacks of writes that did not leave whole are not due yet, although their ticks are queued.
   Returns where in the queue they begin; gone: the bytes that did leave. */
static uint32_t first_not_gone(const lnet_cold *cold, uint64_t gone) {
  uint32_t at = cold->settled;
  while (at > 0 && (cold->entries[at - 1].flags & E_DONE) != 0 && cold->entries[at - 1].end > gone)
    at--;
  return at;
}

/* Gathered bytes were lost: the callbacks of their writes get the error. */
static void lose_gathered(lnet_stream *s, size_t len, int status) {
  lnet_cold *cold = s->cold;
  s->pendingcb++;
  if (cold != NULL) {
    for (uint32_t i = first_not_gone(cold, s->bytes_sent - len); i < cold->settled; i++) {
      cold->entries[i].flags = (uint8_t)((cold->entries[i].flags & ~E_DONE) | E_FAILED);
      s->pendingcb--;
    }
  }
  lose(s, status);
}

void lnet_writer_gathered(lnet_stream *s, char *rest, size_t len, int status) {
  if (status == 0) status = lnet_writer_reserve_copy(s);
  if (status < 0) {
    free(rest);
    lose_gathered(s, len, status);
    return;
  }
  lnet_cold *cold = s->cold;
  const uint32_t keep = first_not_gone(cold, s->bytes_sent - len);
  const uint32_t again = cold->settled - keep; /* in flight now, behind the bytes */
  for (uint32_t i = 0; i < again; i++)
    cold->entries[keep + i].flags &= (uint8_t) ~(E_DONE | E_BATCH);
  memmove(cold->entries + keep + 1, cold->entries + keep,
          (cold->count - keep) * sizeof *cold->entries);
  cold->entries[keep] = (lnet_entry){rest, len, rest, 0, 0, E_COUNTS};
  cold->count++;
  cold->settled = keep;
  cold->inflight = again + 1;
  cold->write_len = len;
  s->pendingcb++;
  s->w_length += len;
  s->w |= W_WRITING;
  const int later = write_later(s, 0);
  if (later == 0) return;
  bool callbacks = false;
  end_writing(s);
  settle(s, E_FAILED, &callbacks);
  lose(s, later);
}

void lnet_writer_send_pending(lnet_stream *s) {
  if ((s->w & W_PENDING_CONNECT) == 0) return;
  s->w &= ~(uint32_t)W_PENDING_CONNECT;
  s->cold->pending_data = 0;
  if ((s->s & S_HANDLE) == 0) {
    write_ended(s, lnet_fault_of(LNET_FAULT_CLOSED));
    return;
  }
  const int status = send_inflight(s);
  if (status == 0) write_ended(s, lnet_fault_of(LNET_FAULT_NONE));
  if (status < 0) write_ended(s, lnet_fault_system(status, LNET_SYSCALL_WRITE));
}

void lnet_writer_connected(lnet_stream *s) {
  lnet_writer_send_pending(s);
  if ((s->w & W_FINAL_ON_CONNECT) != 0) {
    s->w &= ~(uint32_t)W_FINAL_ON_CONNECT;
    lnet_writer_final(s);
  }
}

void lnet_writer_closed(lnet_stream *s) {
  if ((s->w & W_PENDING_CONNECT) == 0) return;
  s->w &= ~(uint32_t)W_PENDING_CONNECT;
  write_ended(s, lnet_fault_of(LNET_FAULT_CLOSED_BEFORE_CONNECTION));
}

/* ---- the end ---- */

static bool need_finish(const lnet_stream *s) {
  return (s->w & (W_ENDING | W_FINISHED | W_WRITING)) == W_ENDING &&
         (s->s & (S_DESTROYED | S_ERROR_EMITTED | S_CLOSE_EMITTED | S_ERRORED)) == 0 &&
         !lnet_writer_buffered(s) && s->w_length == 0;
}

static void finish(lnet_stream *s) {
  s->pendingcb--;
  s->w |= W_FINISHED;
  call_finish_callbacks(s, lnet_fault_of(LNET_FAULT_NONE));
  lnet_emit_plain(&s->base, LNET_EV_FINISH);
  if ((s->r & (R_END_EMITTED | R_DISABLED)) != 0)
    lnet_stream_destroy(s, lnet_fault_of(LNET_FAULT_NONE));
}

static void finish_tick(lnet_object *object) {
  finish((lnet_stream *)object);
}

static void finish_if_needed_tick(lnet_object *object) {
  lnet_stream *s = (lnet_stream *)object;
  if (need_finish(s))
    finish(s);
  else
    s->pendingcb--;
}

/* node's onFinish: the FIN is out, or failed. */
static void final_done(lnet_stream *s, int status) {
  if ((s->w & W_PREFINISHED) != 0) return;
  s->pendingcb--;
  if (status < 0) {
    lnet_stream_set_errored(s, lnet_fault_system(status, LNET_SYSCALL_SHUTDOWN));
    call_finish_callbacks(s, lnet_fault_of(LNET_FAULT_VALUE));
    lnet_stream_destroy(s, lnet_fault_system(status, LNET_SYSCALL_SHUTDOWN));
  } else if (need_finish(s)) {
    s->w |= W_PREFINISHED;
    lnet_emit_plain(&s->base, LNET_EV_PREFINISH);
    s->pendingcb++;
    lnet_stream_tick(s, finish_tick);
  }
}

static void on_shutdown(uv_shutdown_t *req, int status) {
  lnet_stream *s = req->data;
  lnet_ctx *ctx = lnet_stream_ctx(s);
  free(req);
  (void)status; /* as node: what fails here shows in reading */
  if (ctx->shut) return;
  if (ctx->halted) {
    lnet_object_owe(&s->base.object, OWE_SHUTDOWN);
    return;
  }
  final_done(s, 0);
  lnet_leave(ctx);
}

void lnet_writer_resume_shutdown(lnet_stream *s) {
  final_done(s, 0);
}

void lnet_writer_final(lnet_stream *s) {
  if ((s->s & S_HANDLE) == 0 || (s->s & S_CONNECTING) != 0) {
    s->w |= W_FINAL_ON_CONNECT;
    return;
  }
  int status = UV_ENOMEM;
  uv_shutdown_t *req = malloc(sizeof *req);
  if (req != NULL) {
    req->data = s;
    status = uv_shutdown(req, &s->h.stream, on_shutdown);
    if (status == 0) return;
    free(req);
  }
  final_done(s, status == UV_ENOTCONN ? 0 : status);
}

/* node's prefinish and finishMaybe. */
static void finish_maybe(lnet_stream *s, bool sync) {
  lnet_gather_flush(s);
  if (!need_finish(s)) return;
  if ((s->w & (W_PREFINISHED | W_FINAL_CALLED)) == 0) {
    s->w |= W_FINAL_CALLED;
    s->pendingcb++;
    lnet_writer_final(s);
  }
  if (s->pendingcb != 0) return;
  s->pendingcb++;
  if (sync)
    lnet_stream_tick(s, finish_if_needed_tick);
  else if (need_finish(s))
    finish(s);
}

static void uncork_all(lnet_stream *s) {
  if (s->cold == NULL || s->cold->corked == 0) return;
  s->cold->corked = 0;
  clear_buffer(s);
}

void lnet_writer_end(lnet_stream *s) {
  uncork_all(s);
  if ((s->w & W_ENDING) != 0 || (s->s & S_ERRORED) != 0) return;
  s->w |= W_ENDING;
  finish_maybe(s, true);
  s->w |= W_ENDED;
}

/* ---- methods ---- */

/* Queues the call of the function at `callback`, if it is one, with the value on top. [-1,+0,m] */
static void tell(lua_State *L, lnet_stream *s, int callback) {
  if (!lua_isfunction(L, callback)) {
    lua_pop(L, 1);
    return;
  }
  lua_pushvalue(L, callback);
  lua_insert(L, -2);
  lnet_tick_push(L, lnet_stream_ctx(s), 1);
}

/* A write that is not possible any more: tells the callback and destroys. [-0, +0, m] */
static void refuse(lua_State *L, lnet_stream *s, lnet_fault fault, int callback) {
  lnet_fault_push(L, fault);
  const int error = lua_gettop(L);
  lua_pushvalue(L, error);
  tell(L, s, callback);
  if ((s->s & S_DESTROYED) == 0) lnet_stream_destroy_value(L, 1, s, error);
}

/* Whether the callback at idx is the one that was queued last. [-0, +0, -] */
static bool same_as_last(lua_State *L, const lnet_stream *s, int idx) {
  if ((s->w & W_TICK_INFO) == 0 || s->cold->settled == 0) return false;
  const lnet_entry *last = &s->cold->entries[s->cold->settled - 1];
  lua_getiuservalue(L, 1, UV_COLD);
  lua_rawgeti(L, -1, COLD_QUEUE);
  lua_rawgeti(L, -1, 2 * (lua_Integer)last->seq + 1);
  const bool same = lua_rawequal(L, -1, idx);
  lua_pop(L, 3);
  return same;
}

/* Upvalue of the two listeners below: the context, the socket, the other listener. */
static lnet_stream *upvalue_stream(lua_State *L) {
  return lua_touserdata(L, lua_upvalueindex(2));
}

/* 'close' before there was a connection: what waited for it is lost. */
static int l_on_close(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lua_State *before = lnet_swap_thread(ctx, L);
  lnet_writer_closed(upvalue_stream(L));
  lnet_swap_thread(ctx, before);
  return 0;
}

/* 'connect': what waited is sent; 'close' is not waited for any more. */
static int l_on_connect(lua_State *L) {
  lua_getfield(L, lua_upvalueindex(2), "removeListener");
  lua_pushvalue(L, lua_upvalueindex(2));
  lua_pushliteral(L, "close");
  lua_pushvalue(L, lua_upvalueindex(3));
  lua_call(L, 3, 0);
  lnet_ctx *ctx = lnet_ctx_of(L);
  lua_State *before = lnet_swap_thread(ctx, L);
  lnet_writer_send_pending(upvalue_stream(L));
  lnet_swap_thread(ctx, before);
  return 0;
}

/* Calls socket:once(event, listener on top). [-1, +0, e] */
static void add_once(lua_State *L, const char *event) {
  lua_getfield(L, 1, "once");
  lua_insert(L, -2);
  lua_pushvalue(L, 1);
  lua_insert(L, -2);
  lua_pushstring(L, event);
  lua_insert(L, -2);
  lua_call(L, 3, 0);
}

/* As node, a write that waits for the connection listens to 'connect' and 'close': so it is sent,
   or told to be lost, in its place among the user's listeners. [-0, +0, e] */
static void wait_for_connection(lua_State *L) {
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushvalue(L, 1);
  lua_pushcclosure(L, l_on_close, 2);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushvalue(L, 1);
  lua_pushvalue(L, -3);
  lua_pushcclosure(L, l_on_connect, 3);
  add_once(L, "connect");
  add_once(L, "close");
}

/* Sends the chunk at 2, in the encoding at 3, with the callback at 4; both of them checked.
   Returns node's answer. [-0, +0, e] */
static bool write_checked(lua_State *L, lnet_stream *s, const char *bytes, size_t len) {
  const bool callback = lua_isfunction(L, 4);
  /* First what a listener of 'newListener' hears of: it may do anything to the socket. */
  if ((s->s & (S_CONNECTING | S_ERRORED)) == S_CONNECTING && (s->w & W_WRITING) == 0 &&
      (s->cold == NULL || s->cold->corked == 0))
    wait_for_connection(L);
  unsigned flags = callback ? E_CALLBACK : 0;
  if (lua_type(L, 2) == LUA_TUSERDATA) flags |= E_COPY; /* a Buffer */
  const bool idle = (s->w & W_WRITING) == 0 && (s->s & S_ERRORED) == 0 &&
                    (s->s & (S_HANDLE | S_CONNECTING)) == S_HANDLE &&
                    (s->cold == NULL || s->cold->corked == 0);
  if (callback || !idle) {
    lnet_writer_reserve(L, s, 2, callback ? 4 : 0);
    flags |= E_ANCHORED;
    if (callback && same_as_last(L, s, 4)) flags |= E_SAME;
  } else if (len > LNET_GATHER_MAX && lua_type(L, 2) == LUA_TSTRING) {
    flags |= E_STRING; /* most leave whole: anchored when it does not */
  }
  lnet_object_hold(L, 1, &s->base.object);
  const uint32_t seq = (flags & E_ANCHORED) != 0 ? s->cold->next_seq : 0;
  lua_State *before = lnet_swap_thread(lnet_stream_ctx(s), L);
  const bool more = lnet_writer_put(s, bytes, len, flags);
  lnet_swap_thread(lnet_stream_ctx(s), before);
  if ((flags & E_ANCHORED) != 0 && s->cold->next_seq == seq) unreserve(L, s);
  lnet_object_release(&s->base.object);
  return more;
}

/* The common call: a string and nothing else, on an open stream where nothing waits. Returns
   whether it is done; *more: node's answer. [-0, +0, -] */
static bool write_common(lua_State *L, bool *more) {
  size_t len = 0;
  if (lua_gettop(L) != 2 || lua_type(L, 2) != LUA_TSTRING) return false;
  lnet_stream *s = lnet_stream_test(L, 1);
  if (s == NULL || s->default_encoding > LNET_ENCODING_UTF8 || !is_quiet(s) ||
      lnet_stream_ctx(s)->shut)
    return false;
  const char *bytes = lua_tolstring(L, 2, &len);
  *more = true;
  if (len <= LNET_GATHER_MAX) return len > 0 && put_small(s, bytes, len);
  lnet_ctx *ctx = lnet_stream_ctx(s);
  if (s->gather_bytes > 0 || lnet_ticks_reserve(ctx) != 0) return false;
  lua_State *before = lnet_swap_thread(ctx, L);
  *more = put_now(s, bytes, len, E_STRING);
  lnet_swap_thread(ctx, before);
  return true;
}

/***
Sends bytes or encoded text; what the kernel leaves waits in memory. Source: node v20, write.
@function write
@tparam string|number data bytes; with `encoding`, text to encode
@tparam[opt="utf8"] string encoding
@tparam[opt] function callback `callback(err)`, once the data has left user memory or is lost
@treturn boolean false when `writableHighWaterMark` bytes or more wait: go on after 'drain'
@raise `ERR_INVALID_ARG_TYPE`, `ERR_UNKNOWN_ENCODING`, at the caller's line, nothing changed
*/
int lnet_l_write(lua_State *L) {
  bool more = true;
  if (write_common(L, &more)) {
    lua_pushboolean(L, more);
    return 1;
  }
  lnet_stream *s = lnet_check_stream(L, 1);
  lua_settop(L, 4);
  if (lua_isfunction(L, 3)) {
    lua_copy(L, 3, 4);
    lua_pushnil(L);
    lua_replace(L, 3);
  }
  if ((s->s & S_FIN_SEEN) != 0 && (s->w & W_ENDING) != 0) {
    refuse(L, s, lnet_fault_of(LNET_FAULT_FIN), 4);
    lua_pushboolean(L, 0);
    return 1;
  }
  const lnet_encoding encoding = lnet_check_encoding(L, 3, s->default_encoding);
  size_t len = 0;
  const char *bytes = lnet_check_chunk(L, 2, encoding, &len);
  if ((s->w & W_ENDING) != 0 || (s->s & S_DESTROYED) != 0) {
    refuse(L, s,
           lnet_fault_of((s->w & W_ENDING) != 0 ? LNET_FAULT_WRITE_AFTER_END
                                                : LNET_FAULT_DESTROYED_WRITE),
           4);
    lua_pushboolean(L, 0);
    return 1;
  }
  lua_pushboolean(L, write_checked(L, s, bytes, len));
  return 1;
}

/* Keeps the callback at 4 for 'finish'. [-0, +0, m] */
static void keep_finish_callback(lua_State *L) {
  lnet_stream_cold_table(L, 1);
  if (lua_rawgeti(L, -1, COLD_FINISH) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawseti(L, -3, COLD_FINISH);
  }
  lua_pushvalue(L, 4);
  lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
  lua_pop(L, 2);
}

/* Puts the arguments of finish(data, encoding, callback) in their places. [-0, +0, -] */
static void finish_arguments(lua_State *L) {
  lua_settop(L, 4);
  for (int i = 2; i <= 3; i++) {
    if (!lua_isfunction(L, i)) continue;
    lua_copy(L, i, 4);
    for (; i <= 3; i++) {
      lua_pushnil(L);
      lua_replace(L, i);
    }
  }
}

/***
Half-closes the socket once what was written has left; with data, writes it first.
Source: node v20, socket.end.
@function finish
@tparam[opt] string|number data
@tparam[opt="utf8"] string encoding
@tparam[opt] function callback `callback(err)`, at 'finish' or when that cannot come any more
@return the socket
@raise `ERR_INVALID_ARG_TYPE`, `ERR_UNKNOWN_ENCODING`
*/
int lnet_l_finish(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  finish_arguments(L);
  const bool callback = lua_isfunction(L, 4);
  bool refused = false;
  lua_pushvalue(L, 4); /* write has no callback here: keep it at 5 */
  lua_pushnil(L);
  lua_replace(L, 4);
  if (!lua_isnil(L, 2)) {
    const lnet_encoding encoding = lnet_check_encoding(L, 3, s->default_encoding);
    size_t len = 0;
    const char *bytes = lnet_check_chunk(L, 2, encoding, &len);
    refused = (s->w & W_ENDING) != 0 || (s->s & S_DESTROYED) != 0;
    if (!refused) write_checked(L, s, bytes, len);
  }
  lua_copy(L, 5, 4);
  lua_settop(L, 4);
  lnet_fault fault = lnet_fault_of(LNET_FAULT_NONE);
  lnet_object_hold(L, 1, &s->base.object);
  lua_State *before = lnet_swap_thread(lnet_stream_ctx(s), L);
  uncork_all(s);
  if (refused) {
    fault = lnet_fault_of((s->w & W_ENDING) != 0 ? LNET_FAULT_WRITE_AFTER_END
                                                 : LNET_FAULT_DESTROYED_WRITE);
  } else if ((s->w & W_ENDING) == 0 && (s->s & S_ERRORED) == 0) {
    lnet_writer_end(s);
  } else if ((s->w & W_FINISHED) != 0) {
    fault = lnet_fault_of(LNET_FAULT_FINISHED);
  } else if ((s->s & S_DESTROYED) != 0) {
    fault = lnet_fault_of(LNET_FAULT_DESTROYED_END);
  }
  lnet_swap_thread(lnet_stream_ctx(s), before);
  lnet_object_release(&s->base.object);
  if (refused) { /* as node: the error first, the callback behind it */
    lnet_fault_push(L, fault);
    if ((s->s & S_DESTROYED) == 0) lnet_stream_destroy_value(L, 1, s, 5);
    lua_settop(L, 5);
    tell(L, s, 4);
  } else if (callback && (fault.kind != LNET_FAULT_NONE || (s->s & S_ERRORED) != 0 ||
                          (s->w & W_FINISHED) != 0)) {
    if (fault.kind != LNET_FAULT_NONE || (s->s & S_ERRORED) == 0)
      lnet_fault_push(L, fault);
    else
      lnet_stream_push_errored(L, 1, s);
    tell(L, s, 4);
  } else if (callback) {
    keep_finish_callback(L);
    s->w |= W_ON_FINISHED;
  }
  lua_settop(L, 1);
  return 1;
}

/*** Keeps writes in memory until uncork. Source: node v20.
@function cork */
int lnet_l_cork(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  lnet_stream_check_cold(L, 1, s)->corked++;
  return 0;
}

/*** Undoes one cork; the last sends what was kept. Source: node v20.
@function uncork */
int lnet_l_uncork(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  if (s->cold == NULL || s->cold->corked == 0) return 0;
  lnet_object_hold(L, 1, &s->base.object);
  lua_State *before = lnet_swap_thread(lnet_stream_ctx(s), L);
  s->cold->corked--;
  clear_buffer(s);
  lnet_swap_thread(lnet_stream_ctx(s), before);
  lnet_object_release(&s->base.object);
  return 0;
}
