/* A C library as others write them, for the specs: it makes userdata of its own, asks for the text
   of a value, and raises values. */
#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>

/* foreign.new(size[, byte]): a userdata of this size, filled with this byte. */
static int l_new(lua_State *L) {
  const size_t size = (size_t)luaL_checkinteger(L, 1);
  const int byte = (int)luaL_optinteger(L, 2, 0);
  memset(lua_newuserdatauv(L, size, 0), byte, size);
  return 1;
}

/* foreign.copy(userdata): one with the same size, room for as many user values and the same bytes,
   as memory that an object had before. */
static int l_copy(lua_State *L) {
  const size_t size = lua_rawlen(L, 1);
  int values = 0;
  while (lua_getiuservalue(L, 1, values + 1) != LUA_TNONE)
    values++;
  memcpy(lua_newuserdatauv(L, size, values), lua_touserdata(L, 1), size);
  return 1;
}

/* foreign.light([userdata]): a light userdata; with the address of that one. */
static int l_light(lua_State *L) {
  static int something;
  lua_pushlightuserdata(L, lua_isuserdata(L, 1) ? lua_touserdata(L, 1) : &something);
  return 1;
}

/* foreign.text(value): the value's text. */
static int l_text(lua_State *L) {
  luaL_tolstring(L, 1, NULL);
  return 1;
}

/* foreign.put(value): writes the value's text to the standard output. */
static int l_put(lua_State *L) {
  size_t len = 0;
  const char *text = luaL_tolstring(L, 1, &len);
  lua_writestring(text, len);
  lua_writeline();
  return 0;
}

/* foreign.raise(value) */
static int l_raise(lua_State *L) {
  lua_settop(L, 1);
  return lua_error(L);
}

__attribute__((visibility("default"))) int luaopen_spec_foreign(lua_State *L);

int luaopen_spec_foreign(lua_State *L) {
  static const luaL_Reg functions[] = {{"new", l_new},   {"copy", l_copy}, {"light", l_light},
                                       {"text", l_text}, {"put", l_put},   {"raise", l_raise},
                                       {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
