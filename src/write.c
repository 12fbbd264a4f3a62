/* Methods of a socket that write: arguments and callbacks. What becomes of the bytes is in
   writer.c. */
#include "write.h"
#include "buffer.h"
#include "call.h"
#include "check.h"
#include "ending.h"
#include "entries.h"
#include "error.h"
#include "gather.h"
#include "writer.h"

/* Queues the call of the function at `callback`, if it is one, with the value on top. [-1,+0,m] */
static void tell(lua_State *L, lnet_stream *s, int callback) {
  if (!lua_isfunction(L, callback)) {
    lua_pop(L, 1);
    return;
  }
  lua_pushvalue(L, callback);
  lua_insert(L, -2);
  lnet_tick_push(L, lnet_stream_ctx(s), 1);
}

/* A write that is not possible any more: tells the callback and destroys. [-0, +0, m] */
static void refuse(lua_State *L, lnet_stream *s, lnet_fault fault, int callback) {
  lnet_fault_push(L, fault);
  const int error = lua_gettop(L);
  lua_pushvalue(L, error);
  tell(L, s, callback);
  if ((s->s & S_DESTROYED) == 0) lnet_stream_destroy_value(L, 1, s, error);
}

/* Whether the callback at idx is the one that was queued last. [-0, +0, -] */
static bool same_as_last(lua_State *L, const lnet_stream *s, int idx) {
  if ((s->w & W_TICK_INFO) == 0 || s->cold->settled == 0) return false;
  const lnet_entry *last = &s->cold->entries[s->cold->settled - 1];
  if ((last->flags & E_CALLBACK) == 0) return false;
  lua_getiuservalue(L, 1, LNET_UV_MORE);
  lua_rawgeti(L, -1, COLD_QUEUE);
  lua_rawgeti(L, -1, 2 * (lua_Integer)last->slot + 1);
  const bool same = lua_rawequal(L, -1, idx);
  lua_pop(L, 3);
  return same;
}

/* Upvalues of the two listeners of a write that waits for the connection: the context, the socket,
   its life, and the other one of the two. */
enum { UP_SOCKET = 2, UP_LIFE = 3, UP_OTHER = 4, UP_COUNT = 4 };

/* The socket of such a listener; *present: whether its life is still the one of the write. */
static lnet_stream *waiting_stream(lua_State *L, bool *present) {
  lnet_stream *s = lua_touserdata(L, lua_upvalueindex(UP_SOCKET));
  *present = (lua_Integer)lnet_stream_life(s) == lua_tointeger(L, lua_upvalueindex(UP_LIFE));
  return s;
}

/* Calls socket:removeListener(event, listener on top). [-1, +0, e] */
static void remove_waiting(lua_State *L, const char *event) {
  lua_getfield(L, lua_upvalueindex(UP_SOCKET), "removeListener");
  lua_insert(L, -2);
  lua_pushvalue(L, lua_upvalueindex(UP_SOCKET));
  lua_insert(L, -2);
  lua_pushstring(L, event);
  lua_insert(L, -2);
  lua_call(L, 3, 0);
}

/* 'close' before there was a connection: what waited for it is lost. That of an earlier life says
   nothing about this one. */
static int l_on_close(lua_State *L) {
  lua_Debug ar;
  bool present = false;
  lnet_ctx *ctx = lnet_ctx_of(L);
  lnet_stream *s = waiting_stream(L, &present);
  if (present && (s->s & S_PAST_EVENT) != 0) return 0;
  lua_getstack(L, 0, &ar);
  lua_getinfo(L, "f", &ar); /* this listener itself */
  remove_waiting(L, "close");
  lua_pushvalue(L, lua_upvalueindex(UP_OTHER)); /* node keeps this one, for the next life */
  remove_waiting(L, "connect");
  waiting_stream(L, &present); /* 'removeListener' may have begun another */
  if (!present) return 0;
  lua_State *before = lnet_swap_thread(ctx, L);
  lnet_writer_closed(s);
  lnet_swap_thread(ctx, before);
  return 0;
}

/* 'connect': what waited is sent; 'close' is not waited for any more. */
static int l_on_connect(lua_State *L) {
  bool present = false;
  lnet_ctx *ctx = lnet_ctx_of(L);
  lua_pushvalue(L, lua_upvalueindex(UP_OTHER));
  remove_waiting(L, "close");
  lnet_stream *s = waiting_stream(L, &present);
  if (!present) return 0;
  lua_State *before = lnet_swap_thread(ctx, L);
  lnet_writer_send_pending(s);
  lnet_swap_thread(ctx, before);
  return 0;
}

/* Calls the method `name` of the socket at 1 with the event and the value on top. [-1, +0, e] */
static void add_listener(lua_State *L, const char *name, const char *event) {
  lua_getfield(L, 1, name);
  lua_insert(L, -2);
  lua_pushvalue(L, 1);
  lua_insert(L, -2);
  lua_pushstring(L, event);
  lua_insert(L, -2);
  lua_call(L, 3, 0);
}

/* As node, a write that waits for the connection listens to 'connect' and 'close': so it is sent,
   or told to be lost, in its place among the user's listeners. It waits already when those of
   'newListener' hear of that: what they write comes behind it. [-0, +0, e] */
static void wait_for_connection(lua_State *L, const lnet_stream *s) {
  static const lua_CFunction listeners[] = {l_on_close, l_on_connect};
  const int close = lua_gettop(L) + 1, connect = close + 1;
  for (int i = 0; i < 2; i++) {
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, 1);
    lua_pushinteger(L, lnet_stream_life(s));
    lua_pushnil(L);
    lua_pushcclosure(L, listeners[i], UP_COUNT);
  }
  lua_pushvalue(L, connect);
  lua_setupvalue(L, close, UP_OTHER);
  lua_pushvalue(L, close);
  lua_setupvalue(L, connect, UP_OTHER);
  add_listener(L, "once", "connect");
  add_listener(L, "on", "close");
}

/* Sends the chunk at 2, in the encoding at 3, with the callback at 4; both of them checked.
   Returns node's answer. [-0, +0, e] */
static bool write_checked(lua_State *L, lnet_stream *s, const char *bytes, size_t len) {
  const bool callback = lua_isfunction(L, 4);
  unsigned flags = callback ? E_CALLBACK : 0;
  if (lua_type(L, 2) == LUA_TUSERDATA) flags |= E_COPY; /* a Buffer */
  const bool idle = (s->w & W_WRITING) == 0 && (s->s & S_ERRORED) == 0 &&
                    (s->s & (S_HANDLE | S_CONNECTING)) == S_HANDLE &&
                    (s->cold == NULL || s->cold->corked == 0);
  if (callback || !idle) {
    lnet_entries_anchor(L, s, 2, callback ? 4 : 0);
    flags |= E_ANCHORED;
    if (callback && same_as_last(L, s, 4)) flags |= E_SAME;
  } else if (len > LNET_GATHER_MAX && lua_type(L, 2) == LUA_TSTRING) {
    flags |= E_STRING; /* most leave whole: anchored when it does not */
  }
  lnet_object_hold(L, 1, &s->base.object);
  const bool waited = (s->w & W_PENDING_CONNECT) != 0;
  lua_State *before = lnet_swap_thread(lnet_stream_ctx(s), L);
  const bool more = lnet_writer_put(s, bytes, len, flags);
  lnet_swap_thread(lnet_stream_ctx(s), before);
  if ((flags & E_ANCHORED) != 0) lnet_entries_unanchor(L, s);
  lnet_object_release(&s->base.object);
  if (!waited && (s->w & W_PENDING_CONNECT) != 0) wait_for_connection(L, s);
  return more;
}

/* The common call: a string and nothing else, on an open stream where nothing waits. Returns
   whether it is done; *more: node's answer. [-0, +0, -] */
LNET_HOT static bool write_common(lua_State *L, bool *more) {
  size_t len = 0;
  if (lua_gettop(L) != 2 || lua_type(L, 2) != LUA_TSTRING) return false;
  lnet_stream *s = lnet_stream_like(L, 1); /* a quiet one has an open handle */
  if (s == NULL || s->default_encoding > LNET_ENCODING_UTF8 || !lnet_writer_is_quiet(s) ||
      lnet_stream_ctx(s)->shut)
    return false;
  const char *bytes = lua_tolstring(L, 2, &len);
  *more = true;
  if (len <= LNET_GATHER_MAX) return len > 0 && lnet_writer_put_small(s, bytes, len);
  lnet_ctx *ctx = lnet_stream_ctx(s);
  if (s->gather != 0 || lnet_ticks_reserve(ctx) != 0) return false;
  lua_State *before = lnet_swap_thread(ctx, L);
  *more = lnet_writer_put_alone(s, bytes, len, E_STRING);
  lnet_swap_thread(ctx, before);
  return true;
}

/***
Sends bytes or encoded text; what the kernel leaves waits in memory. Source: node v20, write.
@function write
@tparam string|number data bytes; with `encoding`, text to encode
@tparam[opt="utf8"] string encoding
@tparam[opt] function callback `callback(err)`, once the data has left user memory or is lost
@treturn boolean false when `writableHighWaterMark` bytes or more wait: go on after 'drain'
@raise `ERR_INVALID_ARG_TYPE`, `ERR_UNKNOWN_ENCODING`, at the caller's line, nothing changed
*/
LNET_HOT int lnet_l_write(lua_State *L) {
  bool more = true;
  if (write_common(L, &more)) {
    lua_pushboolean(L, more);
    return 1;
  }
  lnet_stream *s = lnet_check_stream(L, 1);
  lua_settop(L, 4);
  if (lua_isfunction(L, 3)) {
    lua_copy(L, 3, 4);
    lua_pushnil(L);
    lua_replace(L, 3);
  }
  if ((s->s & S_FIN_SEEN) != 0 && (s->w & W_ENDING) != 0) {
    refuse(L, s, lnet_fault_of(LNET_FAULT_FIN), 4);
    lua_pushboolean(L, 0);
    return 1;
  }
  const lnet_encoding encoding = lnet_check_encoding(L, 3, (lnet_encoding)s->default_encoding);
  size_t len = 0;
  const char *bytes = lnet_buffer_chunk(L, 2, encoding, &len);
  if ((s->w & W_ENDING) != 0 || (s->s & S_DESTROYED) != 0) {
    refuse(L, s,
           lnet_fault_of((s->w & W_ENDING) != 0 ? LNET_FAULT_WRITE_AFTER_END
                                                : LNET_FAULT_DESTROYED_WRITE),
           4);
    lua_pushboolean(L, 0);
    return 1;
  }
  lua_pushboolean(L, write_checked(L, s, bytes, len));
  return 1;
}

/* Keeps the callback at 4 for 'finish'. [-0, +0, m] */
static void keep_finish_callback(lua_State *L) {
  lnet_class_part(L, 1, COLD_FINISH);
  lua_pushvalue(L, 4);
  lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
  lua_pop(L, 1);
}

/* Puts the arguments of finish(data, encoding, callback) in their places. [-0, +0, -] */
static void finish_arguments(lua_State *L) {
  lua_settop(L, 4);
  for (int i = 2; i <= 3; i++) {
    if (!lua_isfunction(L, i)) continue;
    lua_copy(L, i, 4);
    for (; i <= 3; i++) {
      lua_pushnil(L);
      lua_replace(L, i);
    }
  }
}

/***
Half-closes the socket once what was written has left; with data, writes it first.
Source: node v20, socket.end.
@function finish
@tparam[opt] string|number data
@tparam[opt="utf8"] string encoding
@tparam[opt] function callback `callback(err)`, at 'finish' or when that cannot come any more
@return the socket
@raise `ERR_INVALID_ARG_TYPE`, `ERR_UNKNOWN_ENCODING`
*/
int lnet_l_finish(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  finish_arguments(L);
  const bool callback = lua_isfunction(L, 4);
  bool refused = false;
  lua_pushvalue(L, 4); /* write has no callback here: keep it at 5 */
  lua_pushnil(L);
  lua_replace(L, 4);
  if (!lua_isnil(L, 2)) {
    const lnet_encoding encoding = lnet_check_encoding(L, 3, (lnet_encoding)s->default_encoding);
    size_t len = 0;
    const char *bytes = lnet_buffer_chunk(L, 2, encoding, &len);
    refused = (s->w & W_ENDING) != 0 || (s->s & S_DESTROYED) != 0;
    if (!refused) write_checked(L, s, bytes, len);
  }
  lua_copy(L, 5, 4);
  lua_settop(L, 4);
  lnet_fault fault = lnet_fault_of(LNET_FAULT_NONE);
  lnet_object_hold(L, 1, &s->base.object);
  lua_State *before = lnet_swap_thread(lnet_stream_ctx(s), L);
  lnet_writer_uncork(s);
  if (refused) {
    fault = lnet_fault_of((s->w & W_ENDING) != 0 ? LNET_FAULT_WRITE_AFTER_END
                                                 : LNET_FAULT_DESTROYED_WRITE);
  } else if ((s->w & W_ENDING) == 0 && (s->s & S_ERRORED) == 0) {
    lnet_ending_begin(s);
  } else if ((s->w & W_FINISHED) != 0) {
    fault = lnet_fault_of(LNET_FAULT_FINISHED);
  } else if ((s->s & S_DESTROYED) != 0) {
    fault = lnet_fault_of(LNET_FAULT_DESTROYED_END);
  }
  lnet_swap_thread(lnet_stream_ctx(s), before);
  lnet_object_release(&s->base.object);
  if (refused) { /* as node: the error first, the callback behind it */
    lnet_fault_push(L, fault);
    if ((s->s & S_DESTROYED) == 0) lnet_stream_destroy_value(L, 1, s, 5);
    lua_settop(L, 5);
    tell(L, s, 4);
  } else if (callback && (fault.kind != LNET_FAULT_NONE || (s->s & S_ERRORED) != 0 ||
                          (s->w & W_FINISHED) != 0)) {
    if (fault.kind != LNET_FAULT_NONE || (s->s & S_ERRORED) == 0)
      lnet_fault_push(L, fault);
    else
      lnet_stream_push_errored(L, 1, s);
    tell(L, s, 4);
  } else if (callback) {
    keep_finish_callback(L);
    s->w |= W_ON_FINISHED;
  }
  lua_settop(L, 1);
  return 1;
}

/*** Keeps writes in memory until uncork. Source: node v20.
@function cork */
int lnet_l_cork(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  lnet_stream_check_cold(L, 1, s)->corked++;
  s->w |= W_QUEUE;
  return 0;
}

/*** Undoes one cork; the last sends what was kept. Source: node v20.
@function uncork */
int lnet_l_uncork(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  if (s->cold == NULL || s->cold->corked == 0) return 0;
  lnet_object_hold(L, 1, &s->base.object);
  lua_State *before = lnet_swap_thread(lnet_stream_ctx(s), L);
  lnet_entries_set_corks(s, s->cold->corked - 1);
  lnet_writer_send_buffered(s);
  lnet_swap_thread(lnet_stream_ctx(s), before);
  lnet_object_release(&s->base.object);
  return 0;
}
