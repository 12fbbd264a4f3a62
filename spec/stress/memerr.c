/* Runs memerr.lua in a fresh Lua state again and again while allocation number n fails, n = 1, 2,
   3 ... until a run needs fewer. After each run the state is closed. What must hold: only errors of
   memory come out, nothing crashes or hangs, and all that was allocated is freed.

   Which allocations fail: "lua", those of the Lua state, once each; "lua-on", the n-th and all that
   follow until the script has ended; "c", malloc, calloc and realloc inside lnet's own objects. The
   last needs the objects linked into this program with the linker's --wrap: `make stress-binaries`.

   build/sanitize/stress/memerr KIND SCRIPT [FIRST [LAST [STEP]]], with LUA_PATH_5_4 as for the
   specs. `make allocations` runs a part of all, `make stress` more. */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
int luaopen_lnet_core(lua_State *L);

enum kind { KIND_LUA, KIND_LUA_ON, KIND_C };

/* Seconds that one run may take; more is a hang. */
enum { PATIENCE = 20 };

static struct {
  enum kind kind;
  long count; /* allocations so far, of the kind */
  long fail;  /* the one to fail */
  bool armed;
  size_t lua_bytes; /* allocated by Lua and not freed */
} now;

static bool fails(enum kind kind) {
  const bool of_lua = kind == KIND_LUA;
  if (!now.armed || of_lua != (now.kind != KIND_C)) return false;
  now.count++;
  return now.kind == KIND_LUA_ON ? now.count >= now.fail : now.count == now.fail;
}

void *__wrap_malloc(size_t size) {
  return fails(KIND_C) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
  return fails(KIND_C) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size) {
  return fails(KIND_C) ? NULL : __real_realloc(block, size);
}

static void *lua_alloc(void *ud, void *block, size_t old, size_t size) {
  (void)ud;
  if (block == NULL) old = 0; /* then it tells the kind of object */
  if (size > old && fails(KIND_LUA)) return NULL;
  if (size == 0) {
    free(block);
    now.lua_bytes -= old;
    return NULL;
  }
  void *moved = __real_realloc(block, size);
  if (moved != NULL) now.lua_bytes += size - old;
  return moved;
}

/* Whether the text on top is an error that lack of memory explains. */
static bool is_memory_error(lua_State *L) {
  const char *text = luaL_tolstring(L, -1, NULL);
  return strstr(text, "not enough memory") != NULL || strstr(text, "ENOMEM") != NULL;
}

static int disarm(lua_State *L) {
  (void)L;
  now.armed = false;
  return 0;
}

static int body(lua_State *L) {
  const char *script = lua_touserdata(L, 1);
  luaL_openlibs(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_pushcfunction(L, luaopen_lnet_core);
  lua_setfield(L, -2, "lnet.core");
  lua_register(L, "disarm", disarm); /* the script calls it when it has done its work */
  if (luaL_loadfile(L, script) != LUA_OK) lua_error(L);
  lua_call(L, 0, 0);
  return 0;
}

/* One run. Returns whether what came out is as it should be. */
static bool run(const char *script) {
  bool ok = true;
  now.count = 0;
  now.armed = true;
  lua_State *L = lua_newstate(lua_alloc, NULL);
  if (L == NULL) return now.lua_bytes == 0;
  lua_pushcfunction(L, body);
  lua_pushlightuserdata(L, (void *)script);
  const int status = lua_pcall(L, 1, 0, 0);
  now.armed = false;
  if (status != LUA_OK && !is_memory_error(L)) {
    printf("allocation %ld: %s\n", now.fail, lua_tostring(L, -1));
    ok = false;
  }
  lua_close(L);
  if (now.lua_bytes != 0) {
    printf("allocation %ld: Lua has %zu bytes left\n", now.fail, now.lua_bytes);
    ok = false;
  }
  return ok;
}

int main(int argc, char **argv) {
  static const char *const kinds[] = {"lua", "lua-on", "c"};
  int kind = 0;
  while (argc >= 3 && kind < 3 && strcmp(argv[1], kinds[kind]) != 0)
    kind++;
  if (argc < 3 || kind == 3) {
    fprintf(stderr, "usage: memerr lua|lua-on|c script [first [last [step]]]\n");
    return 2;
  }
  setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
  now.kind = (enum kind)kind;
  const long last = argc > 4 ? atol(argv[4]) : 10 * 1000 * 1000;
  const long step = argc > 5 ? atol(argv[5]) : 1;
  long runs = 0, bad = 0;
  long n = argc > 3 ? atol(argv[3]) : 1;
  for (;; n += step) {
    now.fail = n;
    runs++;
    alarm(PATIENCE);
    if (!run(argv[2])) bad++;
    if (now.count < n || n + step > last) break;
  }
  printf("%s: %ld runs, %ld bad, up to allocation %ld\n", argv[1], runs, bad, n);
  return bad != 0;
}
