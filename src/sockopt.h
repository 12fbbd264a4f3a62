/* Options of an open socket: noDelay, keepAlive. */
#ifndef LNET_SOCKOPT_H
#define LNET_SOCKOPT_H

#include "stream.h"

/* Sets what was asked for before there was a connection. [-0, +0, -] */
void lnet_sockopt_apply(lnet_stream *s);

int lnet_l_setNoDelay(lua_State *L);
int lnet_l_setKeepAlive(lua_State *L);

#endif
