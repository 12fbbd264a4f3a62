/* Unread chunks. */
#include "readbuf.h"
#include <string.h>

void lnet_readbuf_add(lua_State *L, int idx, lnet_stream *s, bool front) {
  const size_t len = lua_rawlen(L, -1);
  lnet_class_part(L, idx, COLD_READBUF); /* first: a finalizer may do anything */
  lnet_cold *cold = lnet_stream_check_cold(L, idx, s);
  lua_insert(L, -2);
  if (cold->unread_count == 0) cold->unread_first = 1;
  if (front) {
    lua_rawseti(L, -2, cold->unread_first - 1);
    cold->unread_first--;
  } else {
    lua_rawseti(L, -2, cold->unread_first + cold->unread_count);
  }
  lua_pop(L, 1);
  cold->unread_count++;
  cold->unread_len += len;
  if (len > 0) s->r |= R_UNREAD;
}

size_t lnet_readbuf_first_len(lua_State *L, int idx, const lnet_stream *s) {
  const lnet_cold *cold = s->cold;
  lnet_assert(cold->unread_count > 0);
  lua_getiuservalue(L, idx, LNET_UV_MORE);
  lua_rawgeti(L, -1, COLD_READBUF);
  lua_rawgeti(L, -1, cold->unread_first);
  const size_t len = lua_rawlen(L, -1);
  lua_pop(L, 3);
  return len;
}

/* Forgets the first chunk of the sequence at `chunks`. [-0, +0, -] */
static void shift(lua_State *L, int chunks, lnet_cold *cold) {
  lua_pushnil(L);
  lua_rawseti(L, chunks, cold->unread_first);
  cold->unread_first++;
  cold->unread_count--;
}

/* Pushes the first n bytes, and what they leave of their last chunk, or nil; the first chunk is at
   `first`; *whole: how many chunks they take. All that can raise, or run a finalizer, is in here:
   nothing is changed. [-0, +2, m] */
static void push_bytes(lua_State *L, int chunks, lua_Integer first, size_t n, uint32_t *whole) {
  luaL_Buffer out;
  size_t len = 0;
  lua_pushnil(L);
  const int rest = lua_gettop(L);
  char *to = luaL_buffinitsize(L, &out, n);
  *whole = 0;
  for (size_t got = 0; got < n;) {
    if (lua_rawgeti(L, chunks, first + *whole) != LUA_TSTRING) {
      lua_pop(L, 1); /* taken by a finalizer */
      break;
    }
    const char *bytes = lua_tolstring(L, -1, &len);
    const size_t part = len < n - got ? len : n - got;
    memcpy(to + got, bytes, part);
    got += part;
    if (part == len) {
      ++*whole;
    } else {
      lua_pushlstring(L, bytes + part, len - part);
      lua_replace(L, rest);
    }
    lua_pop(L, 1);
  }
  luaL_pushresultsize(&out, n);
  lua_insert(L, rest);
}

size_t lnet_readbuf_take(lua_State *L, int idx, lnet_stream *s, size_t n) {
  lnet_assert(n <= lnet_unread(s));
  lnet_class_part(L, idx, COLD_READBUF);
  const int chunks = lua_gettop(L);
  lnet_cold *cold = s->cold;
  lua_rawgeti(L, chunks, cold->unread_first);
  if (lua_rawlen(L, -1) == n) { /* as it came */
    shift(L, chunks, cold);
  } else {
    const lua_Integer first = cold->unread_first;
    const uint32_t count = cold->unread_count;
    const size_t length = cold->unread_len;
    uint32_t whole = 0;
    lua_pop(L, 1);
    push_bytes(L, chunks, first, n, &whole);
    cold = s->cold;
    if (cold == NULL || cold->unread_len != length || cold->unread_first != first ||
        cold->unread_count != count) { /* a finalizer has read, or unshifted: once more */
      lua_settop(L, chunks - 1);
      if (n > lnet_unread(s)) n = lnet_unread(s);
      if (n > 0) return lnet_readbuf_take(L, idx, s, n);
      lua_pushnil(L);
      return 0;
    }
    if (lua_isnil(L, -1))
      lua_pop(L, 1);
    else
      lua_rawseti(L, chunks, cold->unread_first + whole);
    while (whole-- > 0)
      shift(L, chunks, cold);
  }
  cold->unread_len -= n;
  if (cold->unread_len == 0) s->r &= ~(uint32_t)R_UNREAD;
  lua_remove(L, chunks);
  return n;
}
