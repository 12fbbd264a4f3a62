/* Host names: uv_getaddrinfo as a request that calls a Lua function. */
#ifndef LNET_LOOKUP_H
#define LNET_LOOKUP_H

#include "ctx.h"

/* core.lookup(host, family, hints, callback): callback(code) with libuv's negative code, or
   callback(nil, { { address = , family = 4|6 }, ... }). Returns 0, or the code when it could not
   even be asked: then the callback is not called. */
int lnet_l_lookup(lua_State *L);

/* At the end of the state: gives up what has not begun; the rest is waited for. [-0, +0, -] */
void lnet_lookups_cancel(lnet_ctx *ctx);

/* Adds the values of hints to the table on top. [-0, +0, m] */
void lnet_lookup_init(lua_State *L, lnet_ctx *ctx);

#endif
