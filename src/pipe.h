/* Stream to stream in C: the listener of 'data' that a pipe adds, and the way around Lua when it
   is the only one. */
#ifndef LNET_PIPE_H
#define LNET_PIPE_H

#include "stream.h"

/* Gives a chunk that was just received to s->pipe_to. Returns false where Lua has to do it: then
   nothing has happened. [-0, +0, -] */
bool lnet_pipe_feed(lnet_stream *s, const char *base, size_t len);

/* The handler of 'data' is another one: looks whether it is a pipe's. [-0, +0, -] */
void lnet_pipe_hot_changed(lua_State *L, void *stream);

/* core.pipeListener(dest, pause): a listener of 'data' that writes each chunk to dest, and calls
   pause() when that answers false. [-2, +1, e] */
int lnet_l_pipeListener(lua_State *L);

#endif
