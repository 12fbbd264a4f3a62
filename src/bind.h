/* bind and listen: TCP, paths, descriptors, handles of others. */
#ifndef LNET_BIND_H
#define LNET_BIND_H

#include "server.h"

/* core.bind(server, "tcp", ip, port, family, ipv6Only, reusePort) or (server, "path", path) or
   (server, "fd", fd) or, to leave the descriptor to its owner, (server, "copy", fd): gives the
   server a handle. Returns 0, or libuv's code; then the server has none. */
int lnet_l_bind(lua_State *L);

/* core.share(server, other): the server has the other's handle, as node's listen(server); what
   comes in goes to the server. Whoever closes it closes it for both. */
int lnet_l_share(lua_State *L);

/* core.listen(server, backlog): returns 0, or libuv's code; then the handle is closed again. */
int lnet_l_listen(lua_State *L);

/* core.chmod(server, readable, writable): returns 0 or libuv's code. */
int lnet_l_chmod(lua_State *L);

/* core.closeHandle(server): node's _handle.close(); the server may listen again at once. */
int lnet_l_closeHandle(lua_State *L);

/* (server, pipe as light userdata): gives a server the listening socket that came over a pipe
   between processes. Returns libuv's code. Called by handoff.c. */
int lnet_l_bindPending(lua_State *L);

#endif
