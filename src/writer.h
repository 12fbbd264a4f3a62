/* The writing half of a stream: node's Writable, over uv_try_write and uv_write. */
#ifndef LNET_WRITER_H
#define LNET_WRITER_H

#include "stream.h"

/* Makes room for one entry with the chunk at index `chunk` and the callback at index `callback`
   (0: none) anchored. A memory error leaves nothing that counts. Without L: room for an entry
   whose bytes are copied; returns 0 or UV_ENOMEM. [-0, +0, m] */
void lnet_writer_reserve(lua_State *L, lnet_stream *s, int chunk, int callback);
int lnet_writer_reserve_copy(lnet_stream *s);

/* Sends or queues bytes; flags: E_CALLBACK, E_ANCHORED, E_SAME as reserved. Returns node's
   answer: false at the high-water mark, and after an error. [-0, +0, -] */
bool lnet_writer_put(lnet_stream *s, const char *base, size_t len, unsigned flags);

/* The same for bytes that are the only write of a callback: not worth gathering. [-0, +0, -] */
bool lnet_writer_put_now(lnet_stream *s, const char *base, size_t len);

/* Node's end() without arguments. [-0, +0, -] */
void lnet_writer_end(lnet_stream *s);

/* Sends the FIN, once there is a connection: node's _final. [-0, +0, -] */
void lnet_writer_final(lnet_stream *s);

/* The connection is there: what waits is sent. [-0, +0, -] */
void lnet_writer_connected(lnet_stream *s);

/* The part of it that is about writes. [-0, +0, -] */
void lnet_writer_send_pending(lnet_stream *s);

/* The handle is gone: what waited for a connection is lost. [-0, +0, -] */
void lnet_writer_closed(lnet_stream *s);

/* Queues the step that calls back what is buffered with the error. [-0, +0, -] */
void lnet_writer_fail_buffered(lnet_stream *s);

/* Called by gather.c: `len` gathered bytes have not left. With status 0 they are `rest`, malloc'ed,
   which becomes the entry in flight; else they are lost, status says why. [-0, +0, -] */
void lnet_writer_gathered(lnet_stream *s, char *rest, size_t len, int status);

/* Callbacks that came while halted. [-0, +0, -] */
void lnet_writer_resume_write(lnet_stream *s);
void lnet_writer_resume_shutdown(lnet_stream *s);

/* Drops entries and their memory, without Lua. [-0, +0, -] */
void lnet_writer_free(lnet_stream *s);

/* node's bytesWritten: sent and waiting. [-0, +0, -] */
uint64_t lnet_writer_bytes(const lnet_stream *s);

static inline bool lnet_writer_buffered(const lnet_stream *s) {
  return s->cold != NULL && s->cold->count > s->cold->settled + s->cold->inflight;
}

/* Methods, with the stream at 1. [-0, +1, e] */
int lnet_l_write(lua_State *L);
int lnet_l_finish(lua_State *L);
int lnet_l_cork(lua_State *L);
int lnet_l_uncork(lua_State *L);

#endif
