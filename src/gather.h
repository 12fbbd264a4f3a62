/* Small writes of one callback leave in one system call: their bytes wait in an arena until the
   outermost call into Lua returns. */
#ifndef LNET_GATHER_H
#define LNET_GATHER_H

#include "stream.h"

/* Writes of up to this many bytes are gathered. */
enum { LNET_GATHER_MAX = 4096 };

/* Copies the bytes to the arena. Returns whether there was room: no more than the stream's
   high-water mark waits there. [-0, +0, -] */
bool lnet_gather_add(lnet_stream *s, const char *base, size_t len);

/* Bytes that this stream has gathered; s->gather is 0 when there are none. [-0, +0, -] */
size_t lnet_gather_bytes(const lnet_stream *s);

/* Fills up to `room` buffers with what this stream has gathered; returns their number. */
unsigned lnet_gather_bufs(const lnet_stream *s, uv_buf_t *bufs, unsigned room);

/* Copies the gathered bytes from `skip` on to `out`. [-0, +0, -] */
void lnet_gather_copy(const lnet_stream *s, size_t skip, char *out);

/* Forgets what this stream has gathered: it was sent, or copied. [-0, +0, -] */
void lnet_gather_drop(lnet_stream *s);

/* The first `sent` gathered bytes have left, and the kernel took no more. [-0, +0, -] */
void lnet_gather_sent(lnet_stream *s, size_t sent);

/* Sends what this stream has gathered. [-0, +0, -] */
void lnet_gather_send(lnet_stream *s); /* when there is something */
static inline void lnet_gather_flush(lnet_stream *s) {
  if (s->gather != 0) lnet_gather_send(s);
}

/* Makes the arena, and has the context send its last bytes from here. [-0, +0, e] */
void lnet_gather_init(lua_State *L, lnet_ctx *ctx);

#endif
