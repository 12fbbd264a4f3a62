/* A C library as others write them: it asks for the text of a value, and raises values. */
#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>

/* text(value): the value's text. */
static int l_text(lua_State *L) {
  luaL_tolstring(L, 1, NULL);
  return 1;
}

/* put(value): writes the value's text to the standard output. */
static int l_put(lua_State *L) {
  size_t len = 0;
  const char *text = luaL_tolstring(L, 1, &len);
  lua_writestring(text, len);
  lua_writeline();
  return 0;
}

/* raise(value) */
static int l_raise(lua_State *L) {
  lua_settop(L, 1);
  return lua_error(L);
}

__attribute__((visibility("default"))) int luaopen_spec_foreign(lua_State *L);

int luaopen_spec_foreign(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"text", l_text}, {"put", l_put}, {"raise", l_raise}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
