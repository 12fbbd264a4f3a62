/* A Lua module for the specs: what the kernel has as options of a socket. */
#include <lauxlib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

static const struct {
  const char *text;
  int level;
  int name;
} options[] = {
    {"SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE},    {"TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE},
    {"TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL}, {"TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT},
    {"TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY},     {"IP_TOS", IPPROTO_IP, IP_TOS},
    {"IPV6_TCLASS", IPPROTO_IPV6, IPV6_TCLASS},    {"IPV6_V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY},
};

/* get(fd, name): the value of the option, an integer. */
static int l_get(lua_State *L) {
  const int fd = (int)luaL_checkinteger(L, 1);
  const char *text = luaL_checkstring(L, 2);
  for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
    lua_pushstring(L, options[i].text);
    lua_pushvalue(L, 2);
    if (!lua_rawequal(L, -1, -2)) continue;
    int value = 0;
    socklen_t len = sizeof value;
    if (getsockopt(fd, options[i].level, options[i].name, &value, &len) != 0)
      return luaL_error(L, "getsockopt(%d, %s) fails", fd, text);
    lua_pushinteger(L, value);
    return 1;
  }
  return luaL_error(L, "no such option: %s", text);
}

__attribute__((visibility("default"))) int luaopen_sockopt(lua_State *L);
int luaopen_sockopt(lua_State *L) {
  lua_pushcfunction(L, l_get);
  return 1;
}
