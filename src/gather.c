/* Small writes, gathered. The arena holds segments: a header, bytes. Those of one stream are
   chained; a write right behind the stream's last segment makes that one longer. The arena is
   empty again whenever the outermost call into Lua has returned. */
#include "gather.h"
#include "writer.h"
#include <stdlib.h>
#include <string.h>

enum { ARENA_SIZE = 64 * 1024, ALIGN = 8 };

struct segment {
  uint32_t next; /* offset in the arena, 0: none */
  uint32_t len;
};

static struct segment *segment_at(const lnet_ctx *ctx, uint32_t offset) {
  return (struct segment *)(void *)(ctx->arena + offset);
}

static char *bytes_of(struct segment *segment) {
  return (char *)(segment + 1);
}

static void flush_all(lnet_ctx *ctx);

void lnet_gather_init(lua_State *L, lnet_ctx *ctx) {
  ctx->arena = malloc(ARENA_SIZE);
  if (ctx->arena == NULL) luaL_error(L, "not enough memory");
  ctx->arena_used = ALIGN; /* offset 0 means none */
  ctx->flush = flush_all;
}

bool lnet_gather_add(lnet_stream *s, const char *base, size_t len) {
  lnet_ctx *ctx = lnet_stream_ctx(s);
  const uint32_t end = ctx->arena_used;
  struct segment *last = s->gather_last != 0 ? segment_at(ctx, s->gather_last) : NULL;
  if (last != NULL && bytes_of(last) + last->len == ctx->arena + end) {
    if (ARENA_SIZE - end < len) return false;
    memcpy(ctx->arena + end, base, len);
    last->len += (uint32_t)len;
    ctx->arena_used = end + (uint32_t)len;
    s->gather_bytes += (uint32_t)len;
    return true;
  }
  const uint32_t at = (end + ALIGN - 1) & ~(uint32_t)(ALIGN - 1);
  if (at > ARENA_SIZE - sizeof *last || ARENA_SIZE - sizeof *last - at < len) return false;
  struct segment *segment = segment_at(ctx, at);
  segment->next = 0;
  segment->len = (uint32_t)len;
  memcpy(bytes_of(segment), base, len);
  ctx->arena_used = at + (uint32_t)(sizeof *segment + len);
  if (last != NULL)
    last->next = at;
  else
    s->gather_first = at;
  if (last == NULL) { /* the stream's first: list it */
    s->gather_next = NULL;
    if (ctx->gathering == NULL)
      ctx->gathering = s;
    else
      ctx->gathering_last->gather_next = s;
    ctx->gathering_last = s;
  }
  s->gather_last = at;
  s->gather_bytes += (uint32_t)len;
  return true;
}

unsigned lnet_gather_bufs(const lnet_stream *s, uv_buf_t *bufs, unsigned room) {
  const lnet_ctx *ctx = lnet_stream_ctx(s);
  unsigned n = 0;
  for (uint32_t at = s->gather_first; at != 0 && n < room;) {
    struct segment *segment = segment_at(ctx, at);
    bufs[n++] = uv_buf_init(bytes_of(segment), segment->len);
    at = segment->next;
  }
  return n;
}

void lnet_gather_copy(const lnet_stream *s, size_t skip, char *out) {
  const lnet_ctx *ctx = lnet_stream_ctx(s);
  for (uint32_t at = s->gather_first; at != 0;) {
    struct segment *segment = segment_at(ctx, at);
    const size_t here = skip < segment->len ? skip : segment->len;
    memcpy(out, bytes_of(segment) + here, segment->len - here);
    out += segment->len - here;
    skip -= here;
    at = segment->next;
  }
}

void lnet_gather_drop(lnet_stream *s) {
  lnet_ctx *ctx = lnet_stream_ctx(s);
  if (s->gather_bytes == 0) return;
  s->gather_first = s->gather_last = s->gather_bytes = 0;
  if (ctx->gathering == s && ctx->gathering_last == s) { /* the only one, as mostly */
    ctx->gathering = ctx->gathering_last = NULL;
    ctx->arena_used = ALIGN;
    return;
  }
  lnet_stream *before = NULL;
  for (lnet_stream *each = ctx->gathering; each != s; each = each->gather_next)
    before = each;
  if (before == NULL)
    ctx->gathering = s->gather_next;
  else
    before->gather_next = s->gather_next;
  if (ctx->gathering_last == s) ctx->gathering_last = before;
  if (ctx->gathering == NULL) ctx->arena_used = ALIGN;
}

/* What is left after `sent` bytes goes to the writer as one block. */
static void hand_over(lnet_stream *s, size_t sent, int status) {
  const size_t left = s->gather_bytes - sent;
  char *rest = status == 0 ? malloc(left) : NULL;
  if (rest != NULL) lnet_gather_copy(s, sent, rest);
  if (status == 0 && rest == NULL) status = UV_ENOMEM;
  lnet_gather_drop(s);
  lnet_writer_gathered(s, rest, left, status);
}

void lnet_gather_sent(lnet_stream *s, size_t sent) {
  if (sent == s->gather_bytes)
    lnet_gather_drop(s);
  else
    hand_over(s, sent, 0);
}

void lnet_gather_flush(lnet_stream *s) {
  enum { BUFS = 32 };
  uv_buf_t bufs[BUFS];
  if (s->gather_bytes == 0) return;
  const int status = uv_try_write(&s->h.stream, bufs, lnet_gather_bufs(s, bufs, BUFS));
  if (status == (int)s->gather_bytes)
    lnet_gather_drop(s);
  else if (status >= 0)
    lnet_gather_sent(s, (size_t)status);
  else
    hand_over(s, 0, status == UV_EAGAIN ? 0 : status);
}

static void flush_all(lnet_ctx *ctx) {
  while (ctx->gathering != NULL)
    lnet_gather_flush(ctx->gathering);
}
