/* Unread chunks. */
#include "readbuf.h"
#include <string.h>

/* Pushes the sequence, making it if need be. [-0, +1, m] */
static void push_chunks(lua_State *L, int idx) {
  lnet_stream_cold_table(L, idx);
  if (lua_rawgeti(L, -1, COLD_READBUF) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawseti(L, -3, COLD_READBUF);
  }
  lua_remove(L, -2);
}

void lnet_readbuf_add(lua_State *L, int idx, lnet_stream *s, bool front) {
  const size_t len = lua_rawlen(L, -1);
  push_chunks(L, idx);
  lua_insert(L, -2);
  if (s->readbuf_count == 0) s->readbuf_first = 1;
  if (front) {
    lua_rawseti(L, -2, (lua_Integer)s->readbuf_first - 1);
    s->readbuf_first--;
  } else {
    lua_rawseti(L, -2, (lua_Integer)s->readbuf_first + s->readbuf_count);
  }
  lua_pop(L, 1);
  s->readbuf_count++;
  s->r_length += len;
}

size_t lnet_readbuf_first_len(lua_State *L, int idx, const lnet_stream *s) {
  lnet_assert(s->readbuf_count > 0);
  lua_getiuservalue(L, idx, UV_COLD);
  lua_rawgeti(L, -1, COLD_READBUF);
  lua_rawgeti(L, -1, s->readbuf_first);
  const size_t len = lua_rawlen(L, -1);
  lua_pop(L, 3);
  return len;
}

/* Forgets the first chunk of the sequence at `chunks`. [-0, +0, -] */
static void shift(lua_State *L, int chunks, lnet_stream *s) {
  lua_pushnil(L);
  lua_rawseti(L, chunks, s->readbuf_first);
  s->readbuf_first++;
  s->readbuf_count--;
}

void lnet_readbuf_take(lua_State *L, int idx, lnet_stream *s, size_t n) {
  lnet_assert(n <= s->r_length);
  push_chunks(L, idx);
  const int chunks = lua_gettop(L);
  size_t len = 0;
  lua_rawgeti(L, chunks, s->readbuf_first);
  lua_tolstring(L, -1, &len);
  if (len == n) { /* as it came */
    shift(L, chunks, s);
  } else { /* make all strings first: a memory error changes nothing */
    luaL_Buffer out;
    lua_pop(L, 1);
    char *to = luaL_buffinitsize(L, &out, n);
    uint32_t whole = 0;
    size_t got = 0;
    lua_pushnil(L); /* what is left of the last chunk */
    while (got < n) {
      lua_rawgeti(L, chunks, (lua_Integer)s->readbuf_first + whole);
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
    if (split) lua_rawseti(L, chunks, (lua_Integer)s->readbuf_first + whole);
    if (!split) lua_pop(L, 1);
    luaL_pushresultsize(&out, n);
    while (whole-- > 0)
      shift(L, chunks, s);
  }
  s->r_length -= n;
  lua_remove(L, chunks);
}
