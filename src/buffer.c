/* net.Buffer. Indices are those of string.sub. */
#include "buffer.h"
#include "check.h"
#include "class.h"
#include "error.h"
#include <math.h>
#include <string.h>

/* User value of a view: the block that it is of, never another view. */
enum { UV_BLOCK = 1 };

/* Blocks may be this long; bytes. */
#define LONGEST 4294967296.0

/* Whether the userdata at idx is a block: it is followed by its bytes. [-0, +0, -] */
static bool is_block(lua_State *L, int idx) {
  const lnet_buffer *b = lua_touserdata(L, idx);
  const size_t size = lua_rawlen(L, idx);
  return size >= sizeof *b && b->base == (const char *)(b + 1) && b->len == size - sizeof *b;
}

/* The userdata at idx, which has the metatable of buffers, unless the program has given that to
   something else: a block, or a view whose bytes are those of the block that it has. [-0, +0, -] */
static lnet_buffer *of_meta(lua_State *L, int idx) {
  lnet_buffer *b = lua_touserdata(L, idx);
  if (is_block(L, idx)) return b;
  bool view = lua_getiuservalue(L, idx, UV_BLOCK) == LUA_TUSERDATA && is_block(L, -1);
  if (view) {
    const lnet_buffer *block = lua_touserdata(L, -1);
    const uintptr_t from = (uintptr_t)b->base - (uintptr_t)block->base;
    view = from <= block->len && b->len <= block->len - from;
  }
  lua_pop(L, 1);
  return view ? b : NULL;
}

lnet_buffer *lnet_buffer_test(lua_State *L, int idx) {
  if (lua_type(L, idx) != LUA_TUSERDATA) return NULL;
  lnet_ctx_push(L);
  const lnet_ctx *ctx = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return lnet_class_test(L, idx, ctx->buffer_meta) != NULL ? of_meta(L, idx) : NULL;
}

const char *lnet_buffer_chunk(lua_State *L, int idx, lnet_encoding encoding, size_t *len) {
  const lnet_buffer *buffer = lnet_buffer_test(L, idx);
  if (buffer != NULL) {
    *len = buffer->len;
    return buffer->base;
  }
  if (lua_type(L, idx) != LUA_TSTRING && lua_type(L, idx) != LUA_TNUMBER)
    lnet_check_fail(L, idx, "chunk",
                    "of type string or an instance of Buffer, TypedArray, or DataView");
  const char *text = lua_tolstring(L, idx, len);
  if (encoding == LNET_ENCODING_BYTES || encoding == LNET_ENCODING_UTF8) return text;
  luaL_Buffer out;
  char *to = luaL_buffinitsize(L, &out, lnet_codec_encode_max(encoding, *len));
  luaL_pushresultsize(&out, lnet_codec_encode(encoding, text, *len, to));
  lua_replace(L, idx);
  return lua_tolstring(L, idx, len);
}

static lnet_buffer *check_self(lua_State *L) {
  lnet_class_check(L, 1, lnet_ctx_of(L)->buffer_meta, "Buffer");
  lnet_buffer *b = of_meta(L, 1);
  if (b == NULL) lnet_error_raise_this(L, "Buffer");
  return b;
}

/* Pushes a buffer with room for `extra` bytes behind its header. [-0, +1, m] */
static lnet_buffer *push_new(lua_State *L, const lnet_ctx *ctx, size_t extra) {
  lnet_buffer *b = lua_newuserdatauv(L, sizeof *b + extra, UV_BLOCK);
  b->base = (char *)(b + 1);
  b->len = extra;
  lua_rawgeti(L, LUA_REGISTRYINDEX, ctx->buffer_meta_ref);
  lua_setmetatable(L, -2);
  return b;
}

/***
Makes a block of bytes, all 0.
@function Buffer
@tparam integer size bytes
@return the buffer
@raise `ERR_INVALID_ARG_TYPE`, `ERR_OUT_OF_RANGE`
*/
static int l_new(lua_State *L) {
  const double size = lnet_check_number(L, 1, "size");
  if (!(size >= 0 && size <= LONGEST) || floor(size) != size)
    lnet_check_range(L, 1, "size", ">= 0 && <= 4294967296");
  lnet_buffer *b = push_new(L, lnet_ctx_of(L), (size_t)size);
  memset(b->base, 0, b->len);
  return 1;
}

/* net.Buffer(size): the class itself is the first argument. */
static int l_call(lua_State *L) {
  lua_remove(L, 1);
  return l_new(L);
}

/* An index as string.sub takes it: an integer, or what Lua makes one of. [-0, +0, v] */
static lua_Integer opt_index(lua_State *L, int idx, const char *name, lua_Integer fallback) {
  if (lua_isnoneornil(L, idx)) return fallback;
  int is = 0;
  const lua_Integer i = lua_tointegerx(L, idx, &is);
  if (is) return i;
  lnet_check_number(L, idx, name);
  lnet_check_range(L, idx, name, "an integer");
  return 0;
}

/* Where the range of the indices at 2 and 3 begins, from 0; *len is its length, 0 when empty. */
static size_t range(lua_State *L, const lnet_buffer *b, lua_Integer j_default, size_t *len) {
  const lua_Integer size = (lua_Integer)b->len;
  lua_Integer i = opt_index(L, 2, "i", 1);
  lua_Integer j = opt_index(L, 3, "j", j_default);
  if (i < 0) i = i < -size ? 1 : size + i + 1;
  if (i == 0) i = 1;
  if (j < 0) j = j < -size ? 0 : size + j + 1;
  if (j > size) j = size;
  *len = i <= j ? (size_t)(j - i + 1) : 0;
  return i <= j ? (size_t)(i - 1) : 0;
}

/*** The bytes from i to j as a string, as string.sub.
@function sub */
static int l_sub(lua_State *L) {
  const lnet_buffer *b = check_self(L);
  size_t len = 0;
  const size_t at = range(L, b, -1, &len);
  lua_pushlstring(L, b->base + at, len);
  return 1;
}

/*** The value of the byte at i; nothing where there is none.
@function byte */
static int l_byte(lua_State *L) {
  const lnet_buffer *b = check_self(L);
  size_t len = 0;
  const lua_Integer i = opt_index(L, 2, "i", 1);
  lua_settop(L, 2);
  const size_t at = range(L, b, i, &len);
  if (i == 0 || len == 0) return 0;
  lua_pushinteger(L, (unsigned char)b->base[at]);
  return 1;
}

/* Where `text` begins in the bytes, or NULL. The text is not empty. */
static const char *find(const char *bytes, size_t len, const char *text, size_t text_len) {
  while (len >= text_len) {
    const char *at = memchr(bytes, text[0], len - text_len + 1);
    if (at == NULL || memcmp(at, text, text_len) == 0) return at;
    len -= (size_t)(at + 1 - bytes);
    bytes = at + 1;
  }
  return NULL;
}

/*** Looks for a text, byte by byte, from init on.
@function find
@tparam string text
@tparam[opt=1] integer init
@treturn integer|nil where it begins, and where it ends */
static int l_find(lua_State *L) {
  const lnet_buffer *b = check_self(L);
  size_t text_len = 0;
  if (lua_type(L, 2) != LUA_TSTRING) lnet_check_fail(L, 2, "text", "of type string");
  const char *text = lua_tolstring(L, 2, &text_len);
  lua_Integer init = opt_index(L, 3, "init", 1);
  const lua_Integer size = (lua_Integer)b->len;
  if (init < 0) init = init < -size ? 1 : size + init + 1;
  if (init == 0) init = 1;
  if (init > size + 1) {
    lua_pushnil(L);
    return 1;
  }
  const char *from = b->base + (init - 1);
  const char *at = text_len == 0 ? from : find(from, (size_t)(size - init + 1), text, text_len);
  if (at == NULL) {
    lua_pushnil(L);
    return 1;
  }
  lua_pushinteger(L, (lua_Integer)(at - b->base) + 1);
  lua_pushinteger(L, (lua_Integer)(at - b->base) + (lua_Integer)text_len);
  return 2;
}

/*** A view of the bytes from i to j: the same bytes, not a copy.
@function slice
@return a buffer */
static int l_slice(lua_State *L) {
  const lnet_buffer *b = check_self(L);
  size_t len = 0;
  const size_t at = range(L, b, -1, &len);
  lnet_buffer *view = push_new(L, lnet_ctx_of(L), 0);
  view->base = b->base + at;
  view->len = len;
  if (lua_getiuservalue(L, 1, UV_BLOCK) == LUA_TNIL) { /* it is a block itself */
    lua_pop(L, 1);
    lua_pushvalue(L, 1);
  }
  lua_setiuservalue(L, -2, UV_BLOCK);
  return 1;
}

/*** Writes the bytes of a text from i on.
@function set
@tparam integer i
@tparam string|number text
@return the buffer
@raise `ERR_OUT_OF_RANGE` when it does not fit */
static int l_set(lua_State *L) {
  const lnet_buffer *b = check_self(L);
  size_t len = 0;
  lnet_check_number(L, 2, "i");
  const char *text = lnet_buffer_chunk(L, 3, LNET_ENCODING_BYTES, &len);
  const double i = (double)lua_tonumber(L, 2);
  if (!(i >= 1) || floor(i) != i || i - 1 + (double)len > (double)b->len)
    lnet_check_range(L, 2, "i", "such that the text fits");
  memmove(b->base + (size_t)i - 1, text, len); /* it may be a view of the same bytes */
  lua_settop(L, 1);
  return 1;
}

static int l_len(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)check_self(L)->len);
  return 1;
}

static int l_tostring(lua_State *L) {
  const lnet_buffer *b = check_self(L);
  lua_pushlstring(L, b->base, b->len);
  return 1;
}

void lnet_buffer_init(lua_State *L, lnet_ctx *ctx) {
  static const luaL_Reg methods[] = {{"new", l_new},   {"sub", l_sub}, {"byte", l_byte},
                                     {"find", l_find}, {"set", l_set}, {"slice", l_slice},
                                     {NULL, NULL}};
  static const luaL_Reg events[] = {{"__len", l_len}, {"__tostring", l_tostring}, {NULL, NULL}};
  static const luaL_Reg class_events[] = {{"__call", l_call}, {NULL, NULL}};
  static const lnet_class_spec spec = {.name = "Buffer", .size = sizeof(lnet_buffer)};
  lua_newtable(L); /* the class */
  lnet_ctx_setfuncs(L, ctx, methods);
  lua_newtable(L);
  lnet_ctx_setfuncs(L, ctx, class_events);
  lua_setmetatable(L, -2);
  lua_newtable(L); /* the metatable */
  lnet_ctx_setfuncs(L, ctx, events);
  lua_pushvalue(L, -2);
  lua_setfield(L, -2, "__index");
  lua_pushliteral(L, "net.Buffer");
  lua_setfield(L, -2, "__name");
  lnet_class_mark(L, &spec);
  ctx->buffer_meta = lua_topointer(L, -1);
  ctx->buffer_meta_ref = luaL_ref(L, LUA_REGISTRYINDEX);
}
