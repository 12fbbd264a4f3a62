/* The queue behind nextTick, a ring buffer. What C queues cannot fail: each call from Lua that may
   lead to ticks reserves room first, and a round of C alone queues only a few. */
#include "tick.h"
#include "call.h"
#include "check.h"
#include "error.h"
#include "interrupt.h"
#include <stdlib.h>

struct lnet_tick {
  lnet_tick_fn run; /* NULL: the tick calls a Lua function */
  union {
    lnet_object *object; /* held until the tick has run; NULL: forgotten */
    int ref;             /* of the Lua function */
  };
};

int lnet_ticks_grow(lnet_ctx *ctx) {
  if (ctx->shut) return 0; /* no tick comes any more, and nobody would free them */
  const uint32_t capacity = ctx->tick_capacity == 0 ? 4 * LNET_TICK_MARGIN : 2 * ctx->tick_capacity;
  struct lnet_tick *ticks = malloc(capacity * sizeof *ticks);
  if (ticks == NULL) return UV_ENOMEM;
  for (uint32_t i = 0; i < ctx->tick_count; i++)
    ticks[i] = ctx->ticks[(ctx->tick_first + i) & (ctx->tick_capacity - 1)];
  free(ctx->ticks);
  ctx->ticks = ticks;
  ctx->tick_capacity = capacity;
  ctx->tick_first = 0;
  return 0;
}

static inline struct lnet_tick *enqueue(lnet_ctx *ctx) {
  if (ctx->tick_count == ctx->tick_capacity && lnet_ticks_grow(ctx) != 0) abort();
  return &ctx->ticks[(ctx->tick_first + ctx->tick_count++) & (ctx->tick_capacity - 1)];
}

LNET_HOT void lnet_tick(lnet_object *object, lnet_tick_fn fn) {
  lnet_ctx *ctx = object->ctx;
  if (ctx->shut) return;
  lnet_assert(object->holds > 0);
  object->holds++;
  struct lnet_tick *tick = enqueue(ctx);
  tick->run = fn;
  tick->object = object;
}

void lnet_tick_ref(lnet_ctx *ctx, int ref) {
  if (ctx->shut) return;
  struct lnet_tick *tick = enqueue(ctx);
  tick->run = NULL;
  tick->ref = ref;
}

/* Protected: calls the function of one tick. [-0, +0, e] */
static int body_tick(lua_State *L) {
  const int *ref = lua_touserdata(L, 1);
  lua_rawgeti(L, LUA_REGISTRYINDEX, *ref);
  luaL_unref(L, LUA_REGISTRYINDEX, *ref);
  lua_call(L, 0, 0);
  return 0;
}

LNET_HOT void lnet_ticks_run(lnet_ctx *ctx) {
  while (ctx->tick_count > 0 && !ctx->halted) {
    const struct lnet_tick tick = ctx->ticks[ctx->tick_first];
    ctx->tick_first = (ctx->tick_first + 1) & (ctx->tick_capacity - 1);
    ctx->tick_count--;
    if (tick.run == NULL) {
      int ref = tick.ref;
      lnet_enter(ctx, body_tick, &ref);
    } else if (tick.object != NULL) {
      lnet_object *object = tick.object;
      lua_State *L = ctx->L;
      const bool weak = object->weak;
      if (weak) lnet_object_push(L, object);
      if (!weak || !lua_isnil(L, -1)) tick.run(object);
      lnet_object_release(object);
      if (weak) lua_pop(L, 1);
    }
    if (ctx->gathering != 0) ctx->flush(ctx);
    if (ctx->waiter.signalled) lnet_interrupt_look(ctx); /* the poll may be far */
  }
}

/* A function with its arguments, as upvalues: the count, the function, the arguments. */
static int call_packed(lua_State *L) {
  const int count = (int)lua_tointeger(L, lua_upvalueindex(1));
  luaL_checkstack(L, count, "too many arguments");
  for (int i = 2; i < count + 2; i++)
    lua_pushvalue(L, lua_upvalueindex(i));
  lua_call(L, count - 1, 0);
  return 0;
}

/* More arguments than a C function has upvalues: they wait in a table. */
static int call_unpacked(lua_State *L) {
  const int count = (int)lua_tointeger(L, lua_upvalueindex(1));
  luaL_checkstack(L, count, "too many arguments");
  for (int i = 1; i <= count; i++)
    lua_rawgeti(L, lua_upvalueindex(2), i);
  lua_call(L, count - 1, 0);
  return 0;
}

void lnet_tick_push(lua_State *L, lnet_ctx *ctx, int nargs) {
  if (lnet_ticks_reserve(ctx) != 0) lnet_error_memory(L);
  lnet_pack(L, nargs);
  lnet_tick_ref(ctx, luaL_ref(L, LUA_REGISTRYINDEX));
}

void lnet_pack(lua_State *L, int nargs) {
  const int count = nargs + 1;
  if (nargs == 0) return;
  const int first = lua_gettop(L) - nargs;
  lua_pushinteger(L, count);
  lua_insert(L, first);
  if (count < 250) {
    lua_pushcclosure(L, call_packed, count + 1);
    return;
  }
  lua_createtable(L, count, 0);
  lua_insert(L, first + 1);
  for (int i = count; i >= 1; i--)
    lua_rawseti(L, first + 1, i);
  lua_pushcclosure(L, call_unpacked, 2);
}

/***
Runs a function once the current callback is done, before any further I/O. Source: node v20,
process.nextTick.
@function nextTick
@tparam function fn
@param ... its arguments
@raise `ERR_INVALID_ARG_TYPE`
*/
int lnet_l_nextTick(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lnet_check_open(L, ctx);
  lnet_check_function(L, 1, "callback");
  lnet_tick_push(L, ctx, lua_gettop(L) - 1);
  return 0;
}

void lnet_ticks_forget(const lnet_object *object) {
  const lnet_ctx *ctx = object->ctx;
  for (uint32_t i = 0; i < ctx->tick_count; i++) {
    struct lnet_tick *tick = &ctx->ticks[(ctx->tick_first + i) & (ctx->tick_capacity - 1)];
    if (tick->run != NULL && tick->object == object) tick->object = NULL;
  }
}

void lnet_ticks_free(lnet_ctx *ctx) {
  free(ctx->ticks);
  ctx->ticks = NULL;
  ctx->tick_capacity = ctx->tick_count = ctx->tick_first = 0;
}
