/* Class SocketAddress. Its options and parse are in socketaddress.lua. */
#include "socketaddress.h"
#include "check.h"
#include "class.h"
#include "error.h"
#include "ip.h"
#include <string.h>

static const char kind = 0; /* its address is what each socket address begins with */

const lnet_socketaddress *lnet_socketaddress_test(lua_State *L, int idx) {
  return lnet_class_test(L, idx, lnet_ctx_of(L)->address_meta);
}

static bool same_word(const char *text, const char *word) {
  for (; *word != '\0'; text++, word++) {
    const char c = *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text;
    if (c != *word) return false;
  }
  return *text == '\0';
}

int lnet_socketaddress_family(lua_State *L, int idx) {
  size_t len = 0;
  const char *name = lua_type(L, idx) == LUA_TSTRING ? lua_tolstring(L, idx, &len) : "";
  if (len != 4) return 0;
  return same_word(name, "ipv4") ? 4 : same_word(name, "ipv6") ? 6 : 0;
}

int lnet_socketaddress_bad_family(lua_State *L, int idx) {
  return lnet_check_refuse(L, idx, "options.family", "is invalid");
}

int lnet_socketaddress_bad(lua_State *L) {
  return lnet_error_raise(L, "Error", "ERR_INVALID_ADDRESS", "Invalid socket address");
}

int lnet_l_newSocketAddress(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lua_settop(L, 4);
  const int version = lnet_socketaddress_family(L, 2);
  if (version == 0) return lnet_socketaddress_bad_family(L, 2);
  size_t len = 0;
  const char *text = luaL_checklstring(L, 1, &len);
  const lua_Integer port = luaL_checkinteger(L, 3);
  const lua_Integer label = luaL_checkinteger(L, 4);
  unsigned char bytes[16] = {0};
  if (lnet_ip_parse_loose(text, len, bytes) != version) return lnet_socketaddress_bad(L);
  lnet_socketaddress *a = lua_newuserdatauv(L, sizeof *a, LNET_UV_COMMON);
  memset(a, 0, sizeof *a);
  a->kind = &kind;
  memcpy(a->bytes, bytes, version == 4 ? 4 : sizeof bytes);
  a->version = (uint8_t)version;
  a->port = (uint16_t)port;
  a->flowlabel = version == 6 ? (uint32_t)label : 0; /* IPv4 has none */
  lua_rawgeti(L, LUA_REGISTRYINDEX, ctx->address_meta_ref);
  lua_setmetatable(L, -2);
  return 1;
}

int lnet_l_isSocketAddress(lua_State *L) {
  lua_pushboolean(L, lnet_socketaddress_test(L, 1) != NULL);
  return 1;
}

enum { P_ADDRESS = 1, P_FAMILY, P_PORT, P_FLOWLABEL };

static int get(lua_State *L, void *object, int number) {
  const lnet_socketaddress *a = object;
  char text[LNET_IP_TEXT_MAX];
  switch (number) {
  case P_ADDRESS:
    lua_pushlstring(L, text, lnet_ip_format(a->version, a->bytes, text, sizeof text));
    break;
  case P_FAMILY:
    lua_pushstring(L, a->version == 4 ? "ipv4" : "ipv6");
    break;
  case P_PORT:
    lua_pushinteger(L, a->port);
    break;
  default:
    lua_pushinteger(L, (lua_Integer)a->flowlabel);
  }
  return 1;
}

void lnet_socketaddress_init(lua_State *L, lnet_ctx *ctx) {
  static const luaL_Reg methods[] = {{NULL, NULL}};
  static const lnet_property properties[] = {{"address", P_ADDRESS, false},
                                             {"family", P_FAMILY, false},
                                             {"port", P_PORT, false},
                                             {"flowlabel", P_FLOWLABEL, false},
                                             {NULL, 0, false}};
  static const lnet_class_spec spec = {.name = "SocketAddress",
                                       .size = sizeof(lnet_socketaddress),
                                       .kind_at = offsetof(lnet_socketaddress, kind),
                                       .kind = &kind,
                                       .methods = methods,
                                       .properties = properties,
                                       .get = get};
  lnet_class_new(L, ctx, &spec, &ctx->address_meta, &ctx->address_meta_ref);
}
