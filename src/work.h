/* What the debug build counts: each look into a table of listeners, and each step of a search that
   is in C alone. Specs of growth compare the counts of small and of large emitters, for a time is
   no proof. Included last, by the files that have such tables. */
#ifndef LNET_WORK_H
#define LNET_WORK_H

#ifdef LNET_DEBUG

#include "call.h"

/* Adds so many steps to the count of this state. [-0, +0, -] */
static inline void lnet_work(lua_State *L, lua_Integer steps) {
  lnet_ctx_push(L);
  lnet_ctx *ctx = lua_touserdata(L, -1);
  lua_pop(L, 1);
  ctx->work += steps;
}

#define lua_rawgeti(L, idx, n) (lnet_work(L, 1), (lua_rawgeti)(L, idx, n))
#define lua_rawseti(L, idx, n) (lnet_work(L, 1), (lua_rawseti)(L, idx, n))
#define lua_rawget(L, idx)     (lnet_work(L, 1), (lua_rawget)(L, idx))
#define lua_rawset(L, idx)     (lnet_work(L, 1), (lua_rawset)(L, idx))
#define lua_rawequal(L, a, b)  (lnet_work(L, 1), (lua_rawequal)(L, a, b))
#define lua_topointer(L, idx)  (lnet_work(L, 1), (lua_topointer)(L, idx))

#else

#define lnet_work(L, steps) ((void)(L), (void)(steps))

#endif
#endif
