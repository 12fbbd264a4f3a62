/* Chunks that were received and not read yet. To read a part of a chunk, or many chunks, costs as
   much as the bytes that are taken: what is left of a chunk is not copied. */
#ifndef LNET_READBUF_H
#define LNET_READBUF_H

#include "stream.h"

/* Adds the string on top at the end, or at the front. A memory error leaves all as it was.
   The stream is at idx. [-1, +0, m] */
void lnet_readbuf_add(lua_State *L, int idx, lnet_stream *s, bool front);

/* Makes room for one more chunk, so that the next lnet_readbuf_add takes no memory. A finalizer may
   run in here and change anything. The stream is at idx. [-0, +0, m] */
void lnet_readbuf_reserve(lua_State *L, int idx, lnet_stream *s);

/* How many bytes of the first chunk are left. There must be some. [-0, +0, -] */
size_t lnet_readbuf_first_len(lua_State *L, int idx, const lnet_stream *s);

/* Pushes the first n of the bytes that are there as a string, and leaves them there. Returns n; or
   less, where a finalizer of the user's has read meanwhile, and pushes nil for 0. Whoever wants
   them drops as many before anything else is done. The stream is at idx. [-0, +1, m] */
size_t lnet_readbuf_peek(lua_State *L, int idx, const lnet_stream *s, size_t n);

/* The first n of the bytes that are there were read. The stream is at idx. [-0, +0, -] */
void lnet_readbuf_drop(lua_State *L, int idx, lnet_stream *s, size_t n);

/* Drops all that was not read, and the room for it. The stream, which has an lnet_cold, is at idx.
   [-0, +0, -] */
void lnet_readbuf_clear(lua_State *L, int idx, lnet_stream *s);

#endif
