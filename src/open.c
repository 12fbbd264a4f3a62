/* net.Socket(options): a new socket, by itself or over a descriptor. */
#include "open.h"
#include "check.h"
#include "error.h"
#include "loop.h"
#include "onread.h"
#include "reader.h"
#include "sockopt.h"
#include <math.h>

uint32_t lnet_opt_mark(lua_State *L, int idx, const char *name, const char *property,
                       uint32_t fallback) {
  if (lua_getfield(L, idx, name) == LUA_TNIL) {
    lua_pop(L, 1);
    return fallback;
  }
  const double mark = lua_type(L, -1) == LUA_TNUMBER ? (double)lua_tonumber(L, -1) : -1;
  if (!(mark >= 0) || floor(mark) != mark || isinf(mark)) {
    lua_pushfstring(L, "options.%s", property);
    lnet_check_refuse(L, -2, lua_tostring(L, -1), "is invalid");
  }
  lua_pop(L, 1);
  return mark > UINT32_MAX ? UINT32_MAX : (uint32_t)mark;
}

static bool field_true(lua_State *L, const char *name) {
  lua_getfield(L, 1, name);
  const bool is = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return is;
}

/* Given and false, as opposed to left out. */
static bool field_false(lua_State *L, const char *name) {
  const bool is = lua_getfield(L, 1, name) == LUA_TBOOLEAN && !lua_toboolean(L, -1);
  lua_pop(L, 1);
  return is;
}

static void check_fields(lua_State *L) {
  static const char *const refused[] = {"objectMode", "readableObjectMode", "writableObjectMode"};
  for (int i = 0; i < 3; i++) {
    lua_getfield(L, 1, refused[i]);
    if (lua_toboolean(L, -1)) {
      lua_pushfstring(L, "options.%s", refused[i]);
      lnet_check_refuse(L, -2, lua_tostring(L, -1), "is not supported");
    }
    lua_pop(L, 1);
  }
  if (lua_getfield(L, 1, "keepAliveInitialDelay") != LUA_TNIL)
    lnet_check_number(L, -1, "options.keepAliveInitialDelay");
  lua_pop(L, 1);
}

/* The descriptor in options.fd, or -1; *type is what it is. [-0, +0, v] */
static int check_fd(lua_State *L, uv_handle_type *type) {
  if (lua_getfield(L, 1, "fd") == LUA_TNIL) {
    lua_pop(L, 1);
    return -1;
  }
  const double fd = lnet_check_number(L, -1, "fd");
  if (floor(fd) != fd) lnet_check_range(L, -1, "fd", "an integer");
  if (!(fd >= 0 && fd <= INT32_MAX)) lnet_check_range(L, -1, "fd", ">= 0 && <= 2147483647");
  lua_pop(L, 1);
  *type = uv_guess_handle((uv_file)fd);
  if (*type != UV_TCP && *type != UV_NAMED_PIPE) {
    static const char *const names[] = {"UNKNOWN", "FILE", "TTY", "UDP"};
    const int i = *type == UV_FILE ? 1 : *type == UV_TTY ? 2 : *type == UV_UDP ? 3 : 0;
    lnet_error_raise(L, "TypeError", "ERR_INVALID_FD_TYPE", "Unsupported fd type: %s", names[i]);
  }
  return (int)fd;
}

/* The options highWaterMark and, where that is not given, those of each half. Source: node v20,
   getHighWaterMark. */
static void set_marks(lua_State *L, lnet_stream *s) {
  const bool both = lua_getfield(L, 1, "highWaterMark") != LUA_TNIL;
  lua_pop(L, 1);
  const char *reading = both ? "highWaterMark" : "readableHighWaterMark";
  const char *writing = both ? "highWaterMark" : "writableHighWaterMark";
  lnet_stream_rare(s)->r_hwm =
      lnet_opt_mark(L, 1, reading, "readableHighWaterMark", LNET_HIGH_WATER_MARK);
  s->w_hwm = lnet_opt_mark(L, 1, writing, "writableHighWaterMark", LNET_HIGH_WATER_MARK);
}

static void set_options(lua_State *L, lnet_stream *s) {
  set_marks(L, s);
  if (field_true(L, "allowHalfOpen")) s->s |= S_HALF_OPEN;
  if (field_true(L, "noDelay")) s->s |= S_NO_DELAY;
  if (field_true(L, "keepAlive")) s->s |= S_KEEP_ALIVE;
  lua_getfield(L, 1, "keepAliveInitialDelay");
  const double delay = (double)lua_tonumber(L, -1);
  lua_pop(L, 1);
  if ((s->s & S_KEEP_ALIVE) != 0 && delay >= 1000 && delay < 2147483647000.0)
    lnet_stream_check_cold(L, -1, s)->keep_alive_delay = (int)(delay / 1000);
  lnet_onread_set(L, 1, lua_gettop(L), s);
  if (lua_getfield(L, 1, "typeOfService") != LUA_TNIL) {
    lnet_cold *cold = lnet_stream_check_cold(L, -2, s);
    cold->tos = (int16_t)lnet_check_tos(L, -1, "options.typeOfService");
    cold->tos_given = true;
  }
  lua_pop(L, 1);
  if (field_false(L, "readable")) s->r |= R_DISABLED | R_ENDED | R_END_EMITTED;
  if (field_false(L, "writable")) s->w |= W_DISABLED | W_ENDING | W_ENDED | W_FINISHED;
}

/* Opens the descriptor for the stream on top; raises when the system refuses it. [-0, +0, e] */
static void open_fd(lua_State *L, lnet_stream *s, int fd, uv_handle_type type) {
  const bool pipe = type == UV_NAMED_PIPE;
  lnet_onread_ask(L, lua_gettop(L), s);
  int status = lnet_stream_open_handle(L, -1, s, pipe);
  if (status == 0) {
    lnet_stream_note_outgoing(s);
    /* Looked at now: a finalizer, or the user's function, may have opened or closed it meanwhile.
     */
    if (lnet_loop_has_fd(lnet_stream_ctx(s), fd))
      status = UV_EEXIST;
    else if (uv_guess_handle(fd) != type)
      status = UV_EBADF;
    else
      status = pipe ? uv_pipe_open(&s->h.pipe, fd) : uv_tcp_open(&s->h.tcp, fd);
    if (status != 0) lnet_stream_destroy(s, lnet_fault_of(LNET_FAULT_NONE));
  }
  s->s |= S_SHARED;
  if (status == 0) return;
  lnet_error_push_system(L, status, "open", NULL, 0);
  lua_error(L);
}

int lnet_l_newSocket(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lnet_check_open(L, ctx);
  if (lua_isnoneornil(L, 1)) {
    lnet_stream_new(L, ctx, false);
    return 1;
  }
  if (!lua_istable(L, 1)) lnet_check_fail(L, 1, "options", "of type table");
  if (lnet_ticks_reserve(ctx) != 0) lnet_error_memory(L);
  uv_handle_type type = UV_UNKNOWN_HANDLE;
  check_fields(L);
  const int fd = check_fd(L, &type);
  lnet_stream *s = lnet_stream_new(L, ctx, false);
  set_options(L, s);
  if (fd >= 0) {
    open_fd(L, s, fd, type);
    if ((s->r & R_DISABLED) == 0) lnet_reader_read0(s);
  }
  return 1;
}
