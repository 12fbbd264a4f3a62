/* The events of an emitter that has many. */
#include "many.h"
#include "work.h"

enum { MANY_PLACES = -1 };

lua_Integer lnet_many_find(lua_State *L, int key) {
  lua_Integer place = 0;
  if (lua_rawgeti(L, -1, MANY_PLACES) == LUA_TTABLE) {
    lua_pushvalue(L, key);
    lua_rawget(L, -2);
    place = lua_tointeger(L, -1);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return place > 0 ? 2 * place - 1 : 0;
}

/* Notes where the key stands in the table of many at `many`; 0: nowhere. [-0, +0, m] */
static void set_place(lua_State *L, int many, int key, lua_Integer place) {
  if (lua_rawgeti(L, many, MANY_PLACES) == LUA_TTABLE) {
    lua_pushvalue(L, key);
    if (place != 0)
      lua_pushinteger(L, place);
    else
      lua_pushnil(L);
    lua_rawset(L, -3);
  }
  lua_pop(L, 1);
}

bool lnet_many_append(lua_State *L, int key) {
  const int many = lua_gettop(L) - 1;
  lnet_order *o = lnet_order_at(L, many);
  if (o == NULL || o->vacant == 0) { /* it is full, or a user's that was altered */
    lua_pop(L, 1);
    return false;
  }
  const lua_Integer place = o->vacant;
  lua_rawseti(L, many, 2 * place);
  lua_pushvalue(L, key);
  lua_rawseti(L, many, 2 * place - 1);
  set_place(L, many, key, place);
  lnet_order_take(o, false, NULL, NULL);
  return true;
}

void lnet_many_make(lua_State *L, lua_Integer count) {
  const uint32_t capacity = lnet_order_places(count);
  lua_createtable(L, 2 * (int)capacity, 2);
  lua_createtable(L, 0, (int)capacity);
  lua_rawseti(L, -2, MANY_PLACES);
  lnet_order_give(L, capacity, false);
}

void lnet_many_copy(lua_State *L, int from) {
  const lnet_order *o = lnet_order_at(L, from);
  const int to = lua_gettop(L);
  for (uint32_t place = 0; o != NULL && (place = lnet_order_next(o, place)) != 0;) {
    lua_rawgeti(L, from, 2 * (lua_Integer)place - 1);
    lua_pushvalue(L, to);
    lua_rawgeti(L, from, 2 * (lua_Integer)place);
    if (!lua_isnil(L, to + 1) && !lua_isnil(L, -1)) lnet_many_append(L, to + 1);
    lua_settop(L, to);
  }
}

bool lnet_many_is_loose(const lnet_order *o) {
  return lnet_order_is_loose(o) && o->capacity > lnet_order_places(o->count);
}

lua_Integer lnet_many_drop(lua_State *L, int key, lua_Integer i, bool *loose) {
  const int many = lua_gettop(L);
  lnet_order *o = lnet_order_at(L, many);
  set_place(L, many, key, 0);
  for (int half = 0; half < 2; half++) {
    lua_pushnil(L);
    lua_rawseti(L, many, i + half);
  }
  if (o != NULL && i < 2 * (lua_Integer)o->capacity) lnet_order_free(o, (uint32_t)(i / 2 + 1));
  if (o == NULL) return 0;
  if (lnet_many_is_loose(o)) *loose = true;
  return o->count;
}
