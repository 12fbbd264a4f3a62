/* The methods of a socket that read: their arguments, and what they take. */
#include "read.h"
#include "buffer.h"
#include "check.h"
#include "number.h"
#include "onread.h"
#include "readbuf.h"
#include "reader.h"
#include <math.h>

/* What read(n) may take now; nan: all, or one chunk while flowing. [-0, +0, -] */
static size_t how_much(lua_State *L, const lnet_stream *s, double n) {
  if (n <= 0 || (!lnet_has_unread(s) && (s->r & R_ENDED) != 0)) return 0;
  if (isnan(n)) {
    if ((s->r & R_FLOWING) != 0 && lnet_has_unread(s)) return lnet_readbuf_first_len(L, 1, s);
    return lnet_unread(s);
  }
  if (n <= (double)lnet_unread(s)) return (size_t)n;
  return (s->r & R_ENDED) != 0 ? lnet_unread(s) : 0;
}

/* Pushes what read(n) gives, and leaves it there. Returns how many bytes that are. [-0, +1, m] */
static size_t peek(lua_State *L, const lnet_stream *s, double asked) {
  for (;;) {
    const size_t want = how_much(L, s, asked);
    const size_t n = lnet_readbuf_peek(L, 1, s, want);
    if (n == want) return n;
    lua_pop(L, 1); /* a finalizer has read some of it: what is there now may be less than asked */
  }
}

/* The number of bytes at 2; nan where that is none, which means all that there is. [-0, +0, v] */
static double check_size(lua_State *L, const lnet_stream *s) {
  if (lua_isnoneornil(L, 2)) return NAN;
  const double n = lnet_number_parse_int(L, 2);
  if (isinf(n)) return NAN;
  if (n > 1073741824.0 && n > lnet_stream_rare(s)->r_hwm) lnet_check_range(L, 2, "size", "<= 1GiB");
  return n;
}

/* Raises the high-water mark to the next power of two, as node does for a large read(n). */
static void raise_mark(lnet_stream *s, double n) {
  uint32_t mark = 1;
  while (mark < n)
    mark *= 2;
  lnet_stream_rare(s)->r_hwm = mark;
}

/***
Takes bytes that have been received. Source: node v20, readable.read.
@function read
@tparam[opt] integer n bytes; all that there is, if left out
@treturn string|nil nil when fewer than n are there
@raise `ERR_OUT_OF_RANGE`
*/
int lnet_l_read(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  lua_settop(L, 2);
  const double asked = check_size(L, s);
  const size_t n = peek(L, s, asked);
  lnet_object_hold_weakly(L, 1, &s->base.object);
  if (asked > lnet_stream_rare(s)->r_hwm) raise_mark(s, asked);
  if (asked != 0) s->r &= ~(uint32_t)R_EMITTED_READABLE;
  lnet_readbuf_drop(L, 1, s, n);
  if (asked == 0) {
    lnet_reader_read0(s);
  } else if (n == 0 && (s->r & R_ENDED) != 0) {
    lnet_reader_end(s);
  } else {
    lnet_reader_took(s, n, (double)n == asked);
  }
  lnet_object_release(&s->base.object);
  if (n > 0 && (s->s & (S_ERROR_EMITTED | S_CLOSE_EMITTED)) == 0) {
    s->r |= R_DATA_EMITTED;
    lua_pushvalue(L, 3);
    lnet_emit_at(L, &s->base, 1, LNET_EV_DATA, 1);
  }
  lua_settop(L, 3);
  return 1;
}

/***
Stops the flow of 'data'. Source: node v20.
@function pause
@return the socket
*/
int lnet_l_pause(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  lua_settop(L, 1);
  if ((s->s & S_ONREAD) != 0 && (s->r & R_HANDLE_READING) != 0 &&
      (s->s & (S_HANDLE | S_CONNECTING)) == S_HANDLE) {
    s->r &= ~(uint32_t)R_HANDLE_READING;
    uv_read_stop(&s->h.stream);
  }
  if (lnet_reader_pause(s)) lnet_emit_at(L, &s->base, 1, LNET_EV_PAUSE, 0);
  return 1;
}

/***
Starts the flow of 'data' again, or starts it. Source: node v20.
@function resume
@return the socket
*/
int lnet_l_resume(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  lnet_object_hold_weakly(L, 1, &s->base.object);
  lnet_reader_resume(s);
  lnet_object_release(&s->base.object);
  lua_settop(L, 1);
  return 1;
}

/*** Whether the flow was stopped. Source: node v20.
@function isPaused */
int lnet_l_isPaused(lua_State *L) {
  const lnet_stream *s = lnet_check_stream(L, 1);
  lua_pushboolean(L,
                  (s->r & R_PAUSED) != 0 || (s->r & (R_HAS_FLOWING | R_FLOWING)) == R_HAS_FLOWING);
  return 1;
}

/* Replaces the n bytes on top by what the decoder makes of them. [-1, +1, m] */
static void decode(lua_State *L, lnet_decoder *decoder, size_t n) {
  luaL_Buffer out;
  const char *bytes = lua_tostring(L, -1);
  char *to = luaL_buffinitsize(L, &out, lnet_decoder_max(decoder, n));
  luaL_pushresultsize(&out, lnet_decoder_feed(decoder, bytes, n, to));
  lua_remove(L, -2);
}

/***
Sets in which encoding 'data' and read give text. Source: node v20, readable.setEncoding.
@function setEncoding
@tparam[opt="utf8"] string encoding
@return the socket
@raise `ERR_UNKNOWN_ENCODING`
*/
int lnet_l_setEncoding(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  const lnet_encoding encoding = lnet_check_encoding(L, 2, LNET_ENCODING_UTF8);
  const lnet_ctx *ctx = lnet_stream_ctx(s);
  lnet_decoder decoder;
  uint32_t changes = 0;
  size_t n = 0;
  do { /* what is there already becomes one chunk, of text; again if a finalizer has changed it */
    lua_settop(L, 1);
    lnet_decoder_init(&decoder, encoding);
    changes = ctx->unread_changes;
    const bool text = (s->s & S_DECODING) != 0;
    n = lnet_readbuf_peek(L, 1, s, lnet_unread(s));
    if (n > 0 && !text) decode(L, &decoder, n);
    if (n > 0) lnet_readbuf_reserve(L, 1, s);
  } while (changes != ctx->unread_changes);
  lnet_cold *cold = lnet_stream_check_cold(L, 1, s);
  if (n > 0 && lua_rawlen(L, 2) > 0) lnet_readbuf_add(L, 1, s, false);
  lnet_readbuf_drop(L, 1, s, n);
  cold->decoder = decoder;
  s->s |= S_DECODING;
  lua_settop(L, 1);
  return 1;
}

/* Makes the text at 2 text in the stream's encoding, where it has one and the text is in another
   one. Returns whether that was so. [-0, +0, e] */
static bool to_own_encoding(lua_State *L, const lnet_stream *s, lnet_encoding encoding) {
  if ((s->s & S_DECODING) == 0 || lua_isnil(L, 3) || lua_type(L, 2) == LUA_TUSERDATA) return false;
  lnet_decoder decoder;
  lnet_decoder_init(&decoder, (lnet_encoding)s->cold->decoder.encoding);
  if (decoder.encoding == encoding) return lua_tostring(L, 2) != NULL;
  size_t len = 0;
  const char *bytes = lnet_buffer_chunk(L, 2, encoding, &len);
  luaL_Buffer out;
  char *to = luaL_buffinitsize(L, &out, lnet_decoder_max(&decoder, len) + LNET_DECODER_FINISH_MAX);
  len = lnet_decoder_feed(&decoder, bytes, len, to);
  len += lnet_decoder_finish(&decoder, to + len);
  luaL_pushresultsize(&out, len);
  lua_replace(L, 2);
  return true;
}

/* Whether calls are nested so deeply that no listener is to be called in between any more. A parser
   that takes a line of each chunk and puts the rest back is called in its own call of unshift, once
   for each line, and the C stack of Lua has room for fewer than 200 calls of that kind. */
static bool is_deep(lua_State *L) {
  enum { LEVELS = 64 };
  lua_Debug ar;
  return lua_getstack(L, LEVELS, &ar) == 1;
}

/* The chunk at 4 comes before all that waits. Room was made for it. deep: it is not to be given to
   the listeners of 'data' in here. [-0, +0, e] */
static void put_back(lua_State *L, lnet_stream *s, bool deep) {
  const bool ended = (s->r & R_END_EMITTED) != 0;
  const bool gone = (s->s & (S_DESTROYED | S_ERRORED)) != 0;
  const bool direct = lnet_reader_is_direct(s), waits = !direct || deep;
  if (gone && !ended) return;
  lnet_object_hold_weakly(L, 1, &s->base.object);
  if (ended) {
    lnet_stream_destroy(s, lnet_fault_of(LNET_FAULT_UNSHIFT_AFTER_END));
  } else {
    if (waits) {
      lua_pushvalue(L, 4);
      lnet_readbuf_add(L, 1, s, true);
    }
    if (direct && waits) lnet_reader_flow_later(s);
    lnet_reader_put_back(s, !direct);
  }
  lnet_object_release(&s->base.object);
  if (ended || waits) return;
  s->r |= R_DATA_EMITTED;
  lua_pushvalue(L, 4);
  lnet_emit_at(L, &s->base, 1, LNET_EV_DATA, 1);
}

/***
Puts bytes back in front of those that wait. Source: node v20, readable.unshift.
@function unshift
@tparam string|number chunk
@tparam[opt="utf8"] string encoding
@treturn boolean whether more may be pushed
@raise `ERR_INVALID_ARG_TYPE`, `ERR_UNKNOWN_ENCODING`
*/
int lnet_l_unshift(lua_State *L) {
  lnet_stream *s = lnet_check_stream(L, 1);
  lua_settop(L, 3);
  const lnet_encoding encoding = lnet_check_encoding(L, 3, LNET_ENCODING_BYTES);
  size_t len = 0;
  const bool text = to_own_encoding(L, s, encoding);
  const char *bytes = lnet_buffer_chunk(L, 2, text ? LNET_ENCODING_BYTES : encoding, &len);
  if (lua_type(L, 2) == LUA_TSTRING)
    lua_pushvalue(L, 2); /* the user's own: it is not copied */
  else
    lua_pushlstring(L, bytes, len);
  const bool deep = is_deep(L);
  if (len > 0 && (deep || !lnet_reader_is_direct(s))) lnet_readbuf_reserve(L, 1, s);
  if (len > 0) put_back(L, s, deep);
  lua_pushboolean(L, (s->r & R_ENDED) == 0 &&
                         (lnet_unread(s) < lnet_stream_rare(s)->r_hwm || !lnet_has_unread(s)));
  return 1;
}
