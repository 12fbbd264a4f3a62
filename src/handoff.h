/* Sockets and servers that go to another process, or come from one. */
#ifndef LNET_HANDOFF_H
#define LNET_HANDOFF_H

#include "object.h"

/* The uv handle of the socket or server at idx, and in *carried the held object that has it; NULL
   when it has none. A socket that was sent, and is not closed, has it still. Raises
   ERR_INVALID_HANDLE_TYPE for anything else. [-0, +0, v] */
uv_stream_t *lnet_handoff_stream(lua_State *L, int idx, lnet_ctx *ctx, lnet_object **carried);

/* Takes the handle away from the socket at idx, as node does with what was sent: the socket reads
   no more, its server does not count it. The handle itself stays open until core.closeSent. Does
   nothing to a server. [-0, +0, -] */
void lnet_handoff_detach(lua_State *L, int idx);

/* Accepts what came over the pipe with a frame of this kind. Pushes a socket, or a server that does
   not listen yet; nil when nothing usable came. [-0, +1, m] */
void lnet_handoff_take(lua_State *L, lnet_ctx *ctx, uv_pipe_t *pipe, unsigned kind);

/* core.isPassable(object): whether the socket or server has a handle that can be sent: nil, or
   false while it connects. */
int lnet_l_isPassable(lua_State *L);

/* core.closeSent(socket): closes the handle of a socket that was sent. */
int lnet_l_closeSent(lua_State *L);

/* core.moveListener(server, from): gives the server, which does not listen, the handle of the
   server `from`. */
int lnet_l_moveListener(lua_State *L);

#endif
