/* One try to connect. Which addresses are tried, and what the errors are, is in connect.lua. */
#ifndef LNET_ATTEMPT_H
#define LNET_ATTEMPT_H

#include "stream.h"

/* core.beginConnect(socket, pipe): the socket is connecting from now on. */
int lnet_l_beginConnect(lua_State *L);

/* core.whenFree(socket, fn): calls fn() once the socket's handle is free for an attempt: at once,
   or when an earlier one is closed. fn is not called when the socket is destroyed before. */
int lnet_l_whenFree(lua_State *L);

/* core.bindSocket(socket, ip, port, family): the local address to connect from. Returns 0 or a
   code. */
int lnet_l_bindSocket(lua_State *L);

/* core.attempt(socket, callback, success, path) or (..., ip, port, family): tries to connect.
   Returns 0 or a code. callback(status) comes when it failed, and (with `success`) before
   'connect' when it did not. */
int lnet_l_attempt(lua_State *L);

/* core.dropAttempt(socket): closes the handle of a failed attempt; the socket goes on. */
int lnet_l_dropAttempt(lua_State *L);

/* Hooks of stream.c. [-0, +0, -] */
void lnet_attempt_handle_free(lnet_stream *s);
void lnet_attempt_ended(lnet_stream *s, int status);

#endif
