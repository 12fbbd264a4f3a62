/* A pipe between two processes of ours: frames of bytes, some with a socket or a server. What the
   frames mean is in lua/lnet/ipc. */
#ifndef LNET_CHANNEL_H
#define LNET_CHANNEL_H

#include "ctx.h"

/* Bits of a frame's kind: a socket or a server goes along; it is a server; the message is one of
   lua/lnet's own, and its socket is not read yet. */
enum { LNET_FRAME_HANDLE = 1, LNET_FRAME_SERVER = 2, LNET_FRAME_OWN = 4 };

/* core.newChannel(receiver): a channel that is not open yet. For each frame it calls
   receiver(kind, bytes, object): object is the socket or server that came along, nil when none
   came. At the end, once, receiver(nil, code) with libuv's. */
int lnet_l_newChannel(lua_State *L);

/* The uv handle of the channel at idx, for uv_spawn to open; raises unless it is new.
   [-0, +0, v] */
uv_pipe_t *lnet_check_channel_pipe(lua_State *L, int idx);

/* Makes the class, and puts codes that lua/lnet compares with into the table on top. [-0, +0, m] */
void lnet_channel_init(lua_State *L, lnet_ctx *ctx);

#endif
