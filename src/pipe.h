/* Pipes: what comes from a stream is written to another one, or to an object of the user's. */
#ifndef LNET_PIPE_H
#define LNET_PIPE_H

#include "stream.h"

/* Gives a chunk that was just received to the stream in s->h.handle.data. Returns false where Lua
   has to do it: then nothing has happened. [-0, +0, -] */
bool lnet_pipe_feed(lnet_stream *s, const char *base, size_t len);

/* The handler of 'data' is another one: looks whether it is a pipe's. [-0, +0, -] */
void lnet_pipe_hot_changed(lua_State *L, void *stream);

/* socket:pipe(dest, options), socket:unpipe(dest) */
int lnet_l_pipe(lua_State *L);
int lnet_l_unpipe(lua_State *L);

#endif
