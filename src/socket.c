/* Class Socket: the methods that neither read nor write, and the class itself. */
#include "socket.h"
#include "attempt.h"
#include "call.h"
#include "check.h"
#include "error.h"
#include "inspect.h"
#include "pipe.h"
#include "properties.h"
#include "read.h"
#include "server.h"
#include "sockopt.h"
#include "write.h"
#include <math.h>
#include <string.h>

/***
Ends all I/O of the socket. Source: node v20, socket.destroy.
@function destroy
@param[opt] exception what 'error' tells; none without it
@return the socket
*/
static int l_destroy(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  lua_settop(L, 2);
  if (lua_toboolean(L, 2)) {
    lnet_stream_destroy_value(L, 1, s, 2);
  } else {
    lnet_object_hold(L, 1, &s->base.object);
    lnet_stream_destroy(s, lnet_fault_of(LNET_FAULT_NONE));
    lnet_object_release(&s->base.object);
  }
  lua_settop(L, 1);
  return 1;
}

static void reset(lnet_stream *s) {
  s->s |= S_RESET;
  lnet_stream_destroy(s, lnet_fault_of(LNET_FAULT_NONE));
}

/* 'connect' of a socket that was to be reset once connected. Upvalues: the context, the socket, the
   life in which that was asked. */
static int l_reset_connected(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lnet_stream *s = lua_touserdata(L, lua_upvalueindex(2));
  const bool present = (lua_Integer)lnet_stream_life(s) == lua_tointeger(L, lua_upvalueindex(3));
  if (!present || (s->s & S_HANDLE) == 0) return 0;
  lua_State *before = lnet_swap_thread(ctx, L);
  reset(s);
  lnet_swap_thread(ctx, before);
  return 0;
}

/* As node, a reset that waits for the connection listens to 'connect': so it comes in its place
   among the writes that wait for it and the user's listeners. [-0, +0, e] */
static void reset_when_connected(lua_State *L, const lnet_stream *s) {
  lua_getfield(L, 1, "once");
  lua_pushvalue(L, 1);
  lua_pushliteral(L, "connect");
  lua_pushlightuserdata(L, lnet_stream_ctx(s));
  lua_pushvalue(L, 1);
  lua_pushinteger(L, lnet_stream_life(s));
  lua_pushcclosure(L, l_reset_connected, 3);
  lua_call(L, 3, 0);
}

/***
Closes the connection with a reset, also behind a `finish` that has not left. While the socket is
connecting that happens once it is connected. Source: node v20, socket.resetAndDestroy.
@function resetAndDestroy
@return the socket
@raise `ERR_INVALID_HANDLE_TYPE` unless it is a TCP socket
*/
static int l_resetAndDestroy(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  lua_settop(L, 1);
  if ((s->s & S_HANDLE) != 0 && (s->s & S_PIPE) != 0)
    lnet_error_raise(L, "TypeError", "ERR_INVALID_HANDLE_TYPE", "This handle type cannot be sent");
  if ((s->s & (S_HANDLE | S_CONNECTING)) == (S_HANDLE | S_CONNECTING)) {
    reset_when_connected(L, s);
    return 1;
  }
  lnet_object_hold(L, 1, &s->base.object);
  if ((s->s & S_HANDLE) == 0)
    lnet_stream_destroy(s, lnet_fault_of(LNET_FAULT_CLOSED));
  else
    reset(s);
  lnet_object_release(&s->base.object);
  return 1;
}

/* Calls the method `name` of the socket at 1 with "timeout" and the callback at 3. [-0, +0, e] */
static void call_with_timeout(lua_State *L, const char *name) {
  lua_getfield(L, 1, name);
  lua_pushvalue(L, 1);
  lua_pushliteral(L, "timeout");
  lua_pushvalue(L, 3);
  lua_call(L, 3, 0);
}

/***
Emits 'timeout' after a time without activity. Source: node v20, socket.setTimeout.
@function setTimeout
@tparam number timeout milliseconds; 0: no timeout
@tparam[opt] function callback a one-time listener of 'timeout'
@return the socket
@raise `ERR_INVALID_ARG_TYPE`, `ERR_OUT_OF_RANGE`
*/
static int l_setTimeout(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  lua_settop(L, 3);
  if ((s->s & S_DESTROYED) != 0) {
    lua_settop(L, 1);
    return 1;
  }
  const double ms = lnet_check_number(L, 2, "msecs");
  if (!(ms >= 0) || isinf(ms)) lnet_check_range(L, 2, "msecs", "a non-negative finite number");
  if (!lua_isnil(L, 3)) lnet_check_function(L, 3, "callback");
  if (ms > 0) lnet_stream_check_cold(L, 1, s);
  lnet_properties_set_timeout(L, s, 2);
  if (ms == 0) {
    lnet_stream_clear_timeout(s);
    if (!lua_isnil(L, 3)) call_with_timeout(L, "removeListener");
  } else {
    const double whole = ms < 1 ? 1 : ms;
    lnet_stream_set_timeout(L, 1, s, whole > INT32_MAX ? INT32_MAX : (uint64_t)whole);
    if (!lua_isnil(L, 3)) call_with_timeout(L, "once");
  }
  lua_settop(L, 1);
  return 1;
}

/*** Sets the encoding that write and finish assume for text. Source: node v20.
@function setDefaultEncoding
@tparam string encoding
@return the socket
@raise `ERR_UNKNOWN_ENCODING` */
static int l_setDefaultEncoding(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  lua_settop(L, 2);
  if (lua_isnil(L, 2))
    lnet_error_raise(L, "TypeError", "ERR_UNKNOWN_ENCODING", "Unknown encoding: nil");
  const lnet_encoding encoding = lnet_check_encoding(L, 2, LNET_ENCODING_BYTES);
  s->default_encoding = (uint8_t)(encoding == LNET_ENCODING_UTF8 ? LNET_ENCODING_BYTES : encoding);
  lua_settop(L, 1);
  return 1;
}

static int set_ref(lua_State *L, bool refed) {
  lnet_stream *s = lnet_check_stream(L, 1);
  if ((s->s & S_HANDLE_OPEN) != 0 && (s->s & S_HANDLE) != 0) {
    if (refed)
      uv_ref(&s->h.handle);
    else
      uv_unref(&s->h.handle);
  }
  if (refed)
    s->s &= ~(uint32_t)S_UNREF;
  else
    s->s |= S_UNREF;
  lua_settop(L, 1);
  return 1;
}

/*** Has net.run wait for this socket, as it does by default. Source: node v20.
@function ref */
static int l_ref(lua_State *L) {
  return set_ref(L, true);
}

/*** Lets net.run return although this socket is open. Source: node v20.
@function unref */
static int l_unref(lua_State *L) {
  return set_ref(L, false);
}

/***
The own address of the socket. Source: node v20.
@function address
@treturn table `{ address = , family = , port = }`, empty where there is none
*/
static int l_address(lua_State *L) {
  lnet_properties_push_address(L, lnet_check_stream(L, 1));
  return 1;
}

static int l_gc(lua_State *L) {
  lnet_stream *s = lnet_stream_like(L, 1);
  if (s == NULL) return 0; /* it is none, and has got our metatable by debug.setmetatable */
  /* With a handle still open the state is closing, and libuv has parts of it. */
  if ((s->s & S_HANDLE_OPEN) == 0) lnet_stream_free_cold(s);
  lnet_stream_gone(L, s);
  return 0;
}

static int l_close(lua_State *L) {
  const lnet_ctx *ctx = lnet_ctx_of(L);
  if (ctx->shut) return 0;
  lua_settop(L, 1);
  lua_pushnil(L);
  return l_destroy(L);
}

/* 'finish' of a socket that destroySoon was called of. Upvalues: the socket, the life in which that
   was. */
static int l_destroy_finished(lua_State *L) {
  const lnet_stream *s = lua_touserdata(L, lua_upvalueindex(1));
  if ((lua_Integer)lnet_stream_life(s) != lua_tointeger(L, lua_upvalueindex(2))) return 0;
  lua_getfield(L, lua_upvalueindex(1), "destroy");
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_call(L, 1, 0);
  return 0;
}

/***
Finishes the socket, and destroys it once what was written has left. Source: node v20,
socket.destroySoon.
@function destroySoon
*/
static int l_destroySoon(lua_State *L) {
  const lnet_stream *s = lnet_check_stream(L, 1);
  lua_settop(L, 1);
  if (lnet_properties_writable(s)) {
    lua_getfield(L, 1, "finish");
    lua_pushvalue(L, 1);
    lua_call(L, 1, 0);
  }
  const bool finished = (s->w & W_FINISHED) != 0;
  lua_getfield(L, 1, finished ? "destroy" : "once");
  lua_pushvalue(L, 1);
  if (!finished) {
    lua_pushliteral(L, "finish");
    lua_pushvalue(L, 1);
    lua_pushinteger(L, lnet_stream_life(s));
    lua_pushcclosure(L, l_destroy_finished, 2);
  }
  lua_call(L, finished ? 1 : 3, 0);
  return 0;
}

/* Lookups find the user's fields from now on; a pipe calls the user's own `write`. */
static void field_set(lua_State *L, void *object) {
  lnet_stream *s = object;
  if ((s->base.object.lacks & LNET_META_FIELDS) != 0)
    lnet_object_need(L, 1, &s->base.object, LNET_META_FIELDS);
  if (lua_type(L, 2) != LUA_TSTRING || strcmp(lua_tostring(L, 2), "write") != 0) return;
  if (lua_isnil(L, 3))
    s->s &= ~(uint32_t)S_OWN_WRITE;
  else
    s->s |= S_OWN_WRITE;
}

/* [-0, +0, -] */
static bool fits(lua_State *L, int idx) {
  return lnet_stream_like(L, idx) != NULL;
}

/* Stands for a socket's own listener of 'end' in listeners(); what it does is in reader.c. */
static int l_fin_listener(lua_State *L) {
  (void)L;
  return 0;
}

static const lnet_stream_hooks hooks = {lnet_sockopt_apply, lnet_server_disconnected,
                                        lnet_attempt_handle_free, lnet_attempt_ended};

void lnet_socket_init(lua_State *L, lnet_ctx *ctx) {
  static const luaL_Reg methods[] = {LNET_EMITTER_METHODS,
                                     {"write", lnet_l_write},
                                     {"finish", lnet_l_finish},
                                     {"end", lnet_l_finish},
                                     {"cork", lnet_l_cork},
                                     {"uncork", lnet_l_uncork},
                                     {"read", lnet_l_read},
                                     {"pause", lnet_l_pause},
                                     {"resume", lnet_l_resume},
                                     {"isPaused", lnet_l_isPaused},
                                     {"setEncoding", lnet_l_setEncoding},
                                     {"unshift", lnet_l_unshift},
                                     {"setDefaultEncoding", l_setDefaultEncoding},
                                     {"destroy", l_destroy},
                                     {"resetAndDestroy", l_resetAndDestroy},
                                     {"destroySoon", l_destroySoon},
                                     {"pipe", lnet_l_pipe},
                                     {"unpipe", lnet_l_unpipe},
                                     {"setTimeout", l_setTimeout},
                                     {"setNoDelay", lnet_l_setNoDelay},
                                     {"setKeepAlive", lnet_l_setKeepAlive},
                                     {"setTypeOfService", lnet_l_setTypeOfService},
                                     {"getTypeOfService", lnet_l_getTypeOfService},
                                     {"ref", l_ref},
                                     {"unref", l_unref},
                                     {"address", l_address},
                                     {NULL, NULL}};
  static const lnet_class_spec spec = {.name = "Socket",
                                       .size = LNET_STREAM_NARROW,
                                       .kind_at = offsetof(lnet_object, cls),
                                       .kind = &lnet_stream_class,
                                       .fits = fits,
                                       .methods = methods,
                                       .properties = lnet_properties,
                                       .get = lnet_properties_get,
                                       .set = lnet_properties_set,
                                       .field_set = field_set,
                                       .inspect = lnet_inspect_socket,
                                       .gc = l_gc,
                                       .close = l_close};
  ctx->hooks = &hooks;
  ctx->free_colds = lnet_stream_free_colds;
  lua_pushcfunction(L, l_fin_listener);
  ctx->fin_listener_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  ctx->socket_class = &lnet_stream_class;
  const void *meta = NULL;
  lnet_class_new(L, ctx, &spec, &meta, &ctx->socket_meta_ref);
  lua_rawgeti(L, LUA_REGISTRYINDEX, ctx->socket_meta_ref);
  lnet_class_family(L, -1, 0);
  lua_rawgeti(L, -1, LNET_METAS);
  lua_rawseti(L, LUA_REGISTRYINDEX, ctx->socket_meta_ref);
  lua_pop(L, 2);
  /* The same function under both names, for whoever compares them. */
  lua_getfield(L, -1, "finish");
  lua_setfield(L, -2, "end");
}
