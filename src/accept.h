/* Connections that come in. */
#ifndef LNET_ACCEPT_H
#define LNET_ACCEPT_H

#include "server.h"

/* The uv_connection_cb of a listener. */
void lnet_accept_on_connection(uv_stream_t *handle, int status);

/* Accepts what waited while halted. [-0, +0, -] */
void lnet_accept_resume(lnet_listener *listener);

#endif
