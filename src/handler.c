/* One event's handler. Few listeners are a sequence. Many are in a table where each has the number
   of a place in an lnet_order, which knows them by their addresses: the listener's own, and that of
   the function that once has wrapped. */
#include "handler.h"
#include "work.h"

static const char order_key = 0;  /* where a table has its order; the metatable in the registry */
static const char warned_key = 0; /* set in a handler that a warning was given about */

/* ---- once, and userdata that listen ---- */

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

void lnet_once_push(lua_State *L, int emitter, int name, int listener) {
  lua_pushvalue(L, listener);
  lua_pushvalue(L, emitter);
  lua_pushvalue(L, name);
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

/* The address of the userdata that the function at idx stands for, or NULL. [-0, +0, -] */
static const void *stood_for(lua_State *L, int idx) {
  if (lua_tocfunction(L, idx) != l_native || lua_getupvalue(L, idx, NATIVE_SELF) == NULL)
    return NULL;
  const void *self = lua_topointer(L, -1);
  lua_pop(L, 1);
  return self;
}

/* The address that tells the listener at idx from others, and that of the one that it wraps, which
   may be the same. [-0, +0, -] */
static const void *address_of(lua_State *L, int idx) {
  return lua_topointer(L, idx);
}
static const void *wrapped_address_of(lua_State *L, int idx) {
  lnet_once_unwrap(L, idx);
  const void *wrapped = lua_topointer(L, -1);
  lua_pop(L, 1);
  return wrapped;
}

bool lnet_listener_matches(lua_State *L, int what) {
  const void *address = address_of(L, what);
  if (address_of(L, -1) == address || wrapped_address_of(L, -1) == address) return true;
  return lua_type(L, -1) == LUA_TUSERDATA && stood_for(L, what) == address_of(L, -1);
}

/* ---- tables with an order ---- */

uint32_t lnet_order_places(lua_Integer count) {
  uint32_t capacity = 2 * LNET_FEW;
  while (capacity < 2 * count)
    capacity *= 2;
  return capacity;
}

void lnet_order_give(lua_State *L, uint32_t capacity, bool known) {
  lnet_order_init(lua_newuserdatauv(L, lnet_order_size(capacity, known), 0), capacity, known);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &order_key);
  lua_setmetatable(L, -2);
  lua_rawsetp(L, -2, &order_key);
}

lnet_order *lnet_order_at(lua_State *L, int idx) {
  lnet_order *o = NULL;
  if (lua_rawgetp(L, idx, &order_key) != LUA_TUSERDATA) {
    lua_pop(L, 1);
    return NULL;
  }
  const int top = lua_gettop(L) - 1;
  if (lua_getmetatable(L, -1) && lua_rawgetp(L, -1, &order_key) == LUA_TBOOLEAN)
    o = lua_touserdata(L, top + 1);
  const size_t size = lua_rawlen(L, top + 1);
  if (o != NULL && (size < sizeof *o || size != lnet_order_size(o->capacity, o->known))) o = NULL;
  lua_settop(L, top);
  return o;
}

void lnet_handler_init(lua_State *L) {
  lua_newtable(L);
  lua_pushboolean(L, 1);
  lua_rawsetp(L, -2, &order_key);
  lua_pushboolean(L, 0); /* getmetatable gives nothing that could be changed */
  lua_setfield(L, -2, "__metatable");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &order_key);
}

/* ---- handlers ---- */

lua_Integer lnet_handler_count(lua_State *L, int idx) {
  if (lua_type(L, idx) != LUA_TTABLE) return lua_isnil(L, idx) ? 0 : 1;
  const lnet_order *o = lnet_order_at(L, idx);
  return o != NULL ? (lua_Integer)o->count : (lua_Integer)lua_rawlen(L, idx);
}

lnet_walk lnet_handler_walk(lua_State *L, int handler) {
  lnet_walk walk = {.handler = lua_absindex(L, handler)};
  if (lua_type(L, handler) == LUA_TTABLE) walk.order = lnet_order_at(L, walk.handler);
  if (walk.order == NULL) walk.end = lnet_handler_count(L, walk.handler);
  return walk;
}

bool lnet_walk_next(lua_State *L, lnet_walk *walk) {
  if (walk->order != NULL) {
    walk->at = lnet_order_next(walk->order, (uint32_t)walk->at);
    if (walk->at == 0) return false;
  } else if (walk->at++ == walk->end) {
    return false;
  }
  if (lua_type(L, walk->handler) == LUA_TTABLE)
    lua_rawgeti(L, walk->handler, walk->at);
  else
    lua_pushvalue(L, walk->handler);
  return true;
}

void lnet_handler_first(lua_State *L, int idx) {
  lnet_walk walk = lnet_handler_walk(L, idx);
  if (!lnet_walk_next(L, &walk)) lua_pushnil(L);
}

/* Adds a listener to a handler that is a sequence, if it has room. [-0, +0, m] */
static bool add_to_few(lua_State *L, int idx, int listener, bool prepend) {
  const lua_Integer len = (lua_Integer)lua_rawlen(L, idx);
  if (len >= LNET_FEW) return false;
  lua_pushvalue(L, listener);
  lua_rawseti(L, idx, len + 1); /* first what may raise */
  if (!prepend) return true;
  for (lua_Integer i = len; i >= 1; i--) {
    lua_rawgeti(L, idx, i);
    lua_rawseti(L, idx, i + 1);
  }
  lua_pushvalue(L, listener);
  lua_rawseti(L, idx, 1);
  return true;
}

bool lnet_handler_add(lua_State *L, int idx, int listener, bool prepend) {
  if (lua_type(L, idx) != LUA_TTABLE) return false;
  idx = lua_absindex(L, idx);
  lnet_order *o = lnet_order_at(L, idx);
  if (o == NULL) return add_to_few(L, idx, listener, prepend);
  if (o->vacant == 0) return false;
  lua_pushvalue(L, listener);
  lua_rawseti(L, idx, o->vacant);
  lnet_order_take(o, prepend, address_of(L, listener), wrapped_address_of(L, listener));
  return true;
}

/* Takes position i out of the sequence at idx. [-0, +0, -] */
static void shift_down(lua_State *L, int idx, lua_Integer i) {
  const lua_Integer len = (lua_Integer)lua_rawlen(L, idx);
  for (; i < len; i++) {
    lua_rawgeti(L, idx, i + 1);
    lua_rawseti(L, idx, i);
  }
  lua_pushnil(L);
  lua_rawseti(L, idx, len);
}

static bool remove_from_few(lua_State *L, int idx, int what) {
  for (lua_Integer i = (lua_Integer)lua_rawlen(L, idx); i >= 1; i--) {
    lua_rawgeti(L, idx, i);
    const bool found = lnet_listener_matches(L, what);
    lua_pop(L, 1);
    if (!found) continue;
    shift_down(L, idx, i);
    return true;
  }
  return false;
}

bool lnet_handler_remove(lua_State *L, int idx, int what) {
  idx = lua_absindex(L, idx);
  lnet_order *o = lnet_order_at(L, idx);
  if (o == NULL) return remove_from_few(L, idx, what);
  const uint32_t before = o->looked;
  uint32_t place = lnet_order_find(o, address_of(L, what));
  if (place == 0) place = lnet_order_find(o, stood_for(L, what));
  lnet_work(L, o->looked - before);
  if (place == 0) return false;
  lnet_order_free(o, place);
  lua_pushnil(L);
  lua_rawseti(L, idx, place);
  return true;
}

bool lnet_handler_is_loose(lua_State *L, int idx) {
  const lnet_order *o = lua_type(L, idx) == LUA_TTABLE ? lnet_order_at(L, idx) : NULL;
  return o != NULL && lnet_order_is_loose(o);
}

void lnet_handler_make(lua_State *L, lua_Integer count) {
  if (count < LNET_FEW) {
    lua_createtable(L, count < 2 ? 2 : LNET_FEW, 0);
    return;
  }
  const uint32_t capacity = lnet_order_places(count);
  lua_createtable(L, (int)capacity, 2);
  lnet_order_give(L, capacity, true);
}

void lnet_handler_fill(lua_State *L, int from, int to) {
  from = lua_absindex(L, from);
  to = lua_absindex(L, to);
  if (lua_type(L, from) == LUA_TTABLE && lnet_handler_is_warned(L, from))
    lnet_handler_set_warned(L, to);
  lnet_walk walk = lnet_handler_walk(L, from);
  while (lnet_walk_next(L, &walk)) {
    lnet_handler_add(L, to, lua_gettop(L), false);
    lua_pop(L, 1);
  }
}

bool lnet_handler_is_warned(lua_State *L, int idx) {
  const bool warned = lua_rawgetp(L, idx, &warned_key) != LUA_TNIL;
  lua_pop(L, 1);
  return warned;
}

void lnet_handler_set_warned(lua_State *L, int idx) {
  idx = lua_absindex(L, idx);
  lua_pushboolean(L, 1);
  lua_rawsetp(L, idx, &warned_key);
}
