/* Class Socket: methods and properties. */
#ifndef LNET_SOCKET_H
#define LNET_SOCKET_H

#include "ctx.h"

/* Pushes the class table of net.Socket. [-0, +1, m] */
void lnet_socket_init(lua_State *L, lnet_ctx *ctx);

#endif
