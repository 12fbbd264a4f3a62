/* From one life of a stream to the next. */
#ifndef LNET_LIFE_H
#define LNET_LIFE_H

#include "stream.h"

/* The stream at idx, which is without a handle of its own, gets one for another connection: an open
   one, or (S_CONNECT_WAITS) that of an earlier life once it is closed. When the stream has had a
   life before, the next one begins: what the earlier one still owes its user will be told, and
   nothing else of it is left. Returns 0 or libuv's code; raises only before anything has changed.
   [-0, +0, m] */
int lnet_life_begin(lua_State *L, int idx, lnet_stream *s, bool pipe);

#endif
