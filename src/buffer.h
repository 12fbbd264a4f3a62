/* net.Buffer: a fixed block of bytes that C reads into and Lua looks at without copying. */
#ifndef LNET_BUFFER_H
#define LNET_BUFFER_H

#include "codec.h"
#include "ctx.h"

/* A block, or a view of one; a view keeps its block in the user value. */
typedef struct lnet_buffer {
  char *base;
  size_t len;
} lnet_buffer;

/* The buffer at idx, or NULL. [-0, +0, -] */
lnet_buffer *lnet_buffer_test(lua_State *L, int idx);

/* Makes the metatable; pushes the class table of net.Buffer. [-0, +1, m] */
void lnet_buffer_init(lua_State *L, lnet_ctx *ctx);

/* The bytes of the chunk at idx: a string or a number, encoded, which stays at idx as a string; or
   a net.Buffer as it is. Raises ERR_INVALID_ARG_TYPE. [-0, +0, e] */
const char *lnet_buffer_chunk(lua_State *L, int idx, lnet_encoding encoding, size_t *len);

#endif
