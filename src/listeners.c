/* The listeners of one emitter. The list is a sequence key, handler, key, handler, ... in order of
   coming, made when first needed; a userdata has it in the table in LNET_UV_MORE. A class's hot
   event has its handler in a user value of its own. While just one other event of ours has a
   listener, that stands in the table's place, or is in it under LNET_MORE_ONLY.

   With more than LNET_FEW events all of them go into a table of many (many.h), under
   LNET_MORE_NAMES in the list, until none is left; the hot event has its place there, and `true`
   for a handler.

   Only what makes a table, a userdata or a function may run a finalizer of the user's, which may do
   anything to this emitter. So room is made first, and looked at again; then nothing is made until
   the change is done. */
#include "listeners.h"
#include "error.h"
#include "many.h"
#include "work.h"

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

/* Pushes the table of many that is in the list at `list`, or pushes nothing and returns false.
   [-0, +0|1, -] */
static bool push_many(lua_State *L, lnet_listeners at, int list) {
  if (at.base != NULL && !at.base->emitter.many) return false;
  if (lua_rawgeti(L, list, LNET_MORE_NAMES) == LUA_TTABLE) return true;
  lua_pop(L, 1);
  return false;
}

/* The length of the list at `list`: two for each entry. [-0, +0, -] */
static lua_Integer length(lua_State *L, lnet_listeners at, int list) {
  if (at.base != NULL) return 2 * (lua_Integer)at.base->emitter.listed;
  return (lua_Integer)lua_rawlen(L, list);
}

/* Where the key stands in the list at `list`, or 0. [-0, +0, -] */
static lua_Integer find_in_list(lua_State *L, int list, lua_Integer len, int key, int event) {
  for (lua_Integer i = 1; i < len; i += 2) {
    const int type = lua_rawgeti(L, list, i);
    const bool same = event != 0 ? type == LUA_TNUMBER && lua_tointeger(L, -1) == event
                                 : lua_rawequal(L, -1, key) != 0;
    lua_pop(L, 1);
    if (same) return i;
  }
  return 0;
}

/* Where a key stands. */
typedef struct position {
  int table;     /* index of the list, or of its table of many */
  lua_Integer i; /* of the key, behind which its handler is; 0: it has none */
  bool in_many;
} position;

/* Pushes the table that the key stands in, or nil. [-0, +1, -] */
static position push_position(lua_State *L, lnet_listeners at, int key, int event) {
  position p = {.table = lua_gettop(L) + 1};
  if (!push_list(L, at)) return p;
  const lua_Integer len = length(L, at, p.table);
  if (len > 0) {
    p.i = find_in_list(L, p.table, len, key, event);
  } else if (push_many(L, at, p.table)) {
    lua_replace(L, p.table);
    p.i = lnet_many_find(L, key);
    p.in_many = true;
  }
  return p;
}

/* Pushes the handler that is there, or nil. [-0, +1, -] */
static void push_handler(lua_State *L, position p) {
  if (p.i != 0)
    lua_rawgeti(L, p.table, p.i + 1);
  else
    lua_pushnil(L);
}

static bool is_hot(lnet_listeners at, int event) {
  return event != 0 && at.base != NULL && lnet_emitter_class_of(at.base)->hot == event;
}

static bool is_only(lnet_listeners at, int event) {
  return event != 0 && at.base != NULL && at.base->emitter.only == event;
}

/* Whether the event's handler is not in the list. */
static bool has_own_place(lnet_listeners at, int event) {
  return is_hot(at, event) || is_only(at, event);
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
  } else {
    const position p = push_position(L, at, key, event);
    push_handler(L, p);
    lua_replace(L, p.table);
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

bool lnet_listeners_add_first(lua_State *L, lnet_emitting *base, int idx, int event, int type) {
  lnet_emitter *e = &base->emitter;
  if (e->many) return false;
  if (lnet_emitter_class_of(base)->hot == event) {
    e->hot_place = e->listed;
    if (type == LUA_TFUNCTION)
      lua_setiuservalue(L, idx, LNET_UV_HOT);
    else
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

/* Copies what is in the list at `list` into the table of many on top. [-0, +0, m] */
static void copy_list(lua_State *L, lnet_listeners at, int list) {
  const lnet_emitter *e = at.base != NULL ? &at.base->emitter : NULL;
  const int hot_event = e != NULL ? lnet_emitter_class_of(at.base)->hot : 0;
  const bool hot = e != NULL && (e->has & LNET_EVENT_BIT(hot_event)) != 0;
  const int to = lua_gettop(L);
  const lua_Integer entries = length(L, at, list) / 2;
  for (lua_Integer i = 0; i <= entries; i++) {
    if (hot && i == e->hot_place) {
      lua_pushinteger(L, hot_event);
      lua_pushvalue(L, to);
      lua_pushboolean(L, 1);
      lnet_many_append(L, to + 1);
      lua_settop(L, to);
    }
    if (i == entries) break;
    lua_rawgeti(L, list, 2 * i + 1);
    lua_pushvalue(L, to);
    lua_rawgeti(L, list, 2 * i + 2);
    if (!lua_isnil(L, to + 1)) lnet_many_append(L, to + 1);
    lua_settop(L, to);
  }
}

/* The table of many on top is the one of the list at `list` from now on, whose own entries go.
   [-1, +0, m] */
static void set_many(lua_State *L, lnet_listeners at, int list) {
  const lua_Integer len = length(L, at, list);
  lua_rawseti(L, list, LNET_MORE_NAMES); /* first what may raise */
  for (lua_Integer i = len; i >= 1; i--) {
    lua_pushnil(L);
    lua_rawseti(L, list, i);
  }
  if (at.base == NULL) return;
  at.base->emitter.many = true;
  at.base->emitter.listed = at.base->emitter.hot_place = 0;
}

/* How many keys the list on top has, in itself or in its table of many; *full: it has no room for
   another one, *loose: it has far too much. [-0, +0, -] */
static lua_Integer measure(lua_State *L, lnet_listeners at, bool *full, bool *loose) {
  const int list = lua_gettop(L);
  const lua_Integer entries = length(L, at, list) / 2;
  *full = entries >= LNET_FEW;
  *loose = false;
  if (entries > 0 || !push_many(L, at, list)) return entries;
  const lnet_order *o = lnet_order_at(L, list + 1);
  lua_pop(L, 1);
  *full = o == NULL || o->vacant == 0;
  *loose = o != NULL && lnet_many_is_loose(o);
  return o != NULL ? (lua_Integer)o->count : 0;
}

/* Puts the keys of the list on top into a new table of many, unless a finalizer has altered it
   meanwhile. [-0, +0, m] */
static void rebuild(lua_State *L, lnet_listeners at, lua_Integer count) {
  bool full = false;
  bool loose = false;
  const int list = lua_gettop(L);
  lnet_many_make(L, count);
  const bool same = push_list(L, at) && lua_rawequal(L, -1, list) &&
                    measure(L, at, &full, &loose) == count && (full || loose);
  lua_pop(L, 1);
  if (same && length(L, at, list) == 0 && push_many(L, at, list)) {
    lua_insert(L, -2);
    lnet_many_copy(L, list + 1);
    lua_remove(L, list + 1);
  } else if (same) {
    copy_list(L, at, list);
  }
  if (same) set_many(L, at, list);
  lua_settop(L, list);
}

/* Makes a list if need be, and room in it for another key. [-0, +0, m] */
static void need_room(lua_State *L, lnet_listeners at) {
  bool full = true;
  bool loose = false;
  while (full) {
    need_list(L, at);
    const lua_Integer count = measure(L, at, &full, &loose);
    if (full) rebuild(L, at, count);
    lua_pop(L, 1);
  }
}

/* ---- adding and removing ---- */

/* Adds the key with the handler on top. Returns false, nothing added, where there is no list or no
   room in it. [-1, +0, m] */
static bool append(lua_State *L, lnet_listeners at, int key) {
  const int handler = lua_gettop(L), list = handler + 1;
  bool added = false;
  if (push_list(L, at)) {
    const lua_Integer len = length(L, at, list);
    if (len == 0 && push_many(L, at, list)) {
      lua_pushvalue(L, handler);
      added = lnet_many_append(L, key);
    } else if (len / 2 < LNET_FEW) {
      lua_pushvalue(L, handler);
      lua_rawseti(L, list, len + 2); /* behind a gap, so not there until the key is */
      lua_pushvalue(L, key);
      lua_rawseti(L, list, len + 1);
      if (at.base != NULL) at.base->emitter.listed++;
      added = true;
    }
  }
  lua_settop(L, handler - 1);
  return added;
}

/* Adds the key, which has no handler, with the one on top. Returns as above. [-1, +0, m] */
static bool add_key(lua_State *L, lnet_listeners at, int key, int event) {
  bool added = true;
  if (!is_hot(at, event)) {
    added = append(L, at, key);
  } else {
    if (at.base->emitter.many) {
      lua_pushboolean(L, 1);
      added = append(L, at, key);
    }
    if (added)
      set_hot(L, at.base, at.idx);
    else
      lua_pop(L, 1);
  }
  if (added && event != 0 && at.base != NULL) at.base->emitter.has |= LNET_EVENT_BIT(event);
  return added;
}

/* Puts the handler on top in the place of the one that the key has there, or of the hot event's.
   [-1, +0, -] */
static void put(lua_State *L, lnet_listeners at, position p, int event) {
  if (is_hot(at, event))
    set_hot(L, at.base, at.idx);
  else if (p.i != 0)
    lua_rawseti(L, p.table, p.i + 1);
  else
    lua_pop(L, 1);
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

/* The list at `list` has no table of many any more. [-0, +0, -] */
static void forget_many(lua_State *L, lnet_listeners at, int list) {
  lua_pushnil(L);
  lua_rawseti(L, list, LNET_MORE_NAMES);
  if (at.base != NULL) at.base->emitter.many = false;
}

/* Takes the entry at i out of the list at `list`. [-0, +0, -] */
static void drop_from_list(lua_State *L, lnet_listeners at, int list, lua_Integer i) {
  const lua_Integer len = length(L, at, list);
  for (lua_Integer from = i + 2; from <= len; from++) {
    lua_rawgeti(L, list, from);
    lua_rawseti(L, list, from - 2);
  }
  for (lua_Integer last = len; last > len - 2; last--) {
    lua_pushnil(L);
    lua_rawseti(L, list, last);
  }
  if (at.base == NULL) return;
  at.base->emitter.listed--;
  if ((i - 1) / 2 < at.base->emitter.hot_place) at.base->emitter.hot_place--;
}

/* Takes the key and its handler out from there. *loose is as above. [-0, +0, -] */
static void drop_entry(lua_State *L, lnet_listeners at, int key, position p, bool *loose) {
  if (p.i == 0) return;
  if (!p.in_many) {
    drop_from_list(L, at, p.table, p.i);
    return;
  }
  const int top = lua_gettop(L);
  lua_pushvalue(L, p.table);
  const bool last = lnet_many_drop(L, key, p.i, loose) == 0;
  if (last && push_list(L, at)) forget_many(L, at, lua_gettop(L));
  lua_settop(L, top);
}

/* Takes the key and its handler out from p, or from the event's own place where it has one.
   [-0, +0, -] */
static void drop_from(lua_State *L, lnet_listeners at, int key, int event, position p,
                      bool *loose) {
  if (event != 0 && at.base != NULL) at.base->emitter.has &= ~LNET_EVENT_BIT(event);
  if (event == LNET_EV_END && at.base != NULL) at.base->emitter.warned = false;
  if (is_hot(at, event)) {
    lua_pushnil(L);
    set_hot(L, at.base, at.idx);
    if (at.base->emitter.many) {
      drop_entry(L, at, key, push_position(L, at, key, event), loose);
      lua_pop(L, 1);
    }
  } else if (is_only(at, event)) {
    forget_only(L, at);
  } else {
    drop_entry(L, at, key, p, loose);
  }
}

/* Takes the key and its handler out, wherever they are. [-0, +0, -] */
static void drop(lua_State *L, lnet_listeners at, int key, int event, bool *loose) {
  const int top = lua_gettop(L);
  if (surely_none(at, event)) return;
  const position p = has_own_place(at, event) ? (position){0} : push_position(L, at, key, event);
  drop_from(L, at, key, event, p, loose);
  lua_settop(L, top);
}

/* Pushes a handler with more room, which is in place of the one on top now, in the list or the hot
   event's; or does nothing and returns false, if a finalizer has altered that meanwhile.
   [-0, +0|1, m] */
static bool replace_handler(lua_State *L, lnet_listeners at, int key, int event) {
  const int old = lua_gettop(L), new = old + 1;
  const lua_Integer count = lnet_handler_count(L, old);
  lnet_handler_make(L, count);
  const position p = push_position(L, at, key, event);
  if (is_hot(at, event))
    lua_getiuservalue(L, at.idx, LNET_UV_HOT);
  else
    push_handler(L, p);
  const bool same = lua_rawequal(L, -1, old) && lnet_handler_count(L, old) == count;
  if (same) {
    lnet_handler_fill(L, old, new);
    lua_pushvalue(L, new);
    put(L, at, p, event);
  }
  lua_settop(L, same ? new : old);
  return same;
}

lua_Integer lnet_listeners_add(lua_State *L, lnet_listeners at, int key, int event, bool prepend) {
  const int listener = lua_gettop(L);
  if (surely_none(at, event) &&
      lnet_listeners_add_first(L, at.base, at.idx, event, lua_type(L, listener)))
    return 1;
  lua_Integer count = 0;
  while (count == 0) {
    if (is_only(at, event)) need_list(L, at); /* it gets company, and so a place in the list */
    lnet_listeners_push(L, at, key, event);
    if (!lua_isnil(L, -1)) {
      if (lnet_handler_add(L, -1, listener, prepend) ||
          (replace_handler(L, at, key, event) && lnet_handler_add(L, -1, listener, prepend)))
        count = lnet_handler_count(L, -1);
    } else {
      lua_pushvalue(L, listener);
      if (add_key(L, at, key, event))
        count = 1;
      else
        need_room(L, at); /* so another look is due */
    }
    lua_settop(L, listener);
  }
  lua_pop(L, 1);
  return count;
}

/* Takes the last listener that matches out of the handler on top, whose place is p.
   Returns whether there was one; tell: pushes what 'removeListener' tells of it. [-0, +0|1, -] */
static bool remove_from(lua_State *L, lnet_listeners at, int key, int event, position p, int what,
                        bool tell, bool *loose) {
  const int handler = lua_gettop(L);
  if (lua_type(L, handler) != LUA_TTABLE) {
    if (lua_isnil(L, handler) || !lnet_listener_matches(L, what)) return false;
    drop_from(L, at, key, event, p, loose);
    if (!tell) return true;
    if (event == LNET_EV_END && at.base != NULL && at.base->emitter.own_end)
      lua_pushvalue(L, what); /* to node it is one of two */
    else
      lnet_once_unwrap(L, handler);
    return true;
  }
  if (!lnet_handler_remove(L, handler, what)) return false;
  const lua_Integer left = lnet_handler_count(L, handler);
  if (left == 1) { /* it stands alone again */
    lnet_handler_first(L, handler);
    put(L, at, p, event);
  } else if (left == 0) { /* only where a user's table was altered */
    drop_from(L, at, key, event, p, loose);
  } else if (lnet_handler_is_loose(L, handler)) {
    *loose = true;
  }
  if (tell) lua_pushvalue(L, what); /* as node: here the value that was asked for is told */
  return true;
}

bool lnet_listeners_remove(lua_State *L, lnet_listeners at, int key, int event, int what, bool tell,
                           bool *loose) {
  const int top = lua_gettop(L);
  position p = {0};
  if (surely_none(at, event)) return false;
  if (has_own_place(at, event)) {
    lnet_listeners_push(L, at, key, event);
  } else {
    p = push_position(L, at, key, event);
    push_handler(L, p);
  }
  const bool removed = remove_from(L, at, key, event, p, what, tell, loose);
  const bool told = removed && tell;
  if (told) lua_copy(L, -1, top + 1);
  lua_settop(L, told ? top + 1 : top);
  return removed;
}

/* Protected: makes the handler of the key at 2 smaller, and the table of many, where they are
   loose. The emitter is at 1. [-0, +0, m] */
static int body_settle(lua_State *L) {
  lnet_listeners at = *(const lnet_listeners *)lua_touserdata(L, 3);
  const int event = lua_isinteger(L, 2) ? (int)lua_tointeger(L, 2) : 0;
  at.idx = 1;
  lnet_listeners_push(L, at, 2, event);
  if (lnet_handler_is_loose(L, -1)) replace_handler(L, at, 2, event);
  bool full = false;
  bool loose = false;
  if (push_list(L, at)) {
    const lua_Integer count = measure(L, at, &full, &loose);
    if (loose) rebuild(L, at, count);
  }
  return 0;
}

void lnet_listeners_settle(lua_State *L, lnet_listeners at, int key) {
  const int top = lua_gettop(L);
  if (!lua_checkstack(L, LUA_MINSTACK)) return;
  lua_pushcfunction(L, body_settle);
  lua_pushvalue(L, at.idx);
  lua_pushvalue(L, key);
  lua_pushlightuserdata(L, &at);
  lua_pcall(L, 3, 0, 0);
  lua_settop(L, top);
}

void lnet_listeners_clear(lua_State *L, lnet_listeners at, int key, int event) {
  if (key != 0) {
    bool loose = false;
    drop(L, at, key, event, &loose);
    if (loose) lnet_listeners_settle(L, at, key);
    return;
  }
  const int top = lua_gettop(L);
  if (push_list(L, at)) {
    for (lua_Integer i = length(L, at, top + 1); i >= 1; i--) {
      lua_pushnil(L);
      lua_rawseti(L, top + 1, i);
    }
    if (push_many(L, at, top + 1)) forget_many(L, at, top + 1);
  }
  lua_settop(L, top);
  if (at.base == NULL) return;
  if (at.base->emitter.only != 0) forget_only(L, at);
  at.base->emitter.has = 0;
  at.base->emitter.listed = at.base->emitter.hot_place = 0;
  lua_pushnil(L);
  set_hot(L, at.base, at.idx);
}

/* Appends the key on top to the sequence at `keys`, unless it is the 'end' that is there already.
   [-1, +0, m] */
static void note_key(lua_State *L, lnet_listeners at, int keys, lua_Integer *count) {
  const bool is_end = lua_isinteger(L, -1) && lua_tointeger(L, -1) == LNET_EV_END;
  const lnet_emitter *e = at.base != NULL ? &at.base->emitter : NULL;
  if (e != NULL && (e->own_end || e->own_placed) && is_end && *count > 0)
    lua_pop(L, 1);
  else
    lua_rawseti(L, keys, ++*count);
}

/* The keys of the table of many on top. [-1, +0, m] */
static void add_keys_of_many(lua_State *L, lnet_listeners at, int keys, lua_Integer *count) {
  const int many = lua_gettop(L);
  const lnet_order *o = lnet_order_at(L, many);
  for (uint32_t place = 0; o != NULL && (place = lnet_order_next(o, place)) != 0;) {
    if (lua_rawgeti(L, many, 2 * (lua_Integer)place - 1) != LUA_TNIL)
      note_key(L, at, keys, count);
    else
      lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

void lnet_listeners_keys(lua_State *L, lnet_listeners at) {
  lua_newtable(L);
  const int keys = lua_gettop(L);
  const bool has_list = push_list(L, at);
  const int list = lua_gettop(L);
  const lnet_emitter *e = at.base != NULL ? &at.base->emitter : NULL;
  const int hot_event = e != NULL ? lnet_emitter_class_of(at.base)->hot : 0;
  const bool hot = e != NULL && !e->many && (e->has & LNET_EVENT_BIT(hot_event)) != 0;
  const int only = e != NULL ? e->only : 0;
  const lua_Integer entries = has_list ? length(L, at, list) / 2 : only != 0;
  lua_Integer count = 0;
  const bool has_end = e != NULL && (e->has & LNET_EVENT_BIT(LNET_EV_END)) != 0;
  if (e != NULL &&
      (e->own_end || (e->own_placed && has_end))) { /* as it was there from the start */
    lua_pushinteger(L, LNET_EV_END);
    note_key(L, at, keys, &count);
  }
  for (lua_Integer i = 0; i <= entries; i++) {
    if (hot && i == e->hot_place) {
      lua_pushinteger(L, hot_event);
      note_key(L, at, keys, &count);
    }
    if (i == entries) break;
    if (only != 0)
      lua_pushinteger(L, only);
    else
      lua_rawgeti(L, list, 2 * i + 1);
    note_key(L, at, keys, &count);
  }
  if (has_list && entries == 0 && push_many(L, at, list)) add_keys_of_many(L, at, keys, &count);
  lua_settop(L, keys);
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
  if (at.base != NULL) at.base->emitter.limited = true;
}
