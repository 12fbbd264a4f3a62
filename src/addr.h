/* Socket addresses as Lua sees them, and as text becomes them. */
#ifndef LNET_ADDR_H
#define LNET_ADDR_H

#include "ctx.h"

/* Room for the text of any address, its zone and its final NUL. */
enum { LNET_ADDR_TEXT_MAX = INET6_ADDRSTRLEN + 1 + UV_IF_NAMESIZE };

/* Writes the text of an IPv4 or IPv6 address; a link-local one, which means nothing without its
   interface, has that as its zone ("fe80::1%eth0"), so that the text can be connected to.
   [-0, +0, -] */
void lnet_addr_print(const struct sockaddr *addr, char out[LNET_ADDR_TEXT_MAX]);

/* Pushes { address = , family = , port = }. [-0, +1, m] */
void lnet_addr_push(lua_State *L, const struct sockaddr_storage *addr);

/* Fills the address from text (an IP of that family, 4 or 6). Returns 0 or UV_EINVAL. */
int lnet_addr_parse(const char *ip, int port, int family, struct sockaddr_storage *addr);

typedef int (*lnet_addr_getter)(const uv_tcp_t *, struct sockaddr *, int *);

/* Pushes what the getter (uv_tcp_getsockname, uv_tcp_getpeername) tells; nothing when it fails.
   Returns its status. [-0, +0|1, m] */
int lnet_addr_push_of(lua_State *L, const uv_tcp_t *handle, lnet_addr_getter get);

#endif
