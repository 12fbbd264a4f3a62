/* The writing half of a stream: node's Writable, over uv_try_write and uv_write. */
#ifndef LNET_WRITER_H
#define LNET_WRITER_H

#include "stream.h"

/* Sends or queues bytes; flags: see entries.h. Returns node's answer: false at the high-water
   mark, and after an error. [-0, +0, -] */
bool lnet_writer_put(lnet_stream *s, const char *base, size_t len, unsigned flags);

/* Whether a write would go out now, with nothing in front of it and nothing due behind it. While
   that is so, the two below are the quick ways. [-0, +0, -] */
static inline bool lnet_writer_is_quiet(const lnet_stream *s) {
  return (s->w & (W_WRITING | W_ENDING | W_NEED_DRAIN | W_BUFFER_PROCESSING | W_QUEUE)) == 0 &&
         (s->s & (S_HANDLE | S_CONNECTING | S_DESTROYED | S_ERRORED)) == S_HANDLE;
}

/* A small write. Returns whether there was room for it. [-0, +0, -] */
bool lnet_writer_put_small(lnet_stream *s, const char *base, size_t len);

/* A write that is worth a system call of its own; nothing may be gathered. Returns node's answer.
   [-0, +0, -] */
bool lnet_writer_put_alone(lnet_stream *s, const char *base, size_t len, unsigned flags);

/* The only write of a callback: in whichever of these ways. [-0, +0, -] */
bool lnet_writer_put_now(lnet_stream *s, const char *base, size_t len);

/* Bytes from which on a write is large for Nagle's algorithm. */
#define LNET_LARGE 16384u

/* Turns the algorithm off, or on again. [-0, +0, -] */
void lnet_writer_nagle(lnet_stream *s, bool on);

/* `len` bytes are about to be given to the kernel. Nagle's algorithm keeps back the last segment of
   each large write until the others are acknowledged, which halves the pace of bulk; so it is off
   for these, and as the user wants it for small ones. [-0, +0, -] */
static inline void lnet_writer_announce(lnet_stream *s, size_t len) {
  const bool on = len < LNET_LARGE;
  if (on == ((s->s & S_NAGLE_OFF) != 0)) lnet_writer_nagle(s, on);
}

/* Sends what is buffered if nothing keeps it back: node's clearBuffer. [-0, +0, -] */
void lnet_writer_send_buffered(lnet_stream *s);

/* Undoes all corks. [-0, +0, -] */
void lnet_writer_uncork(lnet_stream *s);

/* The connection is there: what waits is sent. [-0, +0, -] */
void lnet_writer_connected(lnet_stream *s);

/* The part of it that is about writes. [-0, +0, -] */
void lnet_writer_send_pending(lnet_stream *s);

/* The handle is gone: what waited for a connection is lost. [-0, +0, -] */
void lnet_writer_closed(lnet_stream *s);

/* Queues the step that calls back what is buffered with the error. [-0, +0, -] */
void lnet_writer_fail_buffered(lnet_stream *s);

/* A chunk of `len` bytes of which `gone` have left. */
typedef struct lnet_partly {
  size_t len;
  size_t gone;
} lnet_partly;

/* Called by gather.c: `len` gathered bytes have not left. With status 0 they are `rest`, malloc'ed,
   which becomes the entry in flight; else they are lost, status says why. first: the chunk that
   they begin with. [-0, +0, -] */
void lnet_writer_gathered(lnet_stream *s, char *rest, size_t len, lnet_partly first, int status);

/* The callback that came while halted. [-0, +0, -] */
void lnet_writer_resume_write(lnet_stream *s);

/* node's bytesWritten: sent and waiting. [-0, +0, -] */
uint64_t lnet_writer_bytes(const lnet_stream *s);

static inline bool lnet_writer_buffered(const lnet_stream *s) {
  return s->cold != NULL && s->cold->count > s->cold->settled + s->cold->inflight;
}

#endif
