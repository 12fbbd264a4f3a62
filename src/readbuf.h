/* Chunks that were received and not read yet: strings in a sequence of the stream's cold table. */
#ifndef LNET_READBUF_H
#define LNET_READBUF_H

#include "stream.h"

/* Adds the string on top at the end, or at the front. A memory error leaves all as it was.
   The stream is at idx. [-1, +0, m] */
void lnet_readbuf_add(lua_State *L, int idx, lnet_stream *s, bool front);

/* Length of the first chunk. There must be one. [-0, +0, -] */
size_t lnet_readbuf_first_len(lua_State *L, int idx, const lnet_stream *s);

/* Takes n of the bytes that are there and pushes them as a string. Returns n; or less, where a
   finalizer of the user's has read meanwhile, and pushes nil for 0. [-0, +1, m] */
size_t lnet_readbuf_take(lua_State *L, int idx, lnet_stream *s, size_t n);

#endif
