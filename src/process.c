/* Other processes: uv_spawn for ipc.fork. The process is a userdata, held until it has ended and
   its handle is closed. What a fork is, and its events, are in lua/lnet/ipc.lua. */
#include "process.h"
#include "call.h"
#include "channel.h"
#include "check.h"
#include "class.h"
#include "error.h"
#include "object.h"
#include "os.h"
#include "owed.h"
#include "tick.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

typedef struct lnet_process {
  lnet_object object;
  uv_process_t process;
  int64_t code;
  int signal;
} lnet_process;

enum { UV_ON_EXIT = LNET_UV_COMMON + 1, UV_PROCESS_VALUES = UV_ON_EXIT };

/* Descriptors of a child: the usual three and the channel. */
enum { STDIO = 3, DESCRIPTORS = STDIO + 1 };

static void on_close(uv_handle_t *handle) {
  lnet_process *p = handle->data;
  lnet_object_release(&p->object);
}

/* Protected: tells how the process ended. [-0, +0, e] */
static int body_exit(lua_State *L) {
  const lnet_process *p = lua_touserdata(L, 1);
  lnet_object_push(L, &p->object);
  lua_getiuservalue(L, -1, UV_ON_EXIT);
  lua_pushinteger(L, (lua_Integer)p->code);
  lua_pushinteger(L, p->signal);
  lua_call(L, 2, 0);
  return 0;
}

static void ended(lnet_process *p) {
  uv_close((uv_handle_t *)&p->process, on_close);
  lnet_enter(p->object.ctx, body_exit, p);
}

static void on_process_exit(uv_process_t *process, int64_t code, int signal) {
  lnet_process *p = process->data;
  lnet_ctx *ctx = p->object.ctx;
  if (ctx->shut) return;
  p->code = code;
  p->signal = signal;
  if (ctx->halted) {
    lnet_object_owe(&p->object, 1);
    return;
  }
  ended(p);
  lnet_leave(ctx);
}

static void resume(lnet_object *object) {
  object->owed = 0;
  ended((lnet_process *)object);
}

static const lnet_object_class process_class = {.resume = resume, .on_close = on_close};

/* Pushes a block with the strings of the sequence on top, which stays below as their anchor: what
   execve takes. [-0, +1, e] */
static char **push_strings(lua_State *L) {
  const size_t count = lua_rawlen(L, -1);
  char **strings = lua_newuserdatauv(L, (count + 1) * sizeof *strings, 0);
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, -2, (lua_Integer)i + 1);
    strings[i] = (char *)luaL_checkstring(L, -1); /* libuv only reads it */
    lua_pop(L, 1);
  }
  strings[count] = NULL;
  return strings;
}

/* The options of the table at 1; their strings are anchored on the stack. [-0, +4, e] */
static void read_options(lua_State *L, uv_process_options_t *options, uv_stdio_container_t *stdio) {
  memset(options, 0, sizeof *options);
  lua_getfield(L, 1, "file");
  options->file = luaL_checkstring(L, -1);
  lua_getfield(L, 1, "cwd");
  options->cwd = luaL_optstring(L, -1, NULL);
  lua_getfield(L, 1, "args");
  luaL_checktype(L, -1, LUA_TTABLE);
  options->args = push_strings(L);
  lua_getfield(L, 1, "env");
  luaL_checktype(L, -1, LUA_TTABLE);
  options->env = push_strings(L);
  options->exit_cb = on_process_exit;
  options->stdio = stdio;
  options->stdio_count = STDIO;
  lua_getfield(L, 1, "stdio");
  luaL_checktype(L, -1, LUA_TTABLE);
  for (int i = 0; i < STDIO; i++) {
    const bool inherit = lua_rawgeti(L, -1, i + 1) == LUA_TNUMBER;
    stdio[i].flags = inherit ? UV_INHERIT_FD : UV_IGNORE;
    if (inherit) stdio[i].data.fd = (int)lua_tointeger(L, -1);
    lua_pop(L, 1);
  }
}

int lnet_l_spawn(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lnet_check_open(L, ctx);
  luaL_checktype(L, 1, LUA_TTABLE);
  uv_pipe_t *pipe = lua_isnil(L, 2) ? NULL : lnet_check_channel_pipe(L, 2);
  lnet_check_function(L, 3, "onExit");
  lua_settop(L, 3);
  uv_process_options_t options;
  uv_stdio_container_t stdio[DESCRIPTORS];
  read_options(L, &options, stdio);
  if (pipe != NULL) {
    stdio[STDIO].flags = UV_CREATE_PIPE | UV_READABLE_PIPE | UV_WRITABLE_PIPE;
    stdio[STDIO].data.stream = (uv_stream_t *)pipe;
    options.stdio_count = DESCRIPTORS;
  }
  if (lnet_ticks_reserve(ctx) != 0) lnet_error_memory(L);
  lnet_process *p = lua_newuserdatauv(L, sizeof *p, UV_PROCESS_VALUES);
  memset(p, 0, sizeof *p);
  lnet_object_init(&p->object, ctx, &process_class);
  lua_rawgeti(L, LUA_REGISTRYINDEX, ctx->process_meta_ref);
  lua_setmetatable(L, -2);
  lua_pushvalue(L, 3);
  lua_setiuservalue(L, -2, UV_ON_EXIT);
  lnet_object_hold(L, -1, &p->object);
  p->process.data = p;
  const int status = uv_spawn(ctx->loop, &p->process, &options);
  if (status != 0) {
    uv_close((uv_handle_t *)&p->process, on_close);
    lua_pushnil(L);
    lua_pushinteger(L, status);
    return 2;
  }
  lua_pushinteger(L, 0);
  lua_pushinteger(L, uv_process_get_pid(&p->process));
  return 3;
}

static lnet_process *check_process(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lnet_process *p = lnet_class_check(L, 1, ctx->process_meta, "Process");
  lnet_check_open(L, ctx);
  return p;
}

/* process:kill(number): libuv's code. */
static int l_kill(lua_State *L) {
  lnet_process *p = check_process(L);
  const lua_Integer number = luaL_checkinteger(L, 2);
  const bool known = number >= 0 && number <= INT_MAX;
  lua_pushinteger(L, known ? uv_process_kill(&p->process, (int)number) : UV_EINVAL);
  return 1;
}

/* process:ref(boolean) */
static int l_ref(lua_State *L) {
  lnet_process *p = check_process(L);
  if (lua_toboolean(L, 2))
    uv_ref((uv_handle_t *)&p->process);
  else
    uv_unref((uv_handle_t *)&p->process);
  return 0;
}

struct environment {
  uv_env_item_t *items;
  int count;
};

/* Protected: gives the table of variables. [-0, +1, m] */
static int body_environment(lua_State *L) {
  const struct environment *e = lua_touserdata(L, 1);
  lua_createtable(L, 0, e->count);
  for (int i = 0; i < e->count; i++) {
    lua_pushstring(L, e->items[i].name);
    lua_pushstring(L, e->items[i].value);
    lua_rawset(L, -3);
  }
  return 1;
}

int lnet_l_environment(lua_State *L) {
  struct environment e;
  lua_pushcfunction(L, body_environment);
  lua_pushlightuserdata(L, &e);
  const int status = uv_os_environ(&e.items, &e.count);
  if (status != 0) {
    lnet_error_push_system(L, status, "uv_os_environ", NULL, 0);
    return lua_error(L);
  }
  const int result = lua_pcall(L, 1, 1, 0);
  uv_os_free_environ(e.items, e.count);
  return result == LUA_OK ? 1 : lua_error(L);
}

int lnet_l_takeVariable(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  char text[256]; /* a number, or nothing that we have set */
  size_t size = sizeof text;
  if (uv_os_getenv(name, text, &size) != 0) return 0;
  lua_pushlstring(L, text, size);
  uv_os_unsetenv(name);
  return 1;
}

int lnet_l_hasVariable(lua_State *L) {
  char text[1];
  size_t size = sizeof text;
  lua_pushboolean(L, uv_os_getenv(luaL_checkstring(L, 1), text, &size) != UV_ENOENT);
  return 1;
}

int lnet_l_exit(lua_State *L) {
  exit((int)luaL_checkinteger(L, 1));
}

int lnet_l_execPath(lua_State *L) {
  char path[4096]; /* PATH_MAX of Linux */
  size_t size = sizeof path;
  if (uv_exepath(path, &size) != 0) return 0;
  lua_pushlstring(L, path, size);
  return 1;
}

void lnet_process_init(lua_State *L, lnet_ctx *ctx) {
  static const luaL_Reg methods[] = {{"kill", l_kill}, {"ref", l_ref}, {NULL, NULL}};
  static const lnet_class_spec spec = {.name = "Process",
                                       .size = sizeof(lnet_process),
                                       .kind_at = offsetof(lnet_object, cls),
                                       .kind = &process_class,
                                       .methods = methods};
  lnet_class_new(L, ctx, &spec, &ctx->process_meta, &ctx->process_meta_ref);
  lua_pop(L, 1);
  lua_newtable(L);
  for (const lnet_os_signal *signal = lnet_os_signals(); signal->name != NULL; signal++) {
    lua_pushinteger(L, signal->number);
    lua_setfield(L, -2, signal->name);
  }
  lua_setfield(L, -2, "signals");
}
