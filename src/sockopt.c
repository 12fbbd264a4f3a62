/* Options of an open socket. As in node, what the kernel refuses is not told. */
#include "sockopt.h"
#include "check.h"
#include "error.h"
#include "number.h"
#include "os.h"
#include <math.h>

static bool is_tcp(const lnet_stream *s) {
  return (s->s & (S_HANDLE_OPEN | S_HANDLE | S_PIPE)) == (S_HANDLE_OPEN | S_HANDLE);
}

static int descriptor(const lnet_stream *s) {
  uv_os_fd_t fd;
  return uv_fileno(&s->h.handle, &fd) == 0 ? (int)fd : -1;
}

static int keep_alive_delay(const lnet_stream *s) {
  return s->cold != NULL ? s->cold->keep_alive_delay : 0;
}

/* Without a delay the one of the system stays, or the last one that was set. With one there are,
   as in node, up to ten probes a second apart. */
static void set_keep_alive(lnet_stream *s, bool enable) {
  const int delay = keep_alive_delay(s);
  if (enable && delay > 0)
    uv_tcp_keepalive(&s->h.tcp, 1, (unsigned)delay);
  else
    lnet_os_set_keep_alive(descriptor(s), enable);
}

void lnet_sockopt_apply(lnet_stream *s) {
  if (!is_tcp(s)) return;
  if ((s->s & S_NO_DELAY) != 0) uv_tcp_nodelay(&s->h.tcp, 1);
  if ((s->s & S_KEEP_ALIVE) != 0) set_keep_alive(s, true);
  if (s->cold != NULL && s->cold->tos_given) lnet_os_set_tos(descriptor(s), s->cold->tos);
}

static void set_flag(lnet_stream *s, uint32_t flag, bool on) {
  if (on)
    s->s |= flag;
  else
    s->s &= ~flag;
}

/***
Sends each write at once (true), or lets the system wait for more (false). Large writes do not wait
either way. Source: node v20.
@function setNoDelay
@tparam[opt=true] boolean noDelay
@return the socket
*/
int lnet_l_setNoDelay(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  const bool enable = lua_isnoneornil(L, 2) || lua_toboolean(L, 2);
  const bool was = (s->s & S_NO_DELAY) != 0;
  set_flag(s, S_NO_DELAY, enable);
  if (is_tcp(s) && (s->s & S_CONNECTING) == 0 && was != enable) {
    uv_tcp_nodelay(&s->h.tcp, enable);
    s->s &= ~(uint32_t)S_NAGLE_OFF;
  }
  lua_settop(L, 1);
  return 1;
}

/***
Has the system probe an idle connection. Source: node v20.
@function setKeepAlive
@tparam[opt=false] boolean enable
@tparam[opt=0] number initialDelay milliseconds without traffic until the first probe; with less
than 1000 the delay of the system stays, or the last one that was set
@return the socket
*/
int lnet_l_setKeepAlive(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  const bool enable = lua_toboolean(L, 2);
  const double ms = lnet_number(L, 3);
  const int given = ms >= 1000 && ms < 2147483647000.0 ? (int)(ms / 1000) : 0; /* 0: none */
  const int before = keep_alive_delay(s), delay = enable && given != 0 ? given : before;
  const bool was = (s->s & S_KEEP_ALIVE) != 0;
  const bool changed = enable != was || delay != before;
  if (delay != before) lnet_stream_check_cold(L, 1, s)->keep_alive_delay = delay;
  set_flag(s, S_KEEP_ALIVE, enable);
  if (is_tcp(s) && (s->s & S_CONNECTING) == 0 && changed) set_keep_alive(s, enable);
  lua_settop(L, 1);
  return 1;
}

int lnet_check_tos(lua_State *L, int idx, const char *name) {
  const double tos = lnet_check_number(L, idx, name);
  if (floor(tos) != tos || isinf(tos)) lnet_check_range(L, idx, name, "an integer");
  if (!(tos >= 0 && tos <= 255)) lnet_check_range(L, idx, name, ">= 0 && <= 255");
  return (int)tos;
}

/* Raises what the system answered. [-0, +0, v] */
static int refused(lua_State *L, int status, const char *syscall) {
  lnet_error_push_system(L, status, syscall, NULL, 0);
  return lua_error(L);
}

/***
Sets the type of service of the packets (IP_TOS, IPV6_TCLASS), at once or when connected.
Source: the documentation of node v25.
@function setTypeOfService
@tparam integer tos 0 to 255
@return the socket
@raise `ERR_INVALID_ARG_TYPE`, `ERR_OUT_OF_RANGE`; the system's error
*/
int lnet_l_setTypeOfService(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  if (isnan(lnet_check_number(L, 2, "tos"))) lnet_check_fail(L, 2, "tos", "of type number");
  const int tos = lnet_check_tos(L, 2, "tos");
  lnet_cold *cold = lnet_stream_check_cold(L, 1, s);
  if (is_tcp(s) && (s->s & S_CONNECTING) == 0) {
    const int status = lnet_os_set_tos(descriptor(s), tos);
    if (status != 0) return refused(L, status, "setTypeOfService");
  }
  cold->tos = (int16_t)tos;
  cold->tos_given = true;
  lua_settop(L, 1);
  return 1;
}

/***
The type of service of the packets; before there is a connection, what was set.
Source: the documentation of node v25.
@function getTypeOfService
@treturn integer
*/
int lnet_l_getTypeOfService(lua_State *L) {
  const lnet_stream *s = lnet_check_stream(L, 1);
  int tos = s->cold != NULL && s->cold->tos_given ? s->cold->tos : 0;
  if (is_tcp(s) && (s->s & S_CONNECTING) == 0) {
    tos = lnet_os_get_tos(descriptor(s));
    if (tos < 0) return refused(L, tos, "getTypeOfService");
  }
  lua_pushinteger(L, tos);
  return 1;
}

void lnet_sockopt_push_credentials(lua_State *L, const lnet_stream *s) {
  static const char *const names[] = {"pid", "uid", "gid"};
  long who[3] = {0, 0, 0};
  const uint32_t open = S_HANDLE | S_HANDLE_OPEN | S_PIPE;
  if ((s->s & (open | S_CONNECTING | S_CONNECT_WAITS)) != open ||
      lnet_os_peer_credentials(descriptor(s), who) != 0) {
    lua_pushnil(L);
    return;
  }
  lua_createtable(L, 0, 3);
  for (int i = 0; i < 3; i++) {
    lua_pushinteger(L, who[i]);
    lua_setfield(L, -2, names[i]);
  }
}
