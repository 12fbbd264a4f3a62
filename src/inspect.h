/* What tostring says of sockets and servers. */
#ifndef LNET_INSPECT_H
#define LNET_INSPECT_H

#include "ctx.h"

/* Pushes the state and the addresses of the socket at 1: "open, 127.0.0.1:4000 -> 127.0.0.1:80".
   Returns false, nothing pushed, for what is no socket. Emits and sends nothing. [-0, +0|1, m] */
bool lnet_inspect_socket(lua_State *L);

/* The same for the server at 1: "listening on 127.0.0.1:80". [-0, +0|1, m] */
bool lnet_inspect_server(lua_State *L);

#endif
