/* The listeners of one emitter. The list is a sequence key, handler, key, handler, ... in order of
   coming, made when first needed; a userdata has it in the table in LNET_UV_MORE. A class's hot
   event has its handler in a user value of its own. While just one other event of ours has a
   listener, that stands in the table's place, or is in it under LNET_MORE_ONLY. */
#include "listeners.h"
#include "error.h"

static const char list_key = 0; /* where a user's table keeps its list */

lnet_listeners lnet_listeners_at(lua_State *L, lnet_ctx *ctx, int idx) {
  lnet_listeners at = {ctx, NULL, lua_absindex(L, idx)};
  if (lua_type(L, idx) == LUA_TTABLE) return at;
  at.base = lnet_emitting_test(L, ctx, idx);
  if (at.base == NULL) lnet_error_raise_this(L, "EventEmitter");
  return at;
}

/* Pushes the list, or nil. [-0, +1, -] */
static bool push_list(lua_State *L, lnet_listeners at) {
  if (at.base == NULL) return lua_rawgetp(L, at.idx, &list_key) == LUA_TTABLE;
  if (at.base->emitter.has_list) return lua_getiuservalue(L, at.idx, LNET_UV_MORE) == LUA_TTABLE;
  lua_pushnil(L);
  return false;
}

/* Pushes the only listener, or nil. [-0, +1, -] */
static void push_only(lua_State *L, lnet_listeners at) {
  if (lua_getiuservalue(L, at.idx, LNET_UV_MORE) != LUA_TTABLE) return;
  lua_rawgeti(L, -1, LNET_MORE_ONLY);
  lua_remove(L, -2);
}

/* Pushes the list, making it if need be. [-0, +1, m] */
static void need_list(lua_State *L, lnet_listeners at) {
  if (push_list(L, at)) return;
  lua_createtable(L, 4, 0);
  lua_replace(L, -2);
  if (push_list(L, at)) { /* a finalizer of the user's has come to need it meanwhile */
    lua_replace(L, -2);
    return;
  }
  lua_pop(L, 1);
  if (at.base == NULL) {
    lua_pushvalue(L, -1);
    lua_rawsetp(L, at.idx, &list_key);
    return;
  }
  lnet_emitter *e = &at.base->emitter;
  const bool table = lua_getiuservalue(L, at.idx, LNET_UV_MORE) == LUA_TTABLE;
  if (table)
    lua_replace(L, -2);
  else
    lua_pop(L, 1);
  if (e->only != 0) { /* the key last: without it nothing is in the list */
    push_only(L, at);
    lua_rawseti(L, -2, 2);
    lua_pushinteger(L, e->only);
    lua_rawseti(L, -2, 1);
  }
  if (!table) {
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, at.idx, LNET_UV_MORE);
  } else if (e->only != 0) {
    lua_pushnil(L);
    lua_rawseti(L, -2, LNET_MORE_ONLY);
  }
  e->only = 0;
  e->has_list = true;
}

/* The length of the list at `list`: two for each entry. [-0, +0, -] */
static lua_Integer length(lua_State *L, lnet_listeners at, int list) {
  if (at.base != NULL && at.base->emitter.listed < UINT8_MAX)
    return 2 * (lua_Integer)at.base->emitter.listed;
  return (lua_Integer)lua_rawlen(L, list);
}

/* Where the key stands in the list at `list`, or 0. [-0, +0, -] */
static lua_Integer find(lua_State *L, lnet_listeners at, int list, int key) {
  const lua_Integer len = length(L, at, list);
  const bool known = lua_isinteger(L, key) != 0; /* event numbers are quickly compared */
  const lua_Integer number = known ? lua_tointeger(L, key) : 0;
  for (lua_Integer i = 1; i < len; i += 2) {
    const int type = lua_rawgeti(L, list, i);
    const bool same = known ? type == LUA_TNUMBER && lua_tointeger(L, -1) == number
                            : lua_rawequal(L, -1, key) != 0;
    lua_pop(L, 1);
    if (same) return i;
  }
  return 0;
}

static bool is_hot(lnet_listeners at, int event) {
  return event != 0 && at.base != NULL && lnet_emitter_class_of(at.base)->hot == event;
}

static bool is_only(lnet_listeners at, int event) {
  return event != 0 && at.base != NULL && at.base->emitter.only == event;
}

static bool surely_none(lnet_listeners at, int event) {
  return event != 0 && at.base != NULL && (at.base->emitter.has & LNET_EVENT_BIT(event)) == 0;
}

void lnet_listeners_push(lua_State *L, lnet_listeners at, int key, int event) {
  if (surely_none(at, event)) {
    lua_pushnil(L);
  } else if (is_hot(at, event)) {
    lua_getiuservalue(L, at.idx, LNET_UV_HOT);
  } else if (is_only(at, event)) {
    push_only(L, at);
  } else if (push_list(L, at)) {
    const lua_Integer i = find(L, at, lua_gettop(L), key);
    if (i == 0)
      lua_pushnil(L);
    else
      lua_rawgeti(L, -1, i + 1);
    lua_remove(L, -2);
  }
}

/* The hot event's handler is the value on top now. [-1, +0, -] */
static void set_hot(lua_State *L, lnet_emitting *base, int idx) {
  const lnet_emitter_class *cls = lnet_emitter_class_of(base);
  if (cls->hot_changed != NULL) cls->hot_changed(L, base);
  lua_setiuservalue(L, idx, LNET_UV_HOT);
}

/* Whether a listener can stand in the table's place. [-0, +0, -] */
static bool is_vacant(lua_State *L, const lnet_emitter *e, int idx) {
  if (e->has_list || e->only != 0) return false;
  const bool vacant = lua_getiuservalue(L, idx, LNET_UV_MORE) == LUA_TNIL;
  lua_pop(L, 1);
  return vacant;
}

bool lnet_listeners_add_first(lua_State *L, lnet_emitting *base, int idx, int event) {
  lnet_emitter *e = &base->emitter;
  if (lnet_emitter_class_of(base)->hot == event) {
    e->hot_place = e->listed;
    set_hot(L, base, idx);
  } else if (is_vacant(L, e, idx)) {
    lua_setiuservalue(L, idx, LNET_UV_MORE);
    e->only = (uint8_t)event;
    e->listed = 1;
  } else {
    return false;
  }
  e->has |= LNET_EVENT_BIT(event);
  return true;
}

/* Puts the handler on top in place of the old one, or at the end. [-1, +0, m] */
static void put(lua_State *L, lnet_listeners at, int key, int event) {
  if (surely_none(at, event) && lnet_listeners_add_first(L, at.base, at.idx, event)) return;
  if (is_hot(at, event)) {
    set_hot(L, at.base, at.idx);
  } else {
    need_list(L, at);
    const int list = lua_gettop(L);
    lua_Integer i = surely_none(at, event) ? 0 : find(L, at, list, key);
    if (i == 0) {
      i = length(L, at, list) + 1;
      lua_pushvalue(L, list - 1);
      lua_rawseti(L, list, i + 1); /* behind a gap, so not there until the key is */
      lua_pushvalue(L, key);
      lua_rawseti(L, list, i);
      if (at.base != NULL && at.base->emitter.listed < UINT8_MAX) at.base->emitter.listed++;
    } else {
      lua_pushvalue(L, list - 1);
      lua_rawseti(L, list, i + 1);
    }
    lua_pop(L, 2);
  }
  if (event != 0 && at.base != NULL) at.base->emitter.has |= LNET_EVENT_BIT(event);
}

/* [-0, +0, -] */
static void forget_only(lua_State *L, lnet_listeners at) {
  const bool table = lua_getiuservalue(L, at.idx, LNET_UV_MORE) == LUA_TTABLE;
  lua_pushnil(L);
  if (table)
    lua_rawseti(L, -2, LNET_MORE_ONLY);
  else
    lua_setiuservalue(L, at.idx, LNET_UV_MORE);
  lua_pop(L, 1);
  at.base->emitter.only = 0;
  at.base->emitter.listed = at.base->emitter.hot_place = 0;
}

/* Takes the key and its handler out. [-0, +0, -] */
static void drop(lua_State *L, lnet_listeners at, int key, int event) {
  if (event != 0 && at.base != NULL) at.base->emitter.has &= ~LNET_EVENT_BIT(event);
  if (is_hot(at, event)) {
    lua_pushnil(L);
    set_hot(L, at.base, at.idx);
    return;
  }
  if (is_only(at, event)) {
    forget_only(L, at);
    return;
  }
  if (!push_list(L, at)) {
    lua_pop(L, 1);
    return;
  }
  const int list = lua_gettop(L);
  const lua_Integer len = length(L, at, list);
  const lua_Integer i = find(L, at, list, key);
  for (lua_Integer from = i + 2; i != 0 && from <= len; from++) {
    lua_rawgeti(L, list, from);
    lua_rawseti(L, list, from - 2);
  }
  for (lua_Integer last = len; i != 0 && last > len - 2; last--) {
    lua_pushnil(L);
    lua_rawseti(L, list, last);
  }
  if (i != 0 && at.base != NULL) {
    if (at.base->emitter.listed < UINT8_MAX) at.base->emitter.listed--;
    if ((i - 1) / 2 < at.base->emitter.hot_place) at.base->emitter.hot_place--;
  }
  lua_pop(L, 1);
}

void lnet_listeners_add(lua_State *L, lnet_listeners at, int key, int event, bool prepend) {
  if (surely_none(at, event) && lnet_listeners_add_first(L, at.base, at.idx, event)) return;
  if (!is_hot(at, event)) { /* what it takes is there before the look */
    need_list(L, at);
    lua_pop(L, 1);
  }
  lnet_listeners_push(L, at, key, event);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    put(L, at, key, event);
    return;
  }
  if (lua_type(L, -1) != LUA_TTABLE) { /* the second one: make a sequence */
    lua_createtable(L, 2, 0);
    lnet_listeners_push(L, at, key, event);
    const bool same = lua_rawequal(L, -1, -3);
    lua_pop(L, 1);
    if (!same) { /* a finalizer has added one, or removed that */
      lua_pop(L, 2);
      lnet_listeners_add(L, at, key, event, prepend);
      return;
    }
    lua_insert(L, -2);
    lua_rawseti(L, -2, prepend ? 2 : 1);
    lua_pushvalue(L, -2);
    lua_rawseti(L, -2, prepend ? 1 : 2);
    put(L, at, key, event);
    lua_pop(L, 1);
    return;
  }
  const int list = lua_gettop(L);
  const lua_Integer len = (lua_Integer)lua_rawlen(L, list);
  lua_pushvalue(L, list - 1);
  lua_rawseti(L, list, len + 1);
  for (lua_Integer i = len; prepend && i >= 1; i--) {
    lua_rawgeti(L, list, i);
    lua_rawseti(L, list, i + 1);
  }
  if (prepend) {
    lua_pushvalue(L, list - 1);
    lua_rawseti(L, list, 1);
  }
  lua_pop(L, 2);
}

/* Upvalues of a once wrapper. */
enum { ONCE_LISTENER = 1, ONCE_EMITTER = 2, ONCE_NAME = 3, ONCE_FIRED = 4, ONCE_UPVALUES = 4 };

/* A once wrapper: emitter:removeListener(name, wrapper), then the listener. */
static int l_once(lua_State *L) {
  lua_Debug ar;
  const int nargs = lua_gettop(L);
  if (lua_toboolean(L, lua_upvalueindex(ONCE_FIRED))) return 0;
  luaL_checkstack(L, nargs + 6, "too many arguments");
  lua_pushvalue(L, lua_upvalueindex(ONCE_LISTENER));
  lua_insert(L, 1);
  lua_getfield(L, lua_upvalueindex(ONCE_EMITTER), "removeListener");
  lua_pushvalue(L, lua_upvalueindex(ONCE_EMITTER));
  lua_pushvalue(L, lua_upvalueindex(ONCE_NAME));
  lua_getstack(L, 0, &ar);
  lua_getinfo(L, "f", &ar); /* the wrapper itself */
  lua_call(L, 3, 0);
  lua_pushboolean(L, 1);
  lua_replace(L, lua_upvalueindex(ONCE_FIRED));
  lua_call(L, nargs, 0);
  return 0;
}

void lnet_once_push(lua_State *L, lnet_listeners at, int key, int listener) {
  lua_pushvalue(L, listener);
  lua_pushvalue(L, at.idx);
  lnet_name_push(L, at.ctx, key);
  lua_pushboolean(L, 0);
  lua_pushcclosure(L, l_once, ONCE_UPVALUES);
}

void lnet_once_unwrap(lua_State *L, int idx) {
  idx = lua_absindex(L, idx);
  if (lua_tocfunction(L, idx) != l_once || lua_getupvalue(L, idx, ONCE_LISTENER) == NULL)
    lua_pushvalue(L, idx);
}

/* Upvalues of the function that stands for a userdata. */
enum { NATIVE_SELF = 1, NATIVE_EVENT = 2 };

static int l_native(lua_State *L) {
  const int nargs = lua_gettop(L);
  lua_pushvalue(L, lua_upvalueindex(NATIVE_SELF));
  const lnet_native *native = lua_touserdata(L, -1);
  const int event = (int)lua_tointeger(L, lua_upvalueindex(NATIVE_EVENT));
  native->call(L, nargs + 1, event, 1, nargs, false);
  return 0;
}

void lnet_native_function(lua_State *L, int event) {
  if (lua_type(L, -1) != LUA_TUSERDATA) return;
  lua_pushinteger(L, event);
  lua_pushcclosure(L, l_native, 2);
}

/* Whether the function at `what` stands for the userdata on top. [-0, +0, -] */
static bool stands_for(lua_State *L, int what) {
  if (lua_type(L, -1) != LUA_TUSERDATA || lua_tocfunction(L, what) != l_native ||
      lua_getupvalue(L, what, NATIVE_SELF) == NULL)
    return false;
  const bool same = lua_rawequal(L, -1, -2);
  lua_pop(L, 1);
  return same;
}

/* Whether the listener on top is `what` or wraps it. [-0, +0, -] */
static bool matches(lua_State *L, int what) {
  if (lua_rawequal(L, -1, what) || stands_for(L, what)) return true;
  lnet_once_unwrap(L, -1);
  const bool same = lua_rawequal(L, -1, what);
  lua_pop(L, 1);
  return same;
}

/* Takes position i out of the sequence on top; a single one that is left stands alone again.
   [-1, +0, -] */
static void take_out(lua_State *L, lnet_listeners at, int key, int event, lua_Integer i) {
  const int list = lua_gettop(L);
  const lua_Integer len = (lua_Integer)lua_rawlen(L, list);
  for (; i < len; i++) {
    lua_rawgeti(L, list, i + 1);
    lua_rawseti(L, list, i);
  }
  lua_pushnil(L);
  lua_rawseti(L, list, len);
  if (len == 2) {
    lua_rawgeti(L, list, 1);
    put(L, at, key, event);
  }
  lua_pop(L, 1);
}

bool lnet_listeners_remove(lua_State *L, lnet_listeners at, int key, int event, int what) {
  lnet_listeners_push(L, at, key, event);
  if (lua_type(L, -1) != LUA_TTABLE) {
    if (lua_isnil(L, -1) || !matches(L, what)) {
      lua_pop(L, 1);
      return false;
    }
    drop(L, at, key, event);
    if (event == LNET_EV_END && at.base != NULL && at.base->emitter.own_end)
      lua_pushvalue(L, what); /* to node it is one of two */
    else
      lnet_once_unwrap(L, -1);
    lua_remove(L, -2);
    return true;
  }
  const int list = lua_gettop(L);
  for (lua_Integer i = (lua_Integer)lua_rawlen(L, list); i >= 1; i--) {
    lua_rawgeti(L, list, i);
    if (matches(L, what)) { /* as node: here the value that was asked for is told */
      lua_pushvalue(L, what);
      lua_replace(L, -2);
      lua_insert(L, list);
      take_out(L, at, key, event, i);
      return true;
    }
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return false;
}

void lnet_listeners_clear(lua_State *L, lnet_listeners at, int key, int event) {
  if (key != 0) {
    drop(L, at, key, event);
    return;
  }
  if (push_list(L, at)) {
    for (lua_Integer i = (lua_Integer)lua_rawlen(L, -1); i >= 1; i--) {
      lua_pushnil(L);
      lua_rawseti(L, -2, i);
    }
  }
  lua_pop(L, 1);
  if (at.base == NULL) return;
  if (at.base->emitter.only != 0) forget_only(L, at);
  at.base->emitter.has = 0;
  at.base->emitter.listed = 0;
  lua_pushnil(L);
  set_hot(L, at.base, at.idx);
}

void lnet_listeners_keys(lua_State *L, lnet_listeners at) {
  lua_newtable(L);
  const int keys = lua_gettop(L);
  const bool has_list = push_list(L, at);
  const int list = lua_gettop(L);
  const lnet_emitter *e = at.base != NULL ? &at.base->emitter : NULL;
  const int hot_event = e != NULL ? lnet_emitter_class_of(at.base)->hot : 0;
  const int hot = e != NULL && (e->has & LNET_EVENT_BIT(hot_event)) != 0 ? hot_event : 0;
  const int only = e != NULL ? e->only : 0;
  const lua_Integer entries = has_list ? length(L, at, list) / 2 : only != 0;
  lua_Integer count = 0;
  if (e != NULL && e->own_end) {
    lua_pushinteger(L, LNET_EV_END);
    lua_rawseti(L, keys, ++count);
  }
  for (lua_Integer i = 0; i <= entries; i++) {
    if (hot != 0 && (i == e->hot_place || (i == entries && e->hot_place > entries))) {
      lua_pushinteger(L, hot);
      lua_rawseti(L, keys, ++count);
    }
    if (i == entries) break;
    if (only != 0)
      lua_pushinteger(L, only);
    else
      lua_rawgeti(L, list, 2 * i + 1);
    const bool is_end = lua_isinteger(L, -1) && lua_tointeger(L, -1) == LNET_EV_END;
    if (e != NULL && e->own_end && is_end)
      lua_pop(L, 1);
    else
      lua_rawseti(L, keys, ++count);
  }
  lua_settop(L, keys);
}

lua_Integer lnet_handler_count(lua_State *L, int idx) {
  if (lua_isnil(L, idx)) return 0;
  return lua_type(L, idx) == LUA_TTABLE ? (lua_Integer)lua_rawlen(L, idx) : 1;
}

void lnet_listeners_push_max(lua_State *L, lnet_listeners at) {
  if (push_list(L, at)) {
    lua_getfield(L, -1, "max");
    lua_remove(L, -2);
  }
}

void lnet_listeners_set_max(lua_State *L, lnet_listeners at) {
  need_list(L, at);
  lua_insert(L, -2);
  lua_setfield(L, -2, "max");
  lua_pop(L, 1);
}
