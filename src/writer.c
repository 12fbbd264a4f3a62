/* The writing half of a stream. The steps and their order are node v20's (Writable, and the
   socket's _write and _writev on top of it).
   What cannot leave waits in entries.c; the end is in ending.c, the methods are in write.c. */
#include "writer.h"
#include "call.h"
#include "ending.h"
#include "entries.h"
#include "gather.h"
#include "owed.h"
#include "tick.h"
#include <stdlib.h>
#include <string.h>

/* What buffered writes are told: the stream's error, or that it was destroyed. */
static lnet_fault fault_for(const lnet_stream *s, lnet_fault_kind otherwise) {
  return lnet_fault_of((s->s & S_ERRORED) != 0 ? LNET_FAULT_VALUE : otherwise);
}

/* The callbacks of all lost chunks were called: only now they are out of the count, as in node. */
static void forget_lost(lnet_stream *s) {
  lnet_cold *cold = s->cold;
  if (cold == NULL) return;
  cold->waiting -= cold->told_last;
  cold->told = cold->told_last = 0;
}

/* node's errorBuffer: the buffered writes are lost, and told so. [-0, +0, -] */
static void error_buffer(lnet_stream *s) {
  const uint32_t life = lnet_stream_life(s);
  if ((s->w & W_WRITING) != 0) return;
  if (lnet_writer_buffered(s)) {
    lnet_cold *cold = s->cold;
    const uint32_t first = cold->settled;
    cold->waiting -= cold->told_last; /* they are behind these */
    cold->told += cold->told_last;
    cold->told_last = 0;
    for (; cold->settled < cold->count; cold->settled++) {
      lnet_entry *entry = &cold->entries[cold->settled];
      entry->flags = (uint8_t)((entry->flags & ~E_COUNTS) | E_LOST);
    }
    lnet_entries_call_back(s, first, cold->settled - first,
                           fault_for(s, LNET_FAULT_DESTROYED_WRITE));
    if (lnet_stream_is_past(s, life)) return;
  }
  lnet_entries_call_finish(s, fault_for(s, LNET_FAULT_DESTROYED_END));
  forget_lost(s);
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

/* node's afterWrite: 'drain', the callbacks of the `count` settled entries from `first` on (plain:
   none, one write), what follows. */
static void after_write(lnet_stream *s, uint32_t first, uint32_t count, bool plain) {
  const uint32_t life = lnet_stream_life(s);
  s->w &= ~(uint32_t)W_AFTER_WRITE_PENDING;
  if ((s->w & (W_ENDING | W_NEED_DRAIN)) == W_NEED_DRAIN && (s->s & S_DESTROYED) == 0 &&
      lnet_waiting(s) == 0) {
    s->w &= ~(uint32_t)W_NEED_DRAIN;
    if (!lnet_stream_tell(s, LNET_EV_DRAIN)) return;
  }
  if (plain) lnet_stream_rare(s)->pendingcb--;
  lnet_entries_call_back(s, first, count, lnet_fault_of(LNET_FAULT_NONE));
  if (lnet_stream_is_past(s, life)) return;
  if ((s->s & S_DESTROYED) != 0) error_buffer(s);
  if (lnet_stream_is_past(s, life)) return;
  if ((s->w & W_ENDING) != 0) lnet_ending_maybe(s, true);
}

/* Calls one batch; none, when it was sent less than thought and is in flight again. */
static void after_batch_tick(lnet_object *object) {
  lnet_stream *s = (lnet_stream *)object;
  s->w &= ~(uint32_t)W_TICK_INFO;
  const uint32_t count = batch_size(s->cold);
  if (count > 0) after_write(s, 0, count, false);
}

static void after_plain_tick(lnet_object *object) {
  lnet_stream *s = (lnet_stream *)object;
  after_write(s, 0, 0, true);
}

/* node's onwriteError. The entries that failed are `count` settled ones from `first` on. */
static void on_write_error(lnet_stream *s, uint32_t first, uint32_t count, lnet_fault fault) {
  const uint32_t life = lnet_stream_life(s);
  lnet_stream_rare(s)->pendingcb--;
  for (uint32_t i = 0; i < count; i++)
    s->cold->entries[first + i].flags &= (uint8_t)~E_COUNTS;
  lnet_entries_call_back(s, first, count, fault);
  if (lnet_stream_is_past(s, life)) return;
  error_buffer(s);
  if (lnet_stream_is_past(s, life)) return;
  forget_lost(s); /* it does nothing while a callback's own write is in flight */
  if ((s->s & S_DESTROYED) == 0) lnet_stream_destroy(s, lnet_stream_rare(s)->errored);
}

static void write_error_tick(lnet_object *object) {
  lnet_stream *s = (lnet_stream *)object;
  uint32_t count = 0;
  while (s->cold != NULL && count < s->cold->settled &&
         (s->cold->entries[count].flags & E_FAILED) != 0)
    count++;
  on_write_error(s, 0, count, lnet_fault_of(LNET_FAULT_VALUE));
}

static void end_writing(lnet_stream *s) {
  s->w &= ~(uint32_t)W_WRITING;
  if (s->cold == NULL) return;
  s->cold->waiting -= s->cold->write_len;
  s->cold->write_len = 0;
}

/* A write went out whole inside the call that made it. node's onwrite, synchronous. */
static void wrote_now(lnet_stream *s, uint32_t count, bool callbacks, bool same) {
  lnet_writer_send_buffered(s);
  if (!callbacks) {
    lnet_entries_forget(s, count);
    const bool drain = (s->w & W_NEED_DRAIN) != 0 && lnet_waiting(s) == 0;
    if (drain && (s->w & W_AFTER_WRITE_PENDING) == 0) {
      s->w |= W_AFTER_WRITE_PENDING;
      lnet_stream_tick(s, after_plain_tick);
    } else {
      lnet_stream_rare(s)->pendingcb--;
      if ((s->w & W_ENDING) != 0) lnet_ending_maybe(s, true);
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

/* Bytes that one call gives to the system: some systems take less than 2 GiB, and Windows has 32
   bits for a length. Fewer in debug builds, whose tests so see how it goes on. */
#ifdef LNET_DEBUG
enum { AT_ONCE = 1 << 20 };
#else
enum { AT_ONCE = 1 << 30 };
#endif

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

/* As much of the bytes as one call may give. */
static uv_buf_t buf_of(const char *base, size_t len) {
  return (uv_buf_t){.base = (char *)base, .len = least(len, AT_ONCE)};
}

void lnet_writer_nagle(lnet_stream *s, bool on) {
  if ((s->s & (S_PIPE | S_NO_DELAY)) != 0) return;
  uv_tcp_nodelay(&s->h.tcp, !on);
  s->s = on ? s->s & ~(uint32_t)S_NAGLE_OFF : s->s | S_NAGLE_OFF;
}

/* Hands the entries in flight to libuv, from `skip` bytes on; what is beyond AT_ONCE comes next, in
   write_done. Returns 0 or an error. */
static int write_later(lnet_stream *s, size_t skip) {
  enum { FEW = 16 };
  lnet_cold *cold = s->cold;
  uv_buf_t few[FEW];
  uv_buf_t *bufs = cold->inflight <= FEW ? few : malloc(cold->inflight * sizeof *bufs);
  if (bufs == NULL) return UV_ENOMEM;
  unsigned n = 0;
  size_t room = AT_ONCE;
  cold->write_given = skip;
  cold->write_left = 0;
  for (uint32_t i = 0; i < cold->inflight; i++) {
    const lnet_entry *entry = &cold->entries[cold->settled + i];
    const size_t here = least(skip, entry->len), rest = entry->len - here;
    const size_t part = least(rest, room);
    skip -= here;
    room -= part;
    cold->write_given += part;
    cold->write_left += rest - part;
    if (part > 0) bufs[n++] = buf_of(entry->base + here, part);
  }
  cold->write->stream = s;
  cold->write->aside = false;
  const int status = uv_write(&cold->write->req, &s->h.stream, bufs, n, on_write);
  if (bufs != few) free(bufs);
  if (status == 0) cold->last_queue_size = cold->write_len;
  return status;
}

/* As node, a write of no bytes asks the kernel too: so it finds out that the peer of a Unix socket
   has gone. Returns 0 or an error. */
static int probe(lnet_stream *s) {
  const uv_buf_t none = {.base = "", .len = 0};
  const int status = uv_try_write(&s->h.stream, &none, 1);
  return status < 0 && status != UV_EAGAIN ? status : 0;
}

/* Sends as much as the kernel takes of the entries in flight, gathered bytes first.
   Returns the bytes of entries that left, or an error. */
static ssize_t write_now(lnet_stream *s) {
  enum { BUFS = 64 };
  uv_buf_t bufs[BUFS];
  lnet_cold *cold = s->cold;
  size_t sent = 0;
  if (cold->write_len == 0) return probe(s);
  for (uint32_t i = 0; i < cold->inflight;) {
    unsigned n = 0;
    size_t want = 0;
    bool cut = false;
    for (; i < cold->inflight && n < BUFS && !cut; i++) {
      const lnet_entry *entry = &cold->entries[cold->settled + i];
      const size_t part = least(entry->len, AT_ONCE - want);
      if (part > 0) bufs[n++] = buf_of(entry->base, part);
      want += part;
      cut = part < entry->len;
    }
    if (n == 0) break;
    const int status = uv_try_write(&s->h.stream, bufs, n);
    if (status == UV_EAGAIN) break;
    if (status < 0) return status;
    sent += (size_t)status;
    if ((size_t)status < want || cut) break;
  }
  return (ssize_t)sent;
}

/* A chunk of that many bytes was given to the handle, and failed at once. As in node, which tries
   short strings before it counts them, it does not count if it is short. */
static void uncount(lnet_stream *s, size_t len) {
  enum { SHORT = 16384 / 3 }; /* bytes; node has room for 16 KiB, and for 3 bytes a character */
  if (len <= SHORT) s->bytes_sent -= len;
}

/* Writes the entries in flight. sync: inside the user's call, as opposed to after 'connect'. */
static int send_inflight(lnet_stream *s) {
  lnet_cold *cold = s->cold;
  lnet_stream_touch(s);
  s->bytes_sent += cold->write_len;
  lnet_writer_announce(s, cold->write_len);
  const ssize_t sent = write_now(s);
  if (sent < 0) {
    if (cold->inflight == 1) uncount(s, cold->write_len);
    return (int)sent;
  }
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
    const uint32_t settled = lnet_entries_settle(s, E_DONE, &callbacks);
    wrote_now(s, settled, callbacks, same);
  } else {
    lnet_entries_settle(s, E_FAILED, &callbacks);
    failed_now(s, fault);
  }
}

void lnet_writer_send_buffered(lnet_stream *s) {
  if (!lnet_writer_buffered(s) || (s->w & (W_BUFFER_PROCESSING | W_WRITING)) != 0 ||
      (s->s & S_DESTROYED) != 0 || s->cold->corked > 0)
    return;
  if (s->gather != 0) { /* written before what was corked */
    lnet_gather_flush(s);
    if ((s->w & W_WRITING) != 0 || (s->s & S_ERRORED) != 0) return;
  }
  const uint32_t count = s->cold->count - s->cold->settled - s->cold->inflight;
  s->w |= W_BUFFER_PROCESSING;
  lnet_stream_rare(s)->pendingcb -= count - 1; /* they are one write now */
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
  const uint32_t count =
      lnet_entries_settle(s, fault.kind != LNET_FAULT_NONE ? E_FAILED : E_DONE, &callbacks);
  if (fault.kind != LNET_FAULT_NONE) {
    const bool first = (s->s & S_ERRORED) == 0;
    lnet_stream_set_errored(s, fault);
    on_write_error(s, before, count, first ? lnet_fault_of(LNET_FAULT_VALUE) : fault);
    return;
  }
  if (!callbacks && before == 0 && count == 1 && !lnet_writer_buffered(s)) { /* the usual case */
    lnet_entries_forget(s, 1);
    after_write(s, 0, 0, true);
    return;
  }
  if (count > 0) s->cold->entries[before].flags |= E_BATCH;
  lnet_writer_send_buffered(s);
  after_write(s, before, count, false);
}

static void write_done(lnet_stream *s, int status) {
  lnet_fault fault = lnet_fault_of(LNET_FAULT_NONE);
  if ((s->s & S_DESTROYED) == 0) {
    if (status == 0 && s->cold->write_left > 0) {
      lnet_stream_touch(s);
      status = write_later(s, s->cold->write_given);
      if (status == 0) return;
    }
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
  lnet_write_request *request = LNET_CONTAINER(req, lnet_write_request, req);
  lnet_stream *s = request->stream;
  if (request->aside) { /* its callbacks have been told */
    lnet_entries_free_aside(request);
    return;
  }
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
  if (len == 0) {
    lnet_gather_flush(s);
    return (s->w & W_WRITING) != 0 || (s->s & S_ERRORED) != 0 ? 1 : probe(s);
  }
  if (len <= LNET_GATHER_MAX && lnet_gather_add(s, base, len)) return 0;
  if (s->gather != 0) { /* in order: what is gathered goes first, in the same call */
    enum { BUFS = 32 };
    uv_buf_t bufs[BUFS];
    const unsigned n = lnet_gather_bufs(s, bufs, BUFS - 1);
    size_t gathered = 0;
    for (unsigned i = 0; i < n; i++)
      gathered += bufs[i].len;
    bufs[n] = buf_of(base, len);
    lnet_writer_announce(s, gathered + len);
    if (gathered == lnet_gather_bytes(s)) {
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
  lnet_writer_announce(s, len);
  const int status = uv_try_write(&s->h.stream, &buf, 1);
  if (status < 0) return status == UV_EAGAIN ? 1 : status;
  *sent = (size_t)status;
  return *sent == len ? 0 : 1;
}

static void lose(lnet_stream *s, int status) {
  failed_now(s, lnet_fault_system(status, LNET_SYSCALL_WRITE));
}

/* What the kernel left of a write of `len` bytes is in flight now, or (status: an error) lost. Its
   entry is the last one, and the only one that is not settled. */
static void put_rest(lnet_stream *s, size_t len, int status) {
  bool callbacks = false;
  lnet_cold *cold = s->cold;
  cold->inflight = 1;
  if (status == 1) {
    cold->write_len = len;
    s->w |= W_WRITING;
    status = write_later(s, 0);
    if (status == 0) return;
    end_writing(s);
  } else {
    cold->waiting -= len;
    uncount(s, len);
  }
  lnet_entries_settle(s, E_FAILED, &callbacks);
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
    if ((flags & E_CALLBACK) != 0) {
      lnet_entries_append(s, (lnet_entry){NULL, 0, NULL, s->bytes_sent, 0,
                                          (uint8_t)(E_CALLBACK | E_ANCHORED | E_COUNTS | E_DONE)});
      s->cold->settled++;
      wrote_now(s, 1, true, (flags & E_SAME) != 0);
    } else {
      wrote_now(s, 0, false, false);
    }
    return;
  }
  if ((flags & E_STRING) != 0 && lnet_entries_anchor_string(s)) flags |= E_ANCHORED;
  if (lnet_entries_reserve_rest(s) != 0 ||
      !lnet_entries_append_bytes(s, base + sent, len - sent, flags)) {
    lose(s, UV_ENOMEM);
    return;
  }
  s->cold->waiting += len;
  if (!behind) put_rest(s, len, status); /* else gathered bytes are in flight, or were lost */
}

uint64_t lnet_writer_bytes(const lnet_stream *s) {
  const lnet_cold *cold = s->cold;
  if (cold == NULL) return s->bytes_sent;
  return s->bytes_sent + (cold->waiting - cold->write_len) + cold->told + cold->pending_data;
}

/* A small write while that is so. Returns whether there was room for it. [-0, +0, -] */
LNET_HOT bool lnet_writer_put_small(lnet_stream *s, const char *base, size_t len) {
  if (!lnet_gather_add(s, base, len)) return false;
  lnet_stream_touch(s);
  s->bytes_sent += len;
  return true;
}

/* node's answer to a write. [-0, +0, -] */
static bool take_more(lnet_stream *s) {
  const size_t waiting = lnet_waiting(s);
  const bool more = waiting < s->w_hwm || waiting == 0;
  if (!more) s->w |= W_NEED_DRAIN;
  return more && (s->s & (S_DESTROYED | S_ERRORED)) == 0;
}

/* A write that is worth a system call of its own, where lnet_writer_is_quiet and nothing is
 * gathered. */
LNET_HOT bool lnet_writer_put_alone(lnet_stream *s, const char *base, size_t len, unsigned flags) {
  const uv_buf_t buf = buf_of(base, len);
  lnet_stream_touch(s);
  lnet_writer_announce(s, len);
  const int status = uv_try_write(&s->h.stream, &buf, 1);
  s->bytes_sent += len;
  if (status >= 0 && (size_t)status == len) return true;
  const size_t sent = status > 0 ? (size_t)status : 0;
  lnet_stream_rare(s)->pendingcb++;
  if ((flags & E_STRING) != 0 && lnet_entries_anchor_string(s)) flags |= E_ANCHORED;
  if (lnet_entries_reserve_rest(s) != 0 ||
      !lnet_entries_append_bytes(s, base + sent, len - sent, flags)) {
    lose(s, UV_ENOMEM);
    return false;
  }
  s->cold->waiting += len;
  put_rest(s, len, status >= 0 || status == UV_EAGAIN ? 1 : status);
  return take_more(s);
}

LNET_HOT bool lnet_writer_put_now(lnet_stream *s, const char *base, size_t len) {
  const bool usual = lnet_writer_is_quiet(s) && s->gather == 0;
  return usual ? lnet_writer_put_alone(s, base, len, 0) : lnet_writer_put(s, base, len, 0);
}

void lnet_writer_uncork(lnet_stream *s) {
  if (s->cold == NULL || s->cold->corked == 0) return;
  lnet_entries_set_corks(s, 0);
  lnet_writer_send_buffered(s);
}

bool lnet_writer_put(lnet_stream *s, const char *base, size_t len, unsigned flags) {
  lnet_stream_rare(s)->pendingcb++;
  const bool corked = s->cold != NULL && s->cold->corked > 0;
  const bool open = (s->s & (S_HANDLE | S_CONNECTING)) == S_HANDLE;
  const bool goes = (s->w & W_WRITING) == 0 && (s->s & S_ERRORED) == 0 && !corked;
  const bool behind = lnet_writer_buffered(s); /* what a destroyed socket had, used again at once */
  if (goes && open && !behind) {
    put_open(s, base, len, flags);
  } else if (lnet_entries_reserve_rest(s) != 0 || !lnet_entries_append_bytes(s, base, len, flags)) {
    lose(s, UV_ENOMEM);
  } else {
    s->cold->waiting += len;
    if (goes && behind) lnet_writer_send_buffered(s);
    if (goes && !behind) do_write(s, 1, (flags & E_SAME) != 0);
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

/* Gathered bytes were lost. As in node the first chunk of them has failed, and the others wait
   behind it until their callbacks get the error. first: the bytes of that chunk. */
static void lose_gathered(lnet_stream *s, size_t len, size_t first, int status) {
  lnet_cold *cold = s->cold;
  lnet_stream_rare(s)->pendingcb++;
  s->bytes_sent -= len;
  if (cold != NULL) {
    uint64_t seen = s->bytes_sent + first;
    cold->told_last += len - first;
    cold->waiting += len - first;
    for (uint32_t i = first_not_gone(cold, s->bytes_sent); i < cold->settled; i++) {
      lnet_entry *entry = &cold->entries[i];
      entry->flags = (uint8_t)((entry->flags & ~E_DONE) | E_FAILED | E_LOST);
      entry->len = entry->end > seen ? (size_t)(entry->end - seen) : 0;
      seen += entry->len;
      cold->told_last -= entry->len;
      lnet_stream_rare(s)->pendingcb--;
    }
  }
  lose(s, status);
}

void lnet_writer_gathered(lnet_stream *s, char *rest, size_t len, lnet_partly first, int status) {
  if (status == 0) status = lnet_entries_reserve_rest(s);
  if (status < 0) {
    free(rest);
    lose_gathered(s, len, first.len - first.gone, status);
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
  s->w |= W_QUEUE;
  cold->settled = keep;
  cold->inflight = again + 1;
  cold->write_len = len + first.gone;
  lnet_stream_rare(s)->pendingcb++;
  cold->waiting += len + first.gone;
  s->w |= W_WRITING;
  const int later = write_later(s, 0);
  if (later == 0) return;
  bool callbacks = false;
  end_writing(s);
  lnet_entries_settle(s, E_FAILED, &callbacks);
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
  const uint32_t life = lnet_stream_life(s);
  lnet_writer_send_pending(s);
  if (lnet_stream_is_past(s, life)) return;
  if ((s->w & W_FINAL_ON_CONNECT) != 0) {
    s->w &= ~(uint32_t)W_FINAL_ON_CONNECT;
    lnet_ending_send_fin(s);
  }
}

void lnet_writer_closed(lnet_stream *s) {
  if ((s->w & W_PENDING_CONNECT) == 0) return;
  s->w &= ~(uint32_t)W_PENDING_CONNECT;
  write_ended(s, lnet_fault_of(LNET_FAULT_CLOSED_BEFORE_CONNECTION));
}
