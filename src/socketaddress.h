/* Class SocketAddress: an address, its family, a port and a flow label; never changed. */
#ifndef LNET_SOCKETADDRESS_H
#define LNET_SOCKETADDRESS_H

#include "ctx.h"

typedef struct lnet_socketaddress {
  const void *kind;
  unsigned char bytes[16]; /* network order; the first 4 of an IPv4 address */
  uint32_t flowlabel;
  uint16_t port;
  uint8_t version; /* 4 or 6 */
} lnet_socketaddress;

/* The socket address at idx, or NULL when it is something else. [-0, +0, -] */
const lnet_socketaddress *lnet_socketaddress_test(lua_State *L, int idx);

/* What the family's name (any letter case) stands for: 4, 6, or 0. [-0, +0, -] */
int lnet_socketaddress_family(lua_State *L, int idx);

/* Raises ERR_INVALID_ARG_VALUE for a name that stands for no family. [-0, +0, v] */
int lnet_socketaddress_bad_family(lua_State *L, int idx);

/* Raises ERR_INVALID_ADDRESS. [-0, +0, v] */
int lnet_socketaddress_bad(lua_State *L);

/* core.newSocketAddress(address, family, port, flowlabel), the last two integers in range. */
int lnet_l_newSocketAddress(lua_State *L);

/* core.isSocketAddress(value) */
int lnet_l_isSocketAddress(lua_State *L);

/* Pushes the class table of net.SocketAddress. [-0, +1, m] */
void lnet_socketaddress_init(lua_State *L, lnet_ctx *ctx);

#endif
