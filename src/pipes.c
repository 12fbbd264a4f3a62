/* The pipes of one source: a list of userdata, linked by user values. COLD_PIPE is the first one.
   From the second one on there is an index, the table COLD_PIPES: a destination -> the first pipe
   to it, true -> the last pipe, false -> how many of them wait for 'drain'. */
#include "pipes.h"

/* Pushes what the source has under COLD_PIPE or COLD_PIPES, or nil. [-0, +1, -] */
static void push_cold(lua_State *L, int source, lua_Integer key) {
  if (lua_getiuservalue(L, source, LNET_UV_MORE) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_pushnil(L);
    return;
  }
  lua_rawgeti(L, -1, key);
  lua_remove(L, -2);
}

/* Pushes the first pipe of the source, or nil. [-0, +1, -] */
static void push_first(lua_State *L, int source) {
  push_cold(L, source, COLD_PIPE);
}

bool lnet_pipes_some(lua_State *L, int source) {
  push_first(L, source);
  const bool some = !lua_isnil(L, -1);
  lua_pop(L, 1);
  return some;
}

/* Pushes what the index at `index` has under true (the last pipe) or under false (how many wait).
   [-0, +1, -] */
static void push_of_index(lua_State *L, int index, bool key) {
  lua_pushboolean(L, key);
  lua_rawget(L, index);
}

void lnet_pipes_step(lua_State *L, int order) {
  lua_getiuservalue(L, -1, order);
  lua_remove(L, -2);
}

/* Puts the value on top, a pipe or nil, behind the pipe at `before`; where `before` is nil, at the
   beginning. Only the first pipe that a source ever has can find no memory for it. [-1, +0, m] */
static void set_next(lua_State *L, int source, int before) {
  if (!lua_isnil(L, before)) {
    lua_setiuservalue(L, before, UV_PIPE_NEXT);
    return;
  }
  lua_getiuservalue(L, source, LNET_UV_MORE);
  lua_insert(L, -2);
  lua_rawseti(L, -2, COLD_PIPE);
  lua_pop(L, 1);
}

/* Makes the index of a source that has one pipe and is about to get another. [-0, +0, m] */
static void need_index(lua_State *L, int source) {
  const int top = lua_gettop(L), more = top + 1, index = top + 2, first = top + 3;
  lnet_class_more(L, source);
  lua_createtable(L, 0, 4); /* before the look at the first pipe: a finalizer may change it here */
  if (lua_rawgeti(L, more, COLD_PIPE) != LUA_TNIL && lua_rawgeti(L, more, COLD_PIPES) == LUA_TNIL) {
    lua_pushboolean(L, 1);
    lua_pushvalue(L, first);
    lua_rawset(L, index);
    lua_pushboolean(L, 0);
    lua_pushinteger(L, lnet_pipe_at(L, first)->waiting);
    lua_rawset(L, index);
    lua_getiuservalue(L, first, UV_PIPE_DEST);
    lua_pushvalue(L, first);
    lua_rawset(L, index);
    lua_pushvalue(L, index);
    lua_rawseti(L, more, COLD_PIPES);
  }
  lua_settop(L, top);
}

/* Adds the pipe at `self` behind those that the index has of its destination. [-0, +0, m] */
static void add_to_index(lua_State *L, int index, int self) {
  const int top = lua_gettop(L), dest = top + 1, each = top + 2;
  lua_getiuservalue(L, self, UV_PIPE_DEST);
  lua_pushvalue(L, dest);
  if (lua_rawget(L, index) == LUA_TNIL) {
    lua_pushvalue(L, dest);
    lua_pushvalue(L, self);
    lua_rawset(L, index);
  } else {
    while (lua_getiuservalue(L, each, UV_PIPE_SAME) != LUA_TNIL)
      lua_replace(L, each);
    lua_pushvalue(L, self);
    lua_setiuservalue(L, each, UV_PIPE_SAME);
  }
  lua_settop(L, top);
}

void lnet_pipes_append(lua_State *L, int source, int self) {
  const int top = lua_gettop(L), index = top + 1, last = top + 2;
  lnet_class_more(L, source);
  push_first(L, source);
  if (!lua_isnil(L, -1)) need_index(L, source);
  lua_settop(L, top); /* from here on no finalizer runs */
  push_cold(L, source, COLD_PIPES);
  if (lua_isnil(L, index)) {
    lua_pushnil(L);
  } else {
    add_to_index(L, index, self);
    push_of_index(L, index, true);
    lua_pushboolean(L, 1);
    lua_pushvalue(L, self);
    lua_rawset(L, index);
    lua_pushvalue(L, last);
    lua_setiuservalue(L, self, UV_PIPE_BEFORE);
  }
  lua_pushvalue(L, self);
  set_next(L, source, last);
  lnet_pipe_at(L, self)->listed = true;
  lua_settop(L, top);
}

void lnet_pipes_count_waiting(lua_State *L, int source, int change) {
  const int index = lua_gettop(L) + 1;
  push_cold(L, source, COLD_PIPES);
  if (!lua_isnil(L, index)) {
    push_of_index(L, index, false);
    lua_pushboolean(L, 0);
    lua_pushinteger(L, lua_tointeger(L, -2) + change);
    lua_rawset(L, index);
  }
  lua_settop(L, index - 1);
}

bool lnet_pipes_some_wait(lua_State *L, int source) {
  const int index = lua_gettop(L) + 1;
  bool some = false;
  push_cold(L, source, COLD_PIPES);
  if (!lua_isnil(L, index)) {
    push_of_index(L, index, false);
    some = lua_tointeger(L, -1) > 0;
  } else {
    push_first(L, source);
    some = !lua_isnil(L, -1) && lnet_pipe_at(L, -1)->waiting;
  }
  lua_settop(L, index - 1);
  return some;
}

void lnet_pipes_push_to(lua_State *L, int source, int dest) {
  const int found = lua_gettop(L) + 1;
  push_cold(L, source, COLD_PIPES);
  if (!lua_isnil(L, found)) {
    lua_pushvalue(L, dest);
    lua_rawget(L, found);
  } else {
    push_first(L, source);
    bool is = false;
    if (!lua_isnil(L, -1)) {
      lua_getiuservalue(L, -1, UV_PIPE_DEST);
      is = lua_rawequal(L, -1, dest) != 0;
      lua_pop(L, 1);
    }
    if (!is) lua_pushnil(L);
  }
  lua_replace(L, found);
  lua_settop(L, found);
}

/* Takes the pipe at `self`, the first one to its destination, at `dest`, out of the index.
   `before` and `next` are its neighbours, or nil. [-0, +0, -] */
static void take_from_index(lua_State *L, int index, int self, int dest, int before, int next) {
  lua_pushvalue(L, dest);
  lua_getiuservalue(L, self, UV_PIPE_SAME);
  lua_rawset(L, index);
  if (!lua_isnil(L, next)) {
    lua_pushvalue(L, before);
    lua_setiuservalue(L, next, UV_PIPE_BEFORE);
  } else {
    lua_pushboolean(L, 1);
    lua_pushvalue(L, before);
    lua_rawset(L, index);
  }
  for (int order = UV_PIPE_NEXT; order <= UV_PIPE_SAME; order++) {
    lua_pushnil(L);
    lua_setiuservalue(L, self, order);
  }
}

void lnet_pipes_take_out(lua_State *L, int source, int dest) {
  const int self = lua_gettop(L) + 1, before = self + 1, next = self + 2, index = self + 3;
  lnet_pipes_push_to(L, source, dest);
  if (lua_isnil(L, self)) return;
  lnet_pipe *pipe = lnet_pipe_at(L, self);
  if (pipe->waiting) lnet_pipes_count_waiting(L, source, -1);
  pipe->listed = false;
  lua_getiuservalue(L, self, UV_PIPE_BEFORE);
  lua_getiuservalue(L, self, UV_PIPE_NEXT);
  push_cold(L, source, COLD_PIPES);
  if (!lua_isnil(L, index)) { /* without an index it is the only pipe, which has no neighbours */
    take_from_index(L, index, self, dest, before, next);
    if (lua_isnil(L, before) && lua_isnil(L, next)) lnet_class_forget(L, source, COLD_PIPES);
  }
  lua_pushvalue(L, next);
  set_next(L, source, before);
  lua_settop(L, self);
}

void lnet_pipes_take_all(lua_State *L, int source) {
  const int first = lua_gettop(L) + 1;
  push_first(L, source);
  lnet_class_forget(L, source, COLD_PIPE);
  lnet_class_forget(L, source, COLD_PIPES);
  lua_pushvalue(L, first);
  for (; !lua_isnil(L, -1); lnet_pipes_step(L, UV_PIPE_NEXT))
    lnet_pipe_at(L, -1)->listed = false;
  lua_settop(L, first);
}
