/* Loaded by programs of exit_spec: fork, as luaposix has it. */
#include <lauxlib.h>
#include <lua.h>
#include <sys/wait.h>
#include <unistd.h>

/* fork(): 0 in the child, its number in the parent. */
static int l_fork(lua_State *L) {
  lua_pushinteger(L, fork());
  return 1;
}

/* wait(): waits for a child's end; its exit code. */
static int l_wait(lua_State *L) {
  int status = 0;
  const pid_t pid = wait(&status);
  lua_pushinteger(L, pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  return 1;
}

__attribute__((visibility("default"))) int luaopen_fork(lua_State *L);

__attribute__((visibility("default"))) int luaopen_fork(lua_State *L) {
  static const luaL_Reg functions[] = {{"fork", l_fork}, {"wait", l_wait}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
