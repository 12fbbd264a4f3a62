/* The reading half of a stream: node's Readable, as a socket's user sees it. */
#ifndef LNET_READER_H
#define LNET_READER_H

#include "stream.h"

/* Asks for bytes without taking any: node's read(0). [-0, +0, -] */
void lnet_reader_read0(lnet_stream *s);

/* Starts uv_read_start unless it is in force. [-0, +0, -] */
void lnet_reader_start(lnet_stream *s);

/* The connection is there: what was asked for before starts now. [-0, +0, -] */
void lnet_reader_connected(lnet_stream *s);

/* A listener of 'data' or 'readable' of the stream at idx was added or removed. [-0, +0, m] */
void lnet_reader_added(lua_State *L, int idx, void *stream, int event);
void lnet_reader_removed(lua_State *L, int idx, void *stream, int event);

/* Pushes a function that does what the own listener of 'end' of the stream at idx does: writes fail
   as behind a FIN from then on. [-0, +1, m] */
void lnet_reader_push_own(lua_State *L, int idx);

/* Undecided, paused or flowing: node's resume() and pause() behind their events. [-0, +0, -] */
void lnet_reader_resume(lnet_stream *s);
/* Returns whether 'pause' is due. [-0, +0, -] */
bool lnet_reader_pause(lnet_stream *s);

/* n bytes were taken: asks for more if that is due, and ends what is over unless as_asked: read(n)
   got what it wanted. [-0, +0, -] */
void lnet_reader_took(lnet_stream *s, size_t n, bool as_asked);

/* No more bytes will come: 'end', once all are taken. [-0, +0, -] */
void lnet_reader_end(lnet_stream *s);

/* A chunk was put back. waits: it is among the unread, and not with the listeners of 'data'.
   [-0, +0, -] */
void lnet_reader_put_back(lnet_stream *s, bool waits);

/* A tick gives what waits to the listeners of 'data', if the stream still flows. [-0, +0, -] */
void lnet_reader_flow_later(lnet_stream *s);

/* Whether a chunk that comes now goes to the listeners of 'data' without waiting. [-0, +0, -] */
static inline bool lnet_reader_is_direct(const lnet_stream *s) {
  return (s->r & (R_FLOWING | R_SYNC | R_DATA_LISTENING | R_UNREAD)) ==
         (R_FLOWING | R_DATA_LISTENING);
}

#endif
