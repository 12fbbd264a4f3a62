/* Unread chunks. */
#include "readbuf.h"
#include <string.h>

void lnet_readbuf_add(lua_State *L, int idx, lnet_stream *s, bool front) {
  const size_t len = lua_rawlen(L, -1);
  lnet_cold *cold = lnet_stream_check_cold(L, idx, s);
  lnet_class_part(L, idx, COLD_READBUF);
  lua_insert(L, -2);
  if (cold->unread_count == 0) cold->unread_first = 1;
  if (front) {
    lua_rawseti(L, -2, (lua_Integer)cold->unread_first - 1);
    cold->unread_first--;
  } else {
    lua_rawseti(L, -2, (lua_Integer)cold->unread_first + cold->unread_count);
  }
  lua_pop(L, 1);
  cold->unread_count++;
  s->r_length += len;
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

void lnet_readbuf_take(lua_State *L, int idx, lnet_stream *s, size_t n) {
  lnet_assert(n <= s->r_length);
  lnet_class_part(L, idx, COLD_READBUF);
  const int chunks = lua_gettop(L);
  lnet_cold *cold = s->cold;
  size_t len = 0;
  lua_rawgeti(L, chunks, cold->unread_first);
  lua_tolstring(L, -1, &len);
  if (len == n) { /* as it came */
    shift(L, chunks, cold);
  } else { /* make all strings first: a memory error changes nothing */
    luaL_Buffer out;
    lua_pop(L, 1);
    char *to = luaL_buffinitsize(L, &out, n);
    uint32_t whole = 0;
    size_t got = 0;
    lua_pushnil(L); /* what is left of the last chunk */
    while (got < n) {
      lua_rawgeti(L, chunks, (lua_Integer)cold->unread_first + whole);
      const char *bytes = lua_tolstring(L, -1, &len);
      const size_t part = len < n - got ? len : n - got;
      memcpy(to + got, bytes, part);
      got += part;
      if (part == len) {
        whole++;
      } else {
        lua_pushlstring(L, bytes + part, len - part);
        lua_replace(L, -3);
      }
      lua_pop(L, 1);
    }
    const bool split = !lua_isnil(L, -1);
    if (split) lua_rawseti(L, chunks, (lua_Integer)cold->unread_first + whole);
    if (!split) lua_pop(L, 1);
    luaL_pushresultsize(&out, n);
    while (whole-- > 0)
      shift(L, chunks, cold);
  }
  s->r_length -= n;
  lua_remove(L, chunks);
}
