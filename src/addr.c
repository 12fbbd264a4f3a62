/* Socket addresses. */
#include "addr.h"
#include "ip.h"
#include <stdio.h>
#include <string.h>

/* Writes "%" and the name of the interface, or its number where it has gone. [-0, +0, -] */
static void print_zone(unsigned interface, char *out, size_t size) {
  size_t room = size - 1;
  *out = '%';
  if (uv_if_indextoiid(interface, out + 1, &room) != 0) snprintf(out, size, "%%%u", interface);
}

void lnet_addr_print(const struct sockaddr *addr, char out[LNET_ADDR_TEXT_MAX]) {
  *out = '\0';
  if (addr->sa_family != AF_INET6) {
    uv_ip4_name((const struct sockaddr_in *)(const void *)addr, out, LNET_ADDR_TEXT_MAX);
    return;
  }
  const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)addr;
  uv_ip6_name(in6, out, LNET_ADDR_TEXT_MAX);
  const size_t len = strlen(out);
  if (IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr) && in6->sin6_scope_id > 0)
    print_zone((unsigned)in6->sin6_scope_id, out + len, LNET_ADDR_TEXT_MAX - len);
}

void lnet_addr_push(lua_State *L, const struct sockaddr_storage *addr) {
  char text[LNET_ADDR_TEXT_MAX];
  const bool v6 = addr->ss_family == AF_INET6;
  const int port = v6 ? ntohs(((const struct sockaddr_in6 *)(const void *)addr)->sin6_port)
                      : ntohs(((const struct sockaddr_in *)(const void *)addr)->sin_port);
  lnet_addr_print((const struct sockaddr *)addr, text);
  lua_createtable(L, 0, 3);
  lua_pushstring(L, text);
  lua_setfield(L, -2, "address");
  lua_pushstring(L, v6 ? "IPv6" : "IPv4");
  lua_setfield(L, -2, "family");
  lua_pushinteger(L, port);
  lua_setfield(L, -2, "port");
}

int lnet_addr_parse(const char *ip, int port, int family, struct sockaddr_storage *addr) {
  unsigned char bytes[16];
  memset(addr, 0, sizeof *addr);
  if (lnet_ip_parse_loose(ip, strlen(ip), bytes) != family) return UV_EINVAL;
  if (family == 4) return uv_ip4_addr(ip, port, (struct sockaddr_in *)(void *)addr);
  struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)addr;
  (void)uv_ip6_addr(ip, port,
                    in6); /* for the zone: before one, libuv cuts an address at 39 bytes */
  memcpy(&in6->sin6_addr, bytes, sizeof bytes);
  return 0;
}

int lnet_addr_push_of(lua_State *L, const uv_tcp_t *handle, lnet_addr_getter get) {
  struct sockaddr_storage addr;
  int len = sizeof addr;
  const int status = get(handle, (struct sockaddr *)&addr, &len);
  if (status == 0) lnet_addr_push(L, &addr);
  return status;
}
