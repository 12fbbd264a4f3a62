/* One try to connect. Which addresses are tried, and what the errors are, is in connect.lua. */
#ifndef LNET_ATTEMPT_H
#define LNET_ATTEMPT_H

#include "stream.h"

/* core.beginConnect(socket, pipe): the socket is connecting from now on. Returns the number of its
   life, with which the functions below are called: in another life they do nothing. */
int lnet_l_beginConnect(lua_State *L);

/* core.isConnecting(socket, life): whether the socket is still connecting, in that life. */
int lnet_l_isConnecting(lua_State *L);

/* core.life(socket): the number of the socket's present life. */
int lnet_l_life(lua_State *L);

/* core.isPastClose(socket): whether the 'close' that is being emitted ends an earlier life, while
   the socket is in the next one already. */
int lnet_l_isPastClose(lua_State *L);

/* core.noteCallback(socket, listener): notes the listener of 'connect' that a call of connect has
   added; nil for none. Returns the one noted before, or nil. */
int lnet_l_noteCallback(lua_State *L);

/* core.whenFree(socket, life, fn): calls fn() once the socket's handle is free for an attempt: at
   once, or when an earlier one is closed. fn is not called when the socket is destroyed before. */
int lnet_l_whenFree(lua_State *L);

/* core.bindSocket(socket, life, ip, port, family): the local address to connect from. Returns 0 or
   a code, UV_ECANCELED when that life is over. */
int lnet_l_bindSocket(lua_State *L);

/* core.attempt(socket, life, callback, success, path) or (..., ip, port, family): tries to connect.
   Returns 0 or a code, UV_ECANCELED when that life is over. callback(status) comes when it failed,
   and (with `success`) before 'connect' when it did not. */
int lnet_l_attempt(lua_State *L);

/* core.dropAttempt(socket, life): closes the handle of a failed attempt; the socket goes on. */
int lnet_l_dropAttempt(lua_State *L);

/* Hooks of stream.c. [-0, +0, -] */
void lnet_attempt_handle_free(lnet_stream *s);
void lnet_attempt_ended(lnet_stream *s, int status);

#endif
