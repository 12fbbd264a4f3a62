/* Connections that come in. */
#ifndef LNET_ACCEPT_H
#define LNET_ACCEPT_H

#include "server.h"

/* The uv_poll_cb of a listener: accepts one connection, as libuv does from 1.45 on and so node. The
   next one comes in the next turn of the loop, so a program sees other events between the two, and
   a listener that connects anew each time holds nobody up. */
void lnet_accept_on_ready(uv_poll_t *poll, int status, int events);

/* The uv_connection_cb of a listener that does not poll. */
void lnet_accept_on_connection(uv_stream_t *handle, int status);

/* Accepts what could not be accepted when it came: while halted, or for want of memory.
   [-0, +0, -] */
void lnet_accept_resume(lnet_listener *listener);

/* core.incoming(server, socket): a connection that another process has accepted for this server;
   its socket has not been read. */
int lnet_l_incoming(lua_State *L);

#endif
