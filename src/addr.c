/* Socket addresses. */
#include "addr.h"
#include <string.h>

void lnet_addr_push(lua_State *L, const struct sockaddr_storage *addr) {
  char text[INET6_ADDRSTRLEN + 32] = "";
  int port = 0;
  const bool v6 = addr->ss_family == AF_INET6;
  if (v6) {
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)addr;
    uv_ip6_name(in6, text, sizeof text);
    port = ntohs(in6->sin6_port);
  } else {
    const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)addr;
    uv_ip4_name(in, text, sizeof text);
    port = ntohs(in->sin_port);
  }
  lua_createtable(L, 0, 3);
  lua_pushstring(L, text);
  lua_setfield(L, -2, "address");
  lua_pushstring(L, v6 ? "IPv6" : "IPv4");
  lua_setfield(L, -2, "family");
  lua_pushinteger(L, port);
  lua_setfield(L, -2, "port");
}

int lnet_addr_parse(const char *ip, int port, int family, struct sockaddr_storage *addr) {
  memset(addr, 0, sizeof *addr);
  if (family == 6) return uv_ip6_addr(ip, port, (struct sockaddr_in6 *)(void *)addr);
  return uv_ip4_addr(ip, port, (struct sockaddr_in *)(void *)addr);
}

int lnet_addr_push_of(lua_State *L, const uv_tcp_t *handle, lnet_addr_getter get) {
  struct sockaddr_storage addr;
  int len = sizeof addr;
  const int status = get(handle, (struct sockaddr *)&addr, &len);
  if (status == 0) lnet_addr_push(L, &addr);
  return status;
}
