/* Options of an open socket. As in node, what the kernel refuses is not told. */
#include "sockopt.h"
#include "check.h"

static bool is_tcp(const lnet_stream *s) {
  return (s->s & (S_HANDLE_OPEN | S_HANDLE | S_PIPE)) == (S_HANDLE_OPEN | S_HANDLE);
}

static int keep_alive_delay(const lnet_stream *s) {
  return s->cold != NULL ? s->cold->keep_alive_delay : 0;
}

static void set_keep_alive(lnet_stream *s, bool enable) {
  /* libuv refuses a delay of 0, which stands for the system's default. */
  const int delay = keep_alive_delay(s);
  uv_tcp_keepalive(&s->h.tcp, enable, delay > 0 ? (unsigned)delay : 7200);
}

void lnet_sockopt_apply(lnet_stream *s) {
  if (!is_tcp(s)) return;
  if ((s->s & S_NO_DELAY) != 0) uv_tcp_nodelay(&s->h.tcp, 1);
  if ((s->s & S_KEEP_ALIVE) != 0) set_keep_alive(s, true);
}

static void set_flag(lnet_stream *s, uint32_t flag, bool on) {
  if (on)
    s->s |= flag;
  else
    s->s &= ~flag;
}

/***
Sends each write at once (true), or lets the system wait for more (false). Source: node v20.
@function setNoDelay
@tparam[opt=true] boolean noDelay
@return the socket
*/
int lnet_l_setNoDelay(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  const bool enable = lua_isnoneornil(L, 2) || lua_toboolean(L, 2);
  const bool was = (s->s & S_NO_DELAY) != 0;
  set_flag(s, S_NO_DELAY, enable);
  if (is_tcp(s) && (s->s & S_CONNECTING) == 0 && was != enable) uv_tcp_nodelay(&s->h.tcp, enable);
  lua_settop(L, 1);
  return 1;
}

/***
Has the system probe an idle connection. Source: node v20.
@function setKeepAlive
@tparam[opt=false] boolean enable
@tparam[opt=0] number initialDelay milliseconds until the first probe; 0: the system's value
@return the socket
*/
int lnet_l_setKeepAlive(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  const bool enable = lua_toboolean(L, 2);
  const double ms = (double)lua_tonumber(L, 3);
  const int delay = ms >= 1000 && ms < 2147483647000.0 ? (int)(ms / 1000) : 0;
  const bool was = (s->s & S_KEEP_ALIVE) != 0;
  const bool changed = enable != was || (enable && delay != keep_alive_delay(s));
  if (delay != keep_alive_delay(s)) lnet_stream_check_cold(L, s)->keep_alive_delay = delay;
  set_flag(s, S_KEEP_ALIVE, enable);
  if (is_tcp(s) && (s->s & S_CONNECTING) == 0 && changed) set_keep_alive(s, enable);
  lua_settop(L, 1);
  return 1;
}
