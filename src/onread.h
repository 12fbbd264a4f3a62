/* The option onread: bytes go into a buffer of the user's, and a callback instead of 'data'. */
#ifndef LNET_ONREAD_H
#define LNET_ONREAD_H

#include "stream.h"

/* Takes the option from the options at `options` for the stream at idx; what is no such table is
   ignored, as in node. [-0, +0, e] */
void lnet_onread_set(lua_State *L, int options, int idx, lnet_stream *s);

/* Asks the user's function, if there is one, for the first buffer of a connection that is about to
   be made; one that is there already goes on with what it has. The stream is at idx. [-0, +0, e] */
void lnet_onread_ask(lua_State *L, int idx, lnet_stream *s);
/* core.askBuffer(socket): the same. */
int lnet_l_askBuffer(lua_State *L);

/* Where the next bytes go; asks the user's function for a buffer when it is due. [-0, +0, -] */
uv_buf_t lnet_onread_buffer(lnet_stream *s);

/* Tells of n bytes in the buffer. Returns whether to go on reading. [-0, +0, -] */
bool lnet_onread_deliver(lnet_stream *s, size_t n);

#endif
