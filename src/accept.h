/* Connections that come in. */
#ifndef LNET_ACCEPT_H
#define LNET_ACCEPT_H

#include "server.h"

/* The uv_connection_cb of a listener. */
void lnet_accept_on_connection(uv_stream_t *handle, int status);

/* Accepts what waited while halted. [-0, +0, -] */
void lnet_accept_resume(lnet_listener *listener);

/* core.incoming(server, socket): a connection that another process has accepted for this server;
   its socket has not been read. */
int lnet_l_incoming(lua_State *L);

#endif
