/* Userdata of another library, for the specs of what is taken for an object of lnet's. */
#include <lauxlib.h>
#include <lua.h>
#include <string.h>

/* foreign.new(size[, byte]): a userdata of this size, filled with this byte. */
static int l_new(lua_State *L) {
  const size_t size = (size_t)luaL_checkinteger(L, 1);
  const int byte = (int)luaL_optinteger(L, 2, 0);
  memset(lua_newuserdatauv(L, size, 0), byte, size);
  return 1;
}

/* foreign.copy(userdata): one with the same size and bytes, as memory that an object had before. */
static int l_copy(lua_State *L) {
  const size_t size = lua_rawlen(L, 1);
  memcpy(lua_newuserdatauv(L, size, 0), lua_touserdata(L, 1), size);
  return 1;
}

/* foreign.light(): a light userdata. */
static int l_light(lua_State *L) {
  static int something;
  lua_pushlightuserdata(L, &something);
  return 1;
}

__attribute__((visibility("default"))) int luaopen_spec_foreign(lua_State *L);

int luaopen_spec_foreign(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"new", l_new}, {"copy", l_copy}, {"light", l_light}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
