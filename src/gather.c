/* Small writes, gathered. The arena holds a record for each stream that has some, and segments: a
   header, bytes. Those of one stream are chained; a write right behind the stream's last segment
   makes that one longer. From its end downwards the arena has the length of each chunk: when not
   all has left, one must know which chunks have. The arena is empty again whenever the outermost
   call into Lua has returned. */
#include "gather.h"
#include "entries.h"
#include "writer.h"
#include <stdlib.h>
#include <string.h>

enum { ARENA_SIZE = 64 * 1024, ALIGN = 8 };

/* Places in the arena are offsets, of 16 bits; 0 means none. */
struct record {
  lnet_stream *stream;
  uint32_t bytes;
  uint32_t first; /* segments */
  uint32_t last;
  uint32_t next; /* record of the stream that began to gather next */
};

struct segment {
  uint32_t next;
  uint32_t len;
};

/* The length of a chunk. */
struct length {
  uint16_t record;
  uint16_t bytes;
};

_Static_assert(LNET_GATHER_MAX <= UINT16_MAX, "each chunk's length has a place");

static struct record *record_at(const lnet_ctx *ctx, uint32_t offset) {
  return (struct record *)(void *)(ctx->arena + offset);
}

static struct segment *segment_at(const lnet_ctx *ctx, uint32_t offset) {
  return (struct segment *)(void *)(ctx->arena + offset);
}

static char *bytes_of(struct segment *segment) {
  return (char *)(segment + 1);
}

static void flush_all(lnet_ctx *ctx);
static void send_last(lnet_ctx *ctx);

void lnet_gather_init(lua_State *L, lnet_ctx *ctx) {
  ctx->arena = malloc(ARENA_SIZE);
  if (ctx->arena == NULL) luaL_error(L, "not enough memory");
  ctx->arena_used = ALIGN; /* offset 0 means none */
  ctx->arena_lengths = ARENA_SIZE;
  ctx->flush = flush_all;
  ctx->send_last = send_last;
}

size_t lnet_gather_bytes(const lnet_stream *s) {
  return s->gather != 0 ? record_at(lnet_stream_ctx(s), s->gather)->bytes : 0;
}

/* Bytes that a chunk can take, its length has room then as well; less than 0 if it has not. */
static int32_t room(const lnet_ctx *ctx) {
  return (int32_t)(ctx->arena_lengths - sizeof(struct length)) - (int32_t)ctx->arena_used;
}

/* Notes the length of a chunk of the stream that gathers at `record`. */
static void note(lnet_ctx *ctx, uint32_t record, size_t len) {
  ctx->arena_lengths -= (uint32_t)sizeof(struct length);
  *(struct length *)(void *)(ctx->arena + ctx->arena_lengths) =
      (struct length){(uint16_t)record, (uint16_t)len};
}

/* Takes `size` bytes of the arena, followed by `len`. Returns where, or 0. */
static inline uint32_t take(lnet_ctx *ctx, uint32_t size, size_t len) {
  const uint32_t at = (ctx->arena_used + ALIGN - 1) & ~(uint32_t)(ALIGN - 1);
  if (room(ctx) < (int32_t)(ALIGN + size + len)) return 0;
  ctx->arena_used = at + size + (uint32_t)len;
  return at;
}

/* The stream's first write: a record, with a segment behind it. Returns where its bytes go, or NULL
   where there is no room. */
static inline char *begin(lnet_stream *s, size_t len) {
  lnet_ctx *ctx = lnet_stream_ctx(s);
  const uint32_t at = take(ctx, sizeof(struct record) + sizeof(struct segment), len);
  if (at == 0) return NULL;
  const uint32_t first = at + (uint32_t)sizeof(struct record);
  struct segment *segment = segment_at(ctx, first);
  *segment = (struct segment){0, (uint32_t)len};
  *record_at(ctx, at) = (struct record){s, (uint32_t)len, first, first, 0};
  s->gather = (uint16_t)at;
  if (ctx->gathering == 0)
    ctx->gathering = at;
  else
    record_at(ctx, ctx->gathering_last)->next = at;
  ctx->gathering_last = at;
  note(ctx, at, len);
  return bytes_of(segment);
}

/* Another write of the stream: in its last segment, if nothing stands behind that, else in a new
   one. Returns as begin does. */
static inline char *go_on(const lnet_stream *s, size_t len) {
  lnet_ctx *ctx = lnet_stream_ctx(s);
  struct record *record = record_at(ctx, s->gather);
  struct segment *last = segment_at(ctx, record->last);
  char *to = bytes_of(last) + last->len;
  if (to == ctx->arena + ctx->arena_used) {
    if (room(ctx) < (int32_t)len) return NULL;
    last->len += (uint32_t)len;
    ctx->arena_used += (uint32_t)len;
  } else {
    const uint32_t at = take(ctx, sizeof *last, len);
    if (at == 0) return NULL;
    struct segment *segment = segment_at(ctx, at);
    *segment = (struct segment){0, (uint32_t)len};
    last->next = at;
    record->last = at;
    to = bytes_of(segment);
  }
  record->bytes += (uint32_t)len;
  note(ctx, s->gather, len);
  return to;
}

LNET_HOT bool lnet_gather_add(lnet_stream *s, const char *base, size_t len) {
  if (lnet_gather_bytes(s) + len >= s->w_hwm) return false;
  char *to = s->gather == 0 ? begin(s, len) : go_on(s, len);
  if (to == NULL) return false;
  memcpy(to, base, len); /* at the end: nothing has to be kept across the call */
  return true;
}

/* Its first segment. */
static uint32_t first_of(const lnet_stream *s) {
  return s->gather != 0 ? record_at(lnet_stream_ctx(s), s->gather)->first : 0;
}

unsigned lnet_gather_bufs(const lnet_stream *s, uv_buf_t *bufs, unsigned room) {
  const lnet_ctx *ctx = lnet_stream_ctx(s);
  unsigned n = 0;
  for (uint32_t at = first_of(s); at != 0 && n < room;) {
    struct segment *segment = segment_at(ctx, at);
    bufs[n].base = bytes_of(segment);
    bufs[n++].len = segment->len;
    at = segment->next;
  }
  return n;
}

void lnet_gather_copy(const lnet_stream *s, size_t skip, char *out) {
  const lnet_ctx *ctx = lnet_stream_ctx(s);
  for (uint32_t at = first_of(s); at != 0;) {
    struct segment *segment = segment_at(ctx, at);
    const size_t here = skip < segment->len ? skip : segment->len;
    memcpy(out, bytes_of(segment) + here, segment->len - here);
    out += segment->len - here;
    skip -= here;
    at = segment->next;
  }
}

LNET_HOT void lnet_gather_drop(lnet_stream *s) {
  lnet_ctx *ctx = lnet_stream_ctx(s);
  const uint32_t at = s->gather;
  if (at == 0) return;
  const uint32_t next = record_at(ctx, at)->next;
  s->gather = 0;
  if (ctx->gathering == at) { /* mostly the only one */
    ctx->gathering = next;
    if (next == 0) {
      ctx->arena_used = ALIGN;
      ctx->arena_lengths = ARENA_SIZE;
    }
    return;
  }
  uint32_t before = ctx->gathering;
  while (record_at(ctx, before)->next != at)
    before = record_at(ctx, before)->next;
  record_at(ctx, before)->next = next;
  if (next == 0) ctx->gathering_last = before;
}

/* The chunk that the last `left` gathered bytes begin with. */
static lnet_partly first_of_last(const lnet_stream *s, size_t left) {
  const lnet_ctx *ctx = lnet_stream_ctx(s);
  lnet_partly first = {0, 0};
  size_t whole = 0;
  for (uint32_t at = ctx->arena_lengths; at < ARENA_SIZE && whole < left;
       at += (uint32_t)sizeof(struct length)) { /* from the last chunk on */
    const struct length *length = (const struct length *)(const void *)(ctx->arena + at);
    if (length->record != s->gather) continue;
    first.len = length->bytes;
    whole += first.len;
  }
  lnet_assert(whole >= left);
  first.gone = whole - left;
  return first;
}

/* What is left after `sent` bytes goes to the writer as one block. */
static void hand_over(lnet_stream *s, size_t sent, int status) {
  const size_t left = lnet_gather_bytes(s) - sent;
  const lnet_partly first = first_of_last(s, left);
  lnet_assert(left > 0);
  char *rest = status == 0 ? malloc(left) : NULL;
  if (rest != NULL) lnet_gather_copy(s, sent, rest);
  if (status == 0 && rest == NULL) status = UV_ENOMEM;
  lnet_gather_drop(s);
  lnet_writer_gathered(s, rest, left, first, status);
}

void lnet_gather_sent(lnet_stream *s, size_t sent) {
  if (sent == lnet_gather_bytes(s))
    lnet_gather_drop(s);
  else
    hand_over(s, sent, 0);
}

/* The first `count` segments have left whole, and there are more. Returns false if it was less. */
static bool pass(const lnet_stream *s, unsigned count, size_t sent) {
  const lnet_ctx *ctx = lnet_stream_ctx(s);
  struct record *record = record_at(ctx, s->gather);
  uint32_t at = record->first;
  size_t len = 0;
  while (count-- > 0) {
    len += segment_at(ctx, at)->len;
    at = segment_at(ctx, at)->next;
  }
  if (sent < len) return false;
  record->first = at;
  record->bytes -= (uint32_t)len;
  return true;
}

/* The kernel has answered for the first `count` segments. */
static void answered(lnet_stream *s, unsigned count, int status) {
  if (status < 0)
    hand_over(s, 0, status == UV_EAGAIN ? 0 : status);
  else if (!pass(s, count, (size_t)status))
    lnet_gather_sent(s, (size_t)status);
}

static void send_many(lnet_stream *s) {
  enum { BUFS = 32 };
  uv_buf_t bufs[BUFS];
  while (s->gather != 0) {
    const unsigned count = lnet_gather_bufs(s, bufs, BUFS);
    const int status = uv_try_write(&s->h.stream, bufs, count);
    if (status == (int)lnet_gather_bytes(s))
      lnet_gather_drop(s);
    else
      answered(s, count, status);
  }
}

LNET_HOT void lnet_gather_send(lnet_stream *s) {
  const lnet_ctx *ctx = lnet_stream_ctx(s);
  const struct record *record = record_at(ctx, s->gather);
  lnet_writer_announce(s, record->bytes);
  if (record->first != record->last) {
    send_many(s);
    return;
  }
  struct segment *segment = segment_at(ctx, record->first);
  const uv_buf_t buf = {.base = bytes_of(segment), .len = segment->len};
  const int status = uv_try_write(&s->h.stream, &buf, 1);
  if (status == (int)record->bytes)
    lnet_gather_drop(s);
  else
    answered(s, 1, status);
}

LNET_HOT static void flush_all(lnet_ctx *ctx) {
  while (ctx->gathering != 0)
    lnet_gather_send(record_at(ctx, ctx->gathering)->stream);
}

/* ---- the exit ---- */

enum { LAST_BUFS = 32 };

/* Gives bytes to the kernel for the last time. Returns whether it took all of them. */
static bool send_bufs(lnet_stream *s, const uv_buf_t *bufs, unsigned count) {
  size_t len = 0;
  for (unsigned i = 0; i < count; i++)
    len += bufs[i].len;
  const int status = count > 0 ? uv_try_write(&s->h.stream, bufs, count) : 0;
  return status >= 0 && (size_t)status == len;
}

static bool send_last_gathered(lnet_stream *s) {
  uv_buf_t bufs[LAST_BUFS];
  for (;;) {
    const unsigned count = lnet_gather_bufs(s, bufs, LAST_BUFS);
    if (!send_bufs(s, bufs, count)) return false;
    size_t len = 0;
    for (unsigned i = 0; i < count; i++)
      len += bufs[i].len;
    if (len == lnet_gather_bytes(s)) return true;
    pass(s, count, len);
  }
}

/* What waits behind nothing: it is corked, or was written just before. */
static void send_last_buffered(lnet_stream *s) {
  uv_buf_t bufs[LAST_BUFS];
  const lnet_cold *cold = s->cold;
  const bool open = (s->s & (S_HANDLE | S_CONNECTING | S_DESTROYED | S_ERRORED)) == S_HANDLE;
  if (!open || (s->w & W_WRITING) != 0 || cold->cut) return;
  uint32_t i = cold->settled + cold->inflight;
  while (i < cold->count) {
    unsigned n = 0;
    for (; i < cold->count && n < LAST_BUFS; i++)
      if (cold->entries[i].len > 0)
        bufs[n++] = (uv_buf_t){.base = (char *)cold->entries[i].base, .len = cold->entries[i].len};
    if (!send_bufs(s, bufs, n)) return;
  }
}

/* What the kernel does not take now is lost. */
static void send_last(lnet_ctx *ctx) {
  while (ctx->gathering != 0) {
    lnet_stream *s = record_at(ctx, ctx->gathering)->stream;
    const bool whole = send_last_gathered(s);
    if (!whole && s->cold != NULL) s->cold->cut = true;
    lnet_gather_drop(s);
  }
  for (lnet_list *link = ctx->colds.next; link != &ctx->colds; link = link->next)
    send_last_buffered(LNET_CONTAINER(link, lnet_cold, link)->stream);
}
