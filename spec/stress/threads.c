/* Two Lua states and more, each in a thread of its own, each echoing over TCP and a Unix socket at
   the same time: states share nothing. Built and run (with LUA_PATH_5_4 as for the specs):

     make objects VARIANT=sanitize
     gcc -g -fsanitize=address,undefined -D_GNU_SOURCE $(pkg-config --cflags lua5.4 libuv) \
       -o build/sanitize/threads spec/stress/threads.c build/sanitize/[a-z]*.o \
       -llua5.4 -luv -lpthread
     build/sanitize/threads spec/stress/threads.lua

   With -fsanitize=thread in place of the others, for the objects too, it finds races. */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

int luaopen_lnet_core(lua_State *L);

enum { THREADS = 4, ROUNDS = 5, PATIENCE = 120 }; /* seconds */

static int body(lua_State *L) {
  const char *script = lua_touserdata(L, 1);
  luaL_openlibs(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_pushcfunction(L, luaopen_lnet_core);
  lua_setfield(L, -2, "lnet.core");
  if (luaL_loadfile(L, script) != LUA_OK) lua_error(L);
  lua_call(L, 0, 0);
  return 0;
}

/* Returns NULL, or its argument when something went wrong. */
static void *work(void *script) {
  void *result = NULL;
  for (int i = 0; i < ROUNDS; i++) {
    lua_State *L = luaL_newstate();
    if (L == NULL) return script;
    lua_pushcfunction(L, body);
    lua_pushlightuserdata(L, script);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
      fprintf(stderr, "%s\n", luaL_tolstring(L, -1, NULL));
      result = script;
    }
    lua_close(L);
  }
  return result;
}

int main(int argc, char **argv) {
  pthread_t threads[THREADS];
  int bad = 0;
  if (argc != 2) {
    fprintf(stderr, "usage: threads script\n");
    return 2;
  }
  alarm(PATIENCE);
  for (int i = 0; i < THREADS; i++)
    if (pthread_create(&threads[i], NULL, work, argv[1]) != 0) return 2;
  for (int i = 0; i < THREADS; i++) {
    void *result = NULL;
    pthread_join(threads[i], &result);
    if (result != NULL) bad++;
  }
  printf("%d threads, %d states each: %d bad\n", THREADS, ROUNDS, bad);
  return bad != 0;
}
