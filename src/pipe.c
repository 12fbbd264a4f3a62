/* Pipes. One is a userdata that listens to both its ends: 'data' and 'end' of the source, 'unpipe',
   'error', 'close', 'finish' and, once it had to wait, 'drain' of the destination. Steps and their
   order are node v20's (readable.pipe). While it is the only listener of 'data' and goes to a
   socket, chunks do not pass through Lua. */
#include "pipe.h"
#include "call.h"
#include "check.h"
#include "error.h"
#include "pipes.h"
#include "writer.h"

/* The pipe belongs to the present life of its destination, or to the one that begins next. */
static void note_life(lnet_pipe *pipe) {
  if (pipe->dest == NULL || pipe->in_life || (pipe->dest->s & S_DESTROYED) != 0) return;
  pipe->in_life = true;
  pipe->life = lnet_stream_life(pipe->dest);
}

/* Whether the life of its destination is over, and another one has begun: it writes to that no
   more. */
static bool is_past(const lnet_pipe *pipe) {
  return pipe->in_life && lnet_stream_is_past(pipe->dest, pipe->life);
}

/* Whether an event of an earlier life of the destination is told, which does not concern it. */
static bool is_of_earlier_life(lnet_pipe *pipe) {
  if (pipe->dest == NULL || (pipe->dest->s & S_PAST_EVENT) == 0) return false;
  note_life(pipe);
  return pipe->in_life && !is_past(pipe);
}

/* Calls a method of the object at the absolute index, with the nargs values on top.
   [-nargs, +nresults, e] */
static void call_method(lua_State *L, int idx, const char *name, int nargs, int nresults) {
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  lua_getfield(L, idx, name);
  lua_insert(L, -nargs - 1);
  lua_pushvalue(L, idx);
  lua_insert(L, -nargs - 1);
  lua_call(L, nargs + 1, nresults);
}

static void push_name(lua_State *L, const lnet_pipe *pipe, int event) {
  lua_pushinteger(L, event);
  lnet_name_push(L, lnet_stream_ctx(pipe->source), lua_gettop(L));
  lua_remove(L, -2);
}

/* ---- listening to the destination ---- */

/* [-0, +0, e] */
static void attach(lua_State *L, int self, int event, const char *method) {
  const lnet_pipe *pipe = lnet_pipe_at(L, self);
  const int top = lua_gettop(L), dest = top + 1;
  lua_getiuservalue(L, self, UV_PIPE_DEST);
  if (pipe->dest != NULL) {
    lnet_emitter_add(L, &pipe->dest->base, dest, event, self, event == LNET_EV_ERROR);
  } else {
    lua_getiuservalue(L, self, UV_PIPE_FUNCTIONS);
    push_name(L, pipe, event);
    lua_pushvalue(L, self);
    lnet_native_function(L, event);
    lua_pushvalue(L, -1);
    lua_rawseti(L, dest + 1, event);
    call_method(L, dest, method, 2, 0);
  }
  lua_settop(L, top);
}

/* [-0, +0, e] */
static void detach(lua_State *L, int self, int event) {
  const lnet_pipe *pipe = lnet_pipe_at(L, self);
  const int top = lua_gettop(L), dest = top + 1;
  lua_getiuservalue(L, self, UV_PIPE_DEST);
  if (pipe->dest != NULL) {
    lnet_emitter_remove(L, &pipe->dest->base, dest, event, self);
  } else {
    push_name(L, pipe, event);
    lua_getiuservalue(L, self, UV_PIPE_FUNCTIONS);
    lua_rawgeti(L, -1, event);
    lua_remove(L, -2);
    call_method(L, dest, "removeListener", 2, 0);
  }
  lua_settop(L, top);
}

/* ---- what it does ---- */

/* Whether 'drain' of the destination, at `dest`, is still to come; `otherwise` where it does not
   tell. [-0, +0, e] */
static bool needs_drain(lua_State *L, const lnet_pipe *pipe, int dest, bool otherwise) {
  if (pipe->dest != NULL) return (pipe->dest->w & W_NEED_DRAIN) != 0;
  lua_getfield(L, dest, "writableNeedDrain");
  const bool needs = lua_isboolean(L, -1) ? lua_toboolean(L, -1) != 0 : otherwise;
  lua_pop(L, 1);
  return needs;
}

/* The source flows again once no destination is waited for. [-0, +0, e] */
static void drained(lua_State *L, int self) {
  lnet_pipe *pipe = lnet_pipe_at(L, self);
  const int top = lua_gettop(L), source = top + 1, dest = top + 2;
  lua_getiuservalue(L, self, UV_PIPE_SOURCE);
  lua_getiuservalue(L, self, UV_PIPE_DEST);
  for (lnet_pipes_push_to(L, source, dest); !lua_isnil(L, -1); lnet_pipes_step(L, UV_PIPE_SAME)) {
    lnet_pipe *each = lnet_pipe_at(L, -1);
    if (each->waiting) lnet_pipes_count_waiting(L, source, -1);
    each->waiting = false;
  }
  if (!lnet_pipes_some_wait(L, source) && lnet_listened(&pipe->source->base, LNET_EV_DATA))
    call_method(L, source, "resume", 0, 0);
  lua_settop(L, top);
}

/* The destination has answered false. [-0, +0, e] */
static void wait_for_drain(lua_State *L, int self) {
  lnet_pipe *pipe = lnet_pipe_at(L, self);
  const int source = lua_gettop(L) + 1;
  lua_getiuservalue(L, self, UV_PIPE_SOURCE);
  if (!pipe->cleaned_up) {
    if (pipe->listed && !pipe->waiting) {
      pipe->waiting = true;
      lnet_pipes_count_waiting(L, source, 1);
    }
    call_method(L, source, "pause", 0, 0);
  }
  if (!pipe->hears_drain) {
    pipe->hears_drain = true;
    attach(L, self, LNET_EV_DRAIN, "on");
  }
  lua_settop(L, source - 1);
}

/* Takes all its listeners out. [-0, +0, e] */
static void clean_up(lua_State *L, int self) {
  lnet_pipe *pipe = lnet_pipe_at(L, self);
  const int top = lua_gettop(L), source = top + 1, dest = top + 2;
  lua_getiuservalue(L, self, UV_PIPE_SOURCE);
  lua_getiuservalue(L, self, UV_PIPE_DEST);
  detach(L, self, LNET_EV_CLOSE);
  detach(L, self, LNET_EV_FINISH);
  if (pipe->hears_drain) detach(L, self, LNET_EV_DRAIN);
  detach(L, self, LNET_EV_ERROR);
  detach(L, self, LNET_EV_UNPIPE);
  lnet_emitter_remove(L, &pipe->source->base, source, LNET_EV_END, self);
  lnet_emitter_remove(L, &pipe->source->base, source, LNET_EV_DATA, self);
  pipe->cleaned_up = true;
  /* whoever waits for this destination only would wait for ever */
  if (pipe->hears_drain && pipe->waiting && (is_past(pipe) || needs_drain(L, pipe, dest, true)))
    drained(L, self);
  lua_settop(L, top);
}

/* source:unpipe(dest). [-0, +0, e] */
static void unpipe(lua_State *L, int self) {
  const int source = lua_gettop(L) + 1;
  lua_getiuservalue(L, self, UV_PIPE_SOURCE);
  lua_getiuservalue(L, self, UV_PIPE_DEST);
  call_method(L, source, "unpipe", 1, 0);
  lua_settop(L, source - 1);
}

/* An error of the destination, the value at `error`, that nobody else hears is not swallowed.
   [-0, +0, e] */
static void pass_on(lua_State *L, int self, int error) {
  const lnet_pipe *pipe = lnet_pipe_at(L, self);
  const int top = lua_gettop(L), dest = top + 1;
  bool heard = false;
  lua_getiuservalue(L, self, UV_PIPE_DEST);
  if (pipe->dest != NULL) {
    heard = lnet_listened(&pipe->dest->base, LNET_EV_ERROR);
  } else {
    lua_pushliteral(L, "error");
    call_method(L, dest, "listenerCount", 1, 1);
    heard = lua_tointeger(L, -1) > 0;
  }
  if (!heard) {
    const lnet_stream *s = lnet_stream_test(L, dest);
    const bool destroy = s != NULL && !is_past(pipe) && (s->s & S_ERROR_EMITTED) == 0;
    if (!destroy) lua_pushliteral(L, "error");
    lua_pushvalue(L, error);
    call_method(L, dest, destroy ? "destroy" : "emit", destroy ? 1 : 2, 0);
  }
  lua_settop(L, top);
}

/* A chunk, the value at `chunk`. [-0, +0, e] */
static void write_chunk(lua_State *L, int self, int chunk) {
  const int dest = lua_gettop(L) + 1;
  note_life(lnet_pipe_at(L, self));
  if (is_past(lnet_pipe_at(L, self))) { /* it was to be undone at 'close', which is still to come */
    unpipe(L, self);
    return;
  }
  lua_getiuservalue(L, self, UV_PIPE_DEST);
  lua_pushvalue(L, chunk);
  call_method(L, dest, "write", 1, 1);
  const bool full = lua_isboolean(L, -1) && !lua_toboolean(L, -1);
  lua_settop(L, dest - 1);
  if (full) wait_for_drain(L, self);
}

/* The source has ended. [-0, +0, e] */
static void end(lua_State *L, int self) {
  const int dest = lua_gettop(L) + 1;
  if (!lnet_pipe_at(L, self)->ends || is_past(lnet_pipe_at(L, self))) {
    unpipe(L, self);
    return;
  }
  lua_getiuservalue(L, self, UV_PIPE_DEST);
  call_method(L, dest, "finish", 0, 0);
  lua_settop(L, dest - 1);
}

/* 'unpipe' of the destination: it may be told of another source. [-0, +0, e] */
static void unpiped(lua_State *L, int self, int first, int nargs) {
  const int top = lua_gettop(L);
  const int source = first, info = first + 1;
  lua_getiuservalue(L, self, UV_PIPE_SOURCE);
  const bool mine = nargs >= 2 && lua_rawequal(L, -1, source) && lua_istable(L, info);
  if (mine && lua_getfield(L, info, "hasUnpiped") == LUA_TBOOLEAN && !lua_toboolean(L, -1)) {
    lua_pushboolean(L, 1);
    lua_setfield(L, info, "hasUnpiped");
    clean_up(L, self);
  }
  lua_settop(L, top);
}

/* The pipe as a listener. */
static void hear(lua_State *L, int self, int event, int first, int nargs, bool once) {
  lnet_pipe *pipe = lnet_pipe_at(L, self);
  luaL_checkstack(L, 2 * LUA_MINSTACK, NULL); /* for itself, and for what adds and takes out */
  const int top = lua_gettop(L);
  if (nargs == 0) lua_pushnil(L); /* an argument that is missing */
  const int value = nargs > 0 ? first : lua_gettop(L);
  switch (event) {
  case LNET_EV_DATA:
    write_chunk(L, self, value);
    break;
  case LNET_EV_END:
    if (once) {
      lua_getiuservalue(L, self, UV_PIPE_SOURCE);
      lnet_emitter_remove(L, &pipe->source->base, lua_gettop(L), LNET_EV_END, self);
    }
    end(L, self);
    break;
  case LNET_EV_UNPIPE:
    unpiped(L, self, first, nargs);
    break;
  case LNET_EV_ERROR:
    if (is_of_earlier_life(pipe)) break;
    unpipe(L, self);
    detach(L, self, LNET_EV_ERROR);
    pass_on(L, self, value);
    break;
  case LNET_EV_DRAIN:
    drained(L, self);
    break;
  default: /* 'close', 'finish': the one makes the other pointless */
    if (event == LNET_EV_CLOSE && is_of_earlier_life(pipe)) break;
    if (once) detach(L, self, event);
    detach(L, self, event == LNET_EV_CLOSE ? LNET_EV_FINISH : LNET_EV_CLOSE);
    unpipe(L, self);
  }
  lua_settop(L, top);
}

/* ---- the methods ---- */

/* Whether the user has put one of an emitter's methods on the socket at idx: then it is his. */
static bool has_own_methods(lua_State *L, int idx) {
  static const char *const names[] = {"on",   "once",          "prependListener",  "removeListener",
                                      "emit", "listenerCount", "writableNeedDrain"};
  const int top = lua_gettop(L);
  bool has = false;
  if (lua_getiuservalue(L, idx, LNET_UV_MORE) == LUA_TTABLE &&
      lua_rawgeti(L, -1, LNET_MORE_FIELDS) == LUA_TTABLE)
    for (size_t i = 0; i < sizeof names / sizeof *names && !has; i++) {
      lua_pushstring(L, names[i]);
      has = lua_rawget(L, top + 2) != LUA_TNIL;
      lua_pop(L, 1);
    }
  lua_settop(L, top);
  return has;
}

/* Raises unless the value at 2 has what a pipe calls while it is made. [-0, +0, e] */
static void check_dest(lua_State *L) {
  static const char *const names[] = {"on",   "once", "prependListener", "removeListener",
                                      "emit", "write"};
  if (lnet_stream_test(L, 2) != NULL) return;
  bool has = lua_istable(L, 2) || lua_isuserdata(L, 2);
  for (size_t i = 0; i < sizeof names / sizeof *names && has; i++) {
    has = lua_getfield(L, 2, names[i]) != LUA_TNIL;
    lua_pop(L, 1);
  }
  if (!has) lnet_check_fail(L, 2, "dest", "an instance of EventEmitter with a method write");
}

/* Pushes a pipe from the socket at 1 to the object at 2. [-0, +1, m] */
static lnet_pipe *push_pipe(lua_State *L, lnet_stream *source, bool ends) {
  lnet_stream *dest = lnet_stream_test(L, 2);
  if (dest != NULL && has_own_methods(L, 2)) dest = NULL;
  lnet_pipe *pipe =
      lua_newuserdatauv(L, sizeof *pipe, dest == NULL ? UV_PIPE_FUNCTIONS : UV_PIPE_SAME);
  *pipe = (lnet_pipe){.native = {hear}, .source = source, .dest = dest, .ends = ends};
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, UV_PIPE_SOURCE);
  lua_pushvalue(L, 2);
  lua_setiuservalue(L, -2, UV_PIPE_DEST);
  if (dest == NULL) {
    lua_createtable(L, 0, 8);
    lua_setiuservalue(L, -2, UV_PIPE_FUNCTIONS);
  }
  return pipe;
}

/* Emits 'pipe' or 'unpipe' of the destination of the pipe at `self`, with the nargs values on top.
   [-nargs, +0, e] */
static void tell(lua_State *L, int self, int event, int nargs) {
  const lnet_pipe *pipe = lnet_pipe_at(L, self);
  const int dest = lua_gettop(L) - nargs + 1;
  lua_getiuservalue(L, self, UV_PIPE_DEST);
  lua_insert(L, dest);
  if (pipe->dest != NULL) {
    lnet_emit_at(L, &pipe->dest->base, dest, event, nargs);
  } else {
    push_name(L, pipe, event);
    lua_insert(L, dest + 1);
    call_method(L, dest, "emit", nargs + 1, 0);
  }
  lua_settop(L, dest - 1);
}

/***
Writes all that comes to a destination, no faster than it takes it. Source: node v20,
readable.pipe.
@function pipe
@param dest a socket, or any EventEmitter with `write` and `finish`
@tparam[opt] table options `["end"] = false`: the end of this socket does not finish dest
@return dest
@raise `ERR_INVALID_ARG_TYPE`
*/
int lnet_l_pipe(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  luaL_checkstack(L, 2 * LUA_MINSTACK, NULL); /* as in hear */
  lua_settop(L, 3);
  check_dest(L);
  bool ends = true;
  if (lua_istable(L, 3)) ends = lua_getfield(L, 3, "end") != LUA_TBOOLEAN || lua_toboolean(L, -1);
  lua_settop(L, 3);
  const int self = 4;
  lnet_pipe *pipe = push_pipe(L, s, ends);
  note_life(pipe);
  lnet_pipes_append(L, 1, self);
  if ((s->r & R_END_EMITTED) != 0) {
    lua_pushvalue(L, self);
    lnet_native_function(L, LNET_EV_END);
    lnet_tick_push(L, lnet_stream_ctx(s), 0);
  } else {
    lnet_emitter_add(L, &s->base, 1, LNET_EV_END, self, false);
  }
  attach(L, self, LNET_EV_UNPIPE, "on");
  lnet_emitter_add(L, &s->base, 1, LNET_EV_DATA, self, false);
  attach(L, self, LNET_EV_ERROR, "prependListener");
  attach(L, self, LNET_EV_CLOSE, "once");
  attach(L, self, LNET_EV_FINISH, "once");
  lua_pushvalue(L, 1);
  tell(L, self, LNET_EV_PIPE, 1);
  const bool over =
      pipe->dest != NULL && ((pipe->dest->w & W_ENDING) != 0 || (pipe->dest->s & S_DESTROYED) != 0);
  if (!over && needs_drain(L, pipe, 2, false))
    wait_for_drain(L, self);
  else if ((s->r & (R_HAS_FLOWING | R_FLOWING)) != (R_HAS_FLOWING | R_FLOWING))
    call_method(L, 1, "resume", 0, 0);
  lua_settop(L, 2);
  return 1;
}

/* Tells the destination of the pipe at `self` that it gets no more from the socket at 1.
   [-0, +0, e] */
static void tell_unpiped(lua_State *L, int self) {
  lua_pushvalue(L, 1);
  lua_createtable(L, 0, 1);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "hasUnpiped");
  tell(L, self, LNET_EV_UNPIPE, 2);
}

/* Whether the pipe at idx goes from a socket to itself and belongs to an earlier life: its end does
   not stop what flows in the present one. [-0, +0, -] */
static bool pauses_next_life(lua_State *L, int idx) {
  const lnet_pipe *pipe = lnet_pipe_at(L, idx);
  return pipe->dest == pipe->source && is_past(pipe);
}

/***
Undoes a pipe, or all of them. Source: node v20, readable.unpipe.
@function unpipe
@param[opt] dest
@return the socket
*/
int lnet_l_unpipe(lua_State *L) {
  lnet_check_stream(L, 1);
  lua_settop(L, 2);
  const int each = 3;
  if (lua_isnil(L, 2)) {
    lnet_pipes_take_all(L, 1);
    if (!lua_isnil(L, each)) call_method(L, 1, "pause", 0, 0);
    for (; !lua_isnil(L, each); lnet_pipes_step(L, UV_PIPE_NEXT))
      tell_unpiped(L, each);
  } else {
    lnet_pipes_take_out(L, 1, 2);
    if (!lua_isnil(L, each)) {
      if (!lnet_pipes_some(L, 1) && !pauses_next_life(L, each)) call_method(L, 1, "pause", 0, 0);
      tell_unpiped(L, each);
    }
  }
  lua_settop(L, 1);
  return 1;
}

/* ---- around Lua ---- */

void lnet_pipe_hot_changed(lua_State *L, void *stream) {
  lnet_stream *s = stream;
  lnet_stream *dest = lua_type(L, -1) == LUA_TUSERDATA ? lnet_pipe_at(L, -1)->dest : NULL;
  if (dest != NULL) {
    s->s |= S_PIPED;
    s->h.handle.data = dest;
  } else if ((s->s & S_PIPED) != 0) {
    void *server = (s->s & S_ACCEPTED) != 0 ? lnet_stream_server(s) : NULL;
    if (server == NULL) s->s &= ~(uint32_t)S_ACCEPTED;
    s->h.handle.data = server != NULL ? server : s;
    s->s &= ~(uint32_t)S_PIPED;
  }
}

/* Protected: the destination answered false. [-0, +0, e] */
static int body_wait(lua_State *L) {
  const lnet_stream *s = lua_touserdata(L, 1);
  luaL_checkstack(L, 2 * LUA_MINSTACK, NULL); /* as in hear */
  lnet_object_push(L, &s->base.object);
  if (lua_getiuservalue(L, -1, LNET_UV_HOT) == LUA_TUSERDATA) wait_for_drain(L, lua_gettop(L));
  return 0;
}

LNET_HOT bool lnet_pipe_feed(lnet_stream *s, const char *base, size_t len) {
  lnet_stream *dest = s->h.handle.data;
  if ((dest->w & W_ENDING) != 0 || (dest->s & (S_DESTROYED | S_OWN_WRITE | S_CONNECT_WAITS)) != 0 ||
      dest->default_encoding != LNET_ENCODING_BYTES || dest->base.object.holds == 0)
    return false;
  s->r |= R_DATA_EMITTED;
  if (!lnet_writer_put_now(dest, base, len)) lnet_enter(lnet_stream_ctx(s), body_wait, s);
  return true;
}
