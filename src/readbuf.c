/* Unread chunks. They are in a ring: in the table COLD_READBUF the chunk at place p is the string
   at 2 * p + 1, and the integer at 2 * p + 2 says how many of its bytes were read already. The ring
   has its size from the start, so that to put a chunk in takes no memory. Each change is counted in
   ctx->unread_changes: by that one sees whether a finalizer came in between. */
#include "readbuf.h"
#include <string.h>

/* Sizes of rings, in chunks: the least, and the most that is kept while nothing is in it. */
enum { LEAST = 8, KEPT = 64 };

/* The size that suits the ring while one more chunk comes; a power of two. */
static uint32_t suitable(const lnet_cold *cold) {
  const uint32_t size = cold->unread_size;
  if (size == 0) return LEAST;
  if (cold->unread_count == size) return 2 * size;
  return size > LEAST && cold->unread_count < size / 8 ? size / 2 : size;
}

/* Where the chunk at this position, from 0, has its string. */
static lua_Integer place(const lnet_cold *cold, uint32_t position) {
  return 2 * (lua_Integer)((cold->unread_first + position) & (cold->unread_size - 1)) + 1;
}

/* Pushes the ring, which must be there. [-0, +1, -] */
static void push_ring(lua_State *L, int idx) {
  lua_getiuservalue(L, idx, LNET_UV_MORE);
  lua_rawgeti(L, -1, COLD_READBUF);
  lua_remove(L, -2);
}

/* The new ring on top, of that size, takes the place of the old one. [-1, +0, m] */
static void replace(lua_State *L, int idx, lnet_cold *cold, uint32_t size) {
  const int ring = lua_gettop(L);
  lnet_class_more(L, idx);
  lua_rawgeti(L, -1, COLD_READBUF);
  for (uint32_t i = 0; i < cold->unread_count; i++) {
    for (int field = 0; field < 2; field++) {
      lua_rawgeti(L, -1, place(cold, i) + field);
      lua_rawseti(L, ring, 2 * (lua_Integer)i + 1 + field);
    }
  }
  lua_pop(L, 1);
  lua_pushvalue(L, ring);
  lua_rawseti(L, -2, COLD_READBUF); /* may lack memory, and then nothing has changed */
  cold->unread_first = 0;
  cold->unread_size = size;
  lua_settop(L, ring - 1);
}

void lnet_readbuf_reserve(lua_State *L, int idx, lnet_stream *s) {
  const lnet_ctx *ctx = lnet_stream_ctx(s);
  lnet_class_more(L, idx);
  lua_pop(L, 1);
  for (;;) {
    const lnet_cold *cold = lnet_stream_check_cold(L, idx, s);
    const uint32_t size = suitable(cold), changes = ctx->unread_changes;
    if (size == cold->unread_size) return;
    if (size > INT32_MAX / 2) luaL_error(L, "not enough memory");
    lua_createtable(L, (int)(2 * size), 0); /* a finalizer may do anything to the socket */
    if (changes == ctx->unread_changes)
      replace(L, idx, lnet_stream_check_cold(L, idx, s), size);
    else
      lua_pop(L, 1);
  }
}

void lnet_readbuf_add(lua_State *L, int idx, lnet_stream *s, bool front) {
  const size_t len = lua_rawlen(L, -1);
  lnet_assert(len > 0);
  lnet_readbuf_reserve(L, idx, s);
  lnet_cold *cold = s->cold;
  if (front) cold->unread_first = (cold->unread_first - 1) & (cold->unread_size - 1);
  const lua_Integer at = place(cold, front ? 0 : cold->unread_count);
  push_ring(L, idx);
  lua_insert(L, -2);
  lua_rawseti(L, -2, at);
  lua_pushinteger(L, 0);
  lua_rawseti(L, -2, at + 1);
  lua_pop(L, 1);
  cold->unread_count++;
  cold->unread_len += len;
  lnet_stream_ctx(s)->unread_changes++;
  s->r |= R_UNREAD;
}

/* Pushes the string of the chunk at this position; *read: its bytes that were read already. The
   ring is at `ring`. [-0, +1, -] */
static void push_chunk(lua_State *L, int ring, const lnet_cold *cold, uint32_t position,
                       size_t *read) {
  const lua_Integer at = place(cold, position);
  lua_rawgeti(L, ring, at + 1);
  *read = (size_t)lua_tointeger(L, -1);
  lua_pop(L, 1);
  lua_rawgeti(L, ring, at);
}

size_t lnet_readbuf_first_len(lua_State *L, int idx, const lnet_stream *s) {
  size_t read = 0;
  lnet_assert(s->cold->unread_count > 0);
  push_ring(L, idx);
  push_chunk(L, lua_gettop(L), s->cold, 0, &read);
  const size_t len = lua_rawlen(L, -1) - read;
  lua_pop(L, 2);
  return len;
}

/* Copies the first n bytes. [-0, +0, -] */
static void copy(lua_State *L, int ring, const lnet_cold *cold, size_t n, char *to) {
  for (uint32_t i = 0; n > 0; i++) {
    size_t read = 0, len = 0;
    push_chunk(L, ring, cold, i, &read);
    const char *bytes = lua_tolstring(L, -1, &len) + read;
    len -= read;
    if (len > n) len = n;
    memcpy(to, bytes, len);
    lua_pop(L, 1);
    to += len;
    n -= len;
  }
}

/* Pushes a string of the first n bytes, as they are unless a finalizer has run. [-0, +1, m] */
static void push_bytes(lua_State *L, int ring, const lnet_stream *s, size_t n) {
  const lnet_ctx *ctx = lnet_stream_ctx(s);
  const uint32_t changes = ctx->unread_changes;
  size_t read = 0, len = 0;
  push_chunk(L, ring, s->cold, 0, &read);
  const char *bytes = lua_tolstring(L, -1, &len);
  if (read == 0 && len == n) return; /* the chunk as it came */
  if (n <= len - read) {
    lua_pushlstring(L, bytes + read, n);
    lua_remove(L, -2);
    return;
  }
  lua_pop(L, 1);
  luaL_Buffer out;
  char *to = luaL_buffinitsize(L, &out, n);
  const bool same = changes == ctx->unread_changes;
  if (same) copy(L, ring, s->cold, n, to);
  luaL_pushresultsize(&out, same ? n : 0);
}

size_t lnet_readbuf_peek(lua_State *L, int idx, const lnet_stream *s, size_t n) {
  const lnet_ctx *ctx = lnet_stream_ctx(s);
  const int top = lua_gettop(L);
  while ((n = n < lnet_unread(s) ? n : lnet_unread(s)) > 0) {
    const uint32_t changes = ctx->unread_changes;
    push_ring(L, idx);
    push_bytes(L, top + 1, s, n);
    if (changes == ctx->unread_changes) {
      lua_remove(L, top + 1);
      return n;
    }
    lua_settop(L, top); /* a finalizer has read, or put something back: once more */
  }
  lua_pushnil(L);
  return 0;
}

/* There is no ring any more. [-0, +0, -] */
static void forget_ring(lua_State *L, int idx, lnet_cold *cold) {
  cold->unread_size = 0;
  lnet_class_forget(L, idx, COLD_READBUF);
}

void lnet_readbuf_clear(lua_State *L, int idx, lnet_stream *s) {
  lnet_cold *cold = s->cold;
  s->r &= ~(uint32_t)R_UNREAD;
  cold->unread_count = 0;
  cold->unread_len = 0;
  lnet_stream_ctx(s)->unread_changes++;
  forget_ring(L, idx, cold);
}

void lnet_readbuf_drop(lua_State *L, int idx, lnet_stream *s, size_t n) {
  lnet_cold *cold = s->cold;
  if (n == 0) return;
  lnet_assert(n <= cold->unread_len);
  cold->unread_len -= n;
  lnet_stream_ctx(s)->unread_changes++;
  push_ring(L, idx);
  const int ring = lua_gettop(L);
  while (n > 0) {
    size_t read = 0;
    const lua_Integer at = place(cold, 0);
    push_chunk(L, ring, cold, 0, &read);
    const size_t left = lua_rawlen(L, -1) - read;
    if (n < left) {
      lua_pushinteger(L, (lua_Integer)read + (lua_Integer)n);
      lua_rawseti(L, ring, at + 1);
      break;
    }
    lua_pushnil(L);
    lua_rawseti(L, ring, at);
    lua_settop(L, ring);
    cold->unread_first = (cold->unread_first + 1) & (cold->unread_size - 1);
    cold->unread_count--;
    n -= left;
  }
  lua_settop(L, ring - 1);
  if (cold->unread_len > 0) return;
  s->r &= ~(uint32_t)R_UNREAD;
  if (cold->unread_size > KEPT) forget_ring(L, idx, cold); /* what a burst has left */
}
