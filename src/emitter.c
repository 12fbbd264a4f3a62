/* EventEmitter, as node v20 has it. What differs by contract: 'removeListener' comes for an only
   listener of a socket too, and the warning of many listeners is Lua's. */
#include "emitter.h"
#include "call.h"
#include "check.h"
#include "error.h"
#include "limit.h"
#include "report.h"
#include "tick.h"
#include "work.h"
#include <limits.h>

static bool emit(lua_State *L, lnet_listeners at, int key, int event, int nargs);

/* Whether somebody may listen to this event of ours; of a user's table nothing is known. */
static bool may_listen(lnet_listeners at, int event) {
  return at.base == NULL || lnet_listened(at.base, event);
}

/* Tells the class that a listener of the event was removed, or was not there. [-0, +0, e] */
static void tell_removed(lua_State *L, lnet_listeners at, int event) {
  if (at.base != NULL && lnet_emitter_watches(at.base, event))
    lnet_emitter_class_of(at.base)->removed(L, at.idx, at.base, event);
}

/* Removes a listener and tells the class and 'removeListener'. [-0, +0, e] */
static void remove_listener(lua_State *L, lnet_listeners at, int key, int event, int what) {
  const int top = lua_gettop(L), removed = top + 1;
  const bool tell = may_listen(at, LNET_EV_REMOVE_LISTENER);
  bool loose = false;
  if (lnet_listeners_remove(L, at, key, event, what, tell, &loose) && tell) {
    lua_pushinteger(L, LNET_EV_REMOVE_LISTENER);
    lnet_name_push(L, at.ctx, key);
    lua_pushvalue(L, removed);
    if (at.base != NULL) lnet_native_function(L, event);
    emit(L, at, removed + 1, LNET_EV_REMOVE_LISTENER, 2);
    lua_settop(L, top);
  }
  if (loose) lnet_listeners_settle(L, at, key);
  tell_removed(L, at, event);
}

/* Calls the listener at `listener` with copies of the nargs values from `first` on. native_too: a
   userdata there is one of ours; in a user's table, which can be altered, none is. [-0, +0, e] */
static void call_listener(lua_State *L, int listener, int event, int first, int nargs,
                          bool native_too) {
  luaL_checkstack(L, nargs + 4, "too many arguments");
  if (native_too && lua_type(L, listener) == LUA_TUSERDATA) {
    const lnet_native *native = lua_touserdata(L, listener);
    native->call(L, listener, event, first, nargs, true);
    return;
  }
  lua_pushvalue(L, listener);
  for (int i = 0; i < nargs; i++)
    lua_pushvalue(L, first + i);
  lua_call(L, nargs, 0);
}

/* Pushes a sequence of the listeners in the handler at idx, as they are. [-0, +1, m] */
static void push_copy(lua_State *L, int idx) {
  const int top = lua_gettop(L);
  lua_Integer count = -1;
  while (lnet_handler_count(L, idx) != count) { /* a finalizer may alter it */
    lua_settop(L, top);
    count = lnet_handler_count(L, idx);
    lua_createtable(L, count < INT_MAX ? (int)count : INT_MAX, 0);
  }
  lnet_walk walk = lnet_handler_walk(L, idx);
  for (lua_Integer i = 1; lnet_walk_next(L, &walk); i++)
    lua_rawseti(L, top + 1, i);
}

/* Calls all listeners in the handler on top, with the nargs values below it, where there are so
   many that the stack may have no room for all of them. [-0, +0, e] */
static void call_copies(lua_State *L, int event, int nargs, bool native_too) {
  const int handler = lua_gettop(L), copy = handler + 1, each = handler + 2;
  push_copy(L, handler);
  const lua_Integer count = (lua_Integer)lua_rawlen(L, copy);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, copy, i);
    call_listener(L, each, event, handler - nargs, nargs, native_too);
    lua_settop(L, copy);
  }
}

/* Calls all listeners in the handler on top, with the nargs values below it. [-0, +0, e] */
static void call_handler(lua_State *L, int event, int nargs, bool native_too) {
  const int handler = lua_gettop(L);
  const int first = handler - nargs;
  if (lua_type(L, handler) != LUA_TTABLE) {
    call_listener(L, handler, event, first, nargs, native_too);
    return;
  }
  const lnet_order *order = lnet_order_at(L, handler);
  const lua_Integer count = order != NULL ? order->count : (lua_Integer)lua_rawlen(L, handler);
  if (order != NULL || count > LNET_FEW) {
    call_copies(L, event, nargs, native_too);
    return;
  }
  luaL_checkstack(L, LNET_FEW + 4, "too many listeners");
  for (lua_Integer i = 1; i <= count; i++) /* a copy: what is removed now is still called */
    lua_rawgeti(L, handler, i);
  for (int i = 1; i <= count; i++)
    call_listener(L, handler + i, event, first, nargs, native_too);
}

/* Raises the value of an 'error' event that nobody listens to. [-0, +0, v] */
static void raise_unhandled(lua_State *L, const lnet_ctx *ctx, int value) {
  if (lnet_is_error(L, value)) {
    lua_pushvalue(L, value);
    if (ctx->depth == 0) lnet_report_prepare(L, ctx); /* else net.run raises it */
    lua_error(L);
  }
  const char *quote = lua_type(L, value) == LUA_TSTRING ? "'" : "";
  luaL_tolstring(L, value, NULL);
  lua_pushfstring(L, "Unhandled error. (%s", quote);
  lua_insert(L, -2);
  lua_pushfstring(L, "%s)", quote);
  lua_concat(L, 3);
  lnet_error_push_top(L, "Error", "ERR_UNHANDLED_ERROR");
  lua_pushvalue(L, value);
  lua_setfield(L, -2, "context");
  lua_error(L);
}

/* Emits the key at `key`, with the nargs values on top. [-nargs, +0, e] */
static bool emit(lua_State *L, lnet_listeners at, int key, int event, int nargs) {
  const int base = lua_gettop(L) - nargs;
  lnet_listeners_push(L, at, key, event);
  const bool listened = !lua_isnil(L, -1);
  if (listened) {
    call_handler(L, event, nargs, at.base != NULL);
  } else if (event == LNET_EV_ERROR) {
    if (nargs == 0) lua_pushnil(L);
    raise_unhandled(L, at.ctx, base + 1);
  }
  lua_settop(L, base);
  return listened;
}

bool lnet_emit_at(lua_State *L, lnet_emitting *base, int idx, int event, int nargs) {
  if (!lnet_listened(base, event) && event != LNET_EV_ERROR) {
    lua_pop(L, nargs);
    return false;
  }
  luaL_checkstack(L, 8, NULL);
  const lnet_listeners at = {base->object.ctx, base, lua_absindex(L, idx)};
  if (event == lnet_emitter_class_of(base)->hot) return emit(L, at, 0, event, nargs);
  lua_pushinteger(L, event);
  lua_insert(L, -nargs - 1);
  const int key = lua_gettop(L) - nargs;
  const bool listened = emit(L, at, key, event, nargs);
  lua_pop(L, 1);
  return listened;
}

void lnet_emit_hot_many(lua_State *L, int event, int handler) {
  if (!lua_isnil(L, handler)) {
    lua_pushvalue(L, handler);
    call_handler(L, event, 1, true);
  }
  lua_settop(L, handler - 1);
}

bool lnet_emit(lua_State *L, lnet_emitting *base, int event, int nargs) {
  if (!lnet_listened(base, event) && event != LNET_EV_ERROR) {
    lua_pop(L, nargs);
    return false;
  }
  lnet_object_push(L, &base->object);
  lua_insert(L, -nargs - 1);
  const bool listened = lnet_emit_at(L, base, lua_gettop(L) - nargs, event, nargs);
  lua_pop(L, 1);
  return listened;
}

struct plain {
  lnet_emitting *base;
  int event;
};

/* Protected: emits an event without arguments. [-0, +0, e] */
static int body_plain(lua_State *L) {
  const struct plain *p = lua_touserdata(L, 1);
  lnet_emit(L, p->base, p->event, 0);
  return 0;
}

void lnet_emit_plain_listened(lnet_emitting *base, int event) {
  struct plain p = {base, event};
  lnet_enter(base->object.ctx, body_plain, &p);
}

/* The emitter at 1, for what may call its listeners or change them. At the end of the state a
   socket or a server has no loop any more that could follow. [-0, +0, v] */
static lnet_listeners open_emitter(lua_State *L, lnet_ctx *ctx) {
  const lnet_listeners at = lnet_listeners_at(L, ctx, 1);
  if (at.base == NULL) return at;
  lnet_check_open(L, ctx);
  if (lnet_ticks_reserve(ctx) != 0) lnet_error_memory(L);
  return at;
}

/* The common call of on: the first listener of one of our events, which nobody is told of. Returns
   whether it is done. [-0, +0, e] */
static bool add_first(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  if (lua_gettop(L) != 3 || !lua_isfunction(L, 3)) return false;
  lnet_emitting *base = lnet_emitting_test(L, ctx, 1);
  const int event = lnet_name_event(ctx, lua_topointer(L, 2));
  if (base == NULL || event == LNET_EV_NONE || lnet_listened(base, event) ||
      lnet_listened(base, LNET_EV_NEW_LISTENER) || ctx->shut || lnet_ticks_reserve(ctx) != 0)
    return false;
  if (!lnet_listeners_add_first(L, base, 1, event, LUA_TFUNCTION)) return false;
  if (lnet_emitter_watches(base, event)) lnet_emitter_class_of(base)->added(L, 1, base, event);
  lua_pushvalue(L, 1);
  return true;
}

/* A listener is about to be put in front of a socket's own listener of 'end', which so far is none
   of the list: now it is, so that it is called in its place. [-0, +0, m] */
static void place_own(lua_State *L, lnet_listeners at, int key) {
  lnet_emitter_class_of(at.base)->push_own(L, at.idx);
  at.base->emitter.own_end = false;
  at.base->emitter.own_placed = true;
  lnet_listeners_add(L, at, key, LNET_EV_END, true);
}

/* Tells 'newListener', adds the listener at `listener`. [-0, +0, e] */
static void add_at(lua_State *L, lnet_listeners at, int key, int event, int listener, bool once,
                   bool prepend) {
  const int top = lua_gettop(L);
  if (may_listen(at, LNET_EV_NEW_LISTENER)) {
    lua_pushinteger(L, LNET_EV_NEW_LISTENER);
    lnet_name_push(L, at.ctx, key);
    lua_pushvalue(L, listener);
    if (at.base != NULL) lnet_native_function(L, event);
    emit(L, at, top + 1, LNET_EV_NEW_LISTENER, 2);
    lua_settop(L, top);
  }
  if (prepend && lnet_listeners_have_own(at, event)) place_own(L, at, key);
  if (once) {
    lnet_name_push(L, at.ctx, key);
    lnet_once_push(L, at.idx, lua_gettop(L), listener);
    lua_remove(L, -2);
  } else {
    lua_pushvalue(L, listener);
  }
  const lua_Integer count = lnet_listeners_add(L, at, key, event, prepend);
  if (!prepend && at.base != NULL && lnet_emitter_watches(at.base, event))
    lnet_emitter_class_of(at.base)->added(L, at.idx, at.base, event);
  lnet_limit_check(L, at, key, event, count);
}

/* on and its relatives. The listener is at 3. [-0, +0, e] */
static void add(lua_State *L, bool once, bool prepend) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lua_settop(L, 3);
  const lnet_listeners at = open_emitter(L, ctx);
  lnet_check_function(L, 3, "listener");
  lua_pushvalue(L, 2);
  const int event = lnet_name_to_key(L, ctx, 4);
  add_at(L, at, 4, event, 3, once, prepend);
  lua_settop(L, 1);
}

void lnet_emitter_add(lua_State *L, lnet_emitting *base, int idx, int event, int listener,
                      bool prepend) {
  const lnet_listeners at = {base->object.ctx, base, idx};
  if (lnet_ticks_reserve(at.ctx) != 0) lnet_error_memory(L);
  lua_pushinteger(L, event);
  add_at(L, at, lua_gettop(L), event, listener, false, prepend);
  lua_pop(L, 1);
}

void lnet_emitter_remove(lua_State *L, lnet_emitting *base, int idx, int event, int listener) {
  const lnet_listeners at = {base->object.ctx, base, idx};
  if (lnet_ticks_reserve(at.ctx) != 0) lnet_error_memory(L);
  lua_pushinteger(L, event);
  remove_listener(L, at, lua_gettop(L), event, listener);
  lua_pop(L, 1);
}

/***
Adds a listener at the end of the event's list. Source: node v20, emitter.on.
@function on
@param event the name
@tparam function listener gets the event's arguments
@return the emitter
@raise `ERR_INVALID_ARG_TYPE`
*/
int lnet_l_on(lua_State *L) {
  if (!add_first(L)) add(L, false, false);
  return 1;
}

/***
Adds a listener that is removed before its first call. Source: node v20, emitter.once.
@function once
@param event the name
@tparam function listener
@return the emitter
*/
int lnet_l_once(lua_State *L) {
  add(L, true, false);
  return 1;
}

/*** Adds a listener at the front. Source: node v20.
@function prependListener */
int lnet_l_prependListener(lua_State *L) {
  add(L, false, true);
  return 1;
}

/*** Adds a listener at the front that is called once. Source: node v20.
@function prependOnceListener */
int lnet_l_prependOnceListener(lua_State *L) {
  add(L, true, true);
  return 1;
}

/* Whether idx is the function that stands for a socket's own listener of 'end'. [-0, +0, -] */
static bool is_own_end(lua_State *L, lnet_listeners at, int event, int idx) {
  if (!lnet_listeners_have_own(at, event)) return false;
  lua_rawgeti(L, LUA_REGISTRYINDEX, at.ctx->fin_listener_ref);
  const bool same = lua_rawequal(L, -1, idx);
  lua_pop(L, 1);
  return same;
}

/***
Removes a listener, the one that was added last if it was added more than once.
Source: node v20, emitter.removeListener.
@function removeListener
@param event the name
@tparam function listener
@return the emitter
*/
int lnet_l_removeListener(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lua_settop(L, 3);
  const lnet_listeners at = open_emitter(L, ctx);
  lnet_check_function(L, 3, "listener");
  const int event = lnet_name_to_key(L, ctx, 2);
  if (is_own_end(L, at, event, 3))
    at.base->emitter.own_end = false;
  else
    remove_listener(L, at, 2, event, 3);
  lua_settop(L, 1);
  return 1;
}

/* Removes the listeners of the key one by one, the last first, telling 'removeListener'; none that
   is added meanwhile. [-0, +0, e] */
static void remove_each(lua_State *L, lnet_listeners at, int key, int event) {
  const int top = lua_gettop(L);
  lnet_listeners_push(L, at, key, event);
  push_copy(L, top + 1);
  for (lua_Integer i = (lua_Integer)lua_rawlen(L, top + 2); i >= 1; i--) {
    if (at.base != NULL && lnet_ticks_reserve(at.ctx) != 0) lnet_error_memory(L);
    lua_rawgeti(L, top + 2, i);
    remove_listener(L, at, key, event, top + 3);
    lua_settop(L, top + 2);
  }
  lua_settop(L, top);
}

/***
Removes all listeners of an event, or of all events. Source: node v20.
@function removeAllListeners
@param[opt] event the name
@return the emitter
*/
int lnet_l_removeAllListeners(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  const bool all = lua_isnoneornil(L, 2);
  lua_settop(L, 2);
  const lnet_listeners at = open_emitter(L, ctx);
  const int event = all ? 0 : lnet_name_to_key(L, ctx, 2);
  lua_pushinteger(L, LNET_EV_REMOVE_LISTENER);
  lnet_listeners_push(L, at, 3, LNET_EV_REMOVE_LISTENER);
  const bool telling = !lua_isnil(L, -1);
  lua_settop(L, 3);
  if (at.base != NULL && (all || event == LNET_EV_END)) at.base->emitter.own_end = false;
  if (telling && all) {
    lnet_listeners_keys(L, at);
    for (lua_Integer i = 1; lua_rawgeti(L, 4, i) != LUA_TNIL; i++) {
      const int each = lua_isinteger(L, 5) ? (int)lua_tointeger(L, 5) : 0;
      if (each != LNET_EV_REMOVE_LISTENER) remove_each(L, at, 5, each);
      lua_settop(L, 4);
    }
    lnet_listeners_clear(L, at, 0, 0);
  } else if (telling) {
    remove_each(L, at, 2, event);
  } else {
    lnet_listeners_clear(L, at, all ? 0 : 2, event);
  }
  if (all || event == LNET_EV_READABLE) tell_removed(L, at, LNET_EV_READABLE);
  lua_settop(L, 1);
  return 1;
}

/***
Calls the listeners of an event, in order. Source: node v20, emitter.emit.
@function emit
@param event the name
@param ... the arguments
@treturn boolean whether anyone listened
*/
int lnet_l_emit(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  if (lua_gettop(L) < 2) lua_settop(L, 2);
  const lnet_listeners at = lnet_listeners_at(L, ctx, 1);
  if (at.base != NULL) lnet_check_open(L, ctx);
  const int event = lnet_name_to_key(L, ctx, 2);
  const bool own = lnet_listeners_have_own(at, event);
  const bool listened = emit(L, at, 2, event, lua_gettop(L) - 2);
  lua_pushboolean(L, listened || own);
  return 1;
}

int lnet_l_emitKept(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  const int nargs = lua_gettop(L);
  lua_pushlightuserdata(L, ctx);
  lua_pushcclosure(L, lnet_l_emit, 1);
  lua_insert(L, 1);
  lnet_call_kept(L, ctx, nargs);
  return 0;
}

/* A sequence of the listeners, wrapped or not, of the emitter at 1 and the event at 2. [-0,+1,m] */
static int list_listeners(lua_State *L, bool unwrap) {
  enum { LIST = 3, COPY = 5, EACH = 6 };
  lnet_ctx *ctx = lnet_ctx_of(L);
  const lnet_listeners at = lnet_listeners_at(L, ctx, 1);
  const int event = lnet_name_to_key(L, ctx, 2);
  lua_newtable(L);
  lua_Integer count = 0;
  if (lnet_listeners_have_own(at, event)) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, ctx->fin_listener_ref);
    lua_rawseti(L, LIST, ++count);
  }
  lnet_listeners_push(L, at, 2, event);
  push_copy(L, LIST + 1);
  const lua_Integer len = (lua_Integer)lua_rawlen(L, COPY);
  for (lua_Integer i = 1; i <= len; i++) {
    lua_rawgeti(L, COPY, i);
    if (unwrap) {
      lnet_once_unwrap(L, EACH);
      lua_replace(L, EACH);
    }
    if (at.base != NULL) lnet_native_function(L, event);
    lua_rawseti(L, LIST, ++count);
  }
  lua_settop(L, LIST);
  return 1;
}

/*** The listeners of an event, a sequence. Source: node v20.
@function listeners */
int lnet_l_listeners(lua_State *L) {
  lua_settop(L, 2);
  return list_listeners(L, true);
}

/*** The same with the functions that `once` puts around its listeners. Source: node v20.
@function rawListeners */
int lnet_l_rawListeners(lua_State *L) {
  lua_settop(L, 2);
  return list_listeners(L, false);
}

/*** How many listeners an event has, or how often it has this one. Source: node v20.
@function listenerCount
@param event the name
@tparam[opt] function listener
@treturn integer */
int lnet_l_listenerCount(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lua_settop(L, 3);
  const lnet_listeners at = lnet_listeners_at(L, ctx, 1);
  const int event = lnet_name_to_key(L, ctx, 2);
  lnet_listeners_push(L, at, 2, event);
  if (lua_isnil(L, 3)) {
    lua_pushinteger(L, lnet_handler_count(L, 4) + (lnet_listeners_have_own(at, event) ? 1 : 0));
    return 1;
  }
  lua_Integer count = is_own_end(L, at, event, 3) ? 1 : 0;
  lnet_walk walk = lnet_handler_walk(L, 4);
  while (lnet_walk_next(L, &walk)) {
    if (lnet_listener_matches(L, 3)) count++;
    lua_pop(L, 1);
  }
  lua_pushinteger(L, count);
  return 1;
}

/*** The names of the events that have listeners, in order of coming. Source: node v20.
@function eventNames */
int lnet_l_eventNames(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lua_settop(L, 1);
  lnet_listeners_keys(L, lnet_listeners_at(L, ctx, 1));
  for (lua_Integer i = (lua_Integer)lua_rawlen(L, 2); i >= 1; i--) {
    lua_rawgeti(L, 2, i);
    lnet_name_push(L, ctx, 3);
    lua_rawseti(L, 2, i);
    lua_settop(L, 2);
  }
  return 1;
}

void lnet_emitter_init(lua_State *L, lnet_ctx *ctx) {
  const luaL_Reg methods[] = {LNET_EMITTER_METHODS, {NULL, NULL}};
  ctx->emit = lnet_l_emit;
  lnet_handler_init(L);
  lua_newtable(L);
  lnet_ctx_setfuncs(L, ctx, methods);
}
