/* Options of an open socket: noDelay, keepAlive. */
#ifndef LNET_SOCKOPT_H
#define LNET_SOCKOPT_H

#include "stream.h"

/* Sets what was asked for before there was a connection. [-0, +0, -] */
void lnet_sockopt_apply(lnet_stream *s);

int lnet_l_setNoDelay(lua_State *L);
int lnet_l_setKeepAlive(lua_State *L);
int lnet_l_setTypeOfService(lua_State *L);
int lnet_l_getTypeOfService(lua_State *L);

/* Checks the value at idx, named `name`: an integer from 0 to 255. [-0, +0, v] */
int lnet_check_tos(lua_State *L, int idx, const char *name);

/* Pushes { pid = , uid = , gid = } of the peer of a Unix socket, or nil. [-0, +1, m] */
void lnet_sockopt_push_credentials(lua_State *L, const lnet_stream *s);

#endif
