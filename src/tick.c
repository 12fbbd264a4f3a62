/* The queue behind nextTick, a ring buffer. What C queues cannot fail: each call from Lua that may
   lead to ticks reserves room first, and a round of C alone queues only a few.
   Ticks have numbers, one after the other. Those of an object that is held weakly are chained by
   them, the last first, so that the object's __gc finds them without a search. */
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
  uint32_t before; /* the number of the tick that the weakly held object queued before */
  uint32_t life; /* the life of the object in which it was queued, as 2 * number, + 1 where the tick
                    is passed over in another life */
};

/* Room of a queue that has seen no burst; ticks. A larger one, and a larger table of functions, is
   given back once the queue is empty. */
enum { USUAL_CAPACITY = 4 * LNET_TICK_MARGIN, LARGE_CAPACITY = 8192 };

/* The place of the tick of this number. */
static inline struct lnet_tick *place_of(const lnet_ctx *ctx, uint32_t number) {
  return &ctx->ticks[number & (ctx->tick_capacity - 1)];
}

/* The queued tick of this number, or NULL when it has run. [-0, +0, -] */
static struct lnet_tick *tick_of(const lnet_ctx *ctx, uint32_t number) {
  const uint32_t behind = number - ctx->tick_first; /* wraps: far behind the last one */
  return behind < ctx->tick_count ? place_of(ctx, number) : NULL;
}

/* Moves the queue to a block of this capacity. Returns 0 or UV_ENOMEM. */
static int move(lnet_ctx *ctx, uint32_t capacity) {
  struct lnet_tick *ticks = malloc(capacity * sizeof *ticks);
  if (ticks == NULL) return UV_ENOMEM;
  for (uint32_t i = ctx->tick_first; i != ctx->tick_first + ctx->tick_count; i++)
    ticks[i & (capacity - 1)] = *place_of(ctx, i);
  free(ctx->ticks);
  ctx->ticks = ticks;
  ctx->tick_capacity = capacity;
  return 0;
}

int lnet_ticks_grow(lnet_ctx *ctx) {
  if (ctx->shut) return 0; /* nothing is queued any more */
  return move(ctx, ctx->tick_capacity == 0 ? USUAL_CAPACITY : 2 * ctx->tick_capacity);
}

/* More was queued than anyone has made room for. */
static void need_room(lnet_ctx *ctx) {
  if (ctx->tick_count == ctx->tick_capacity && lnet_ticks_grow(ctx) != 0) abort();
}

static LNET_APART void queue_in_more_room(lnet_object *object, lnet_tick_fn fn, uint32_t life) {
  need_room(object->ctx);
  lnet_tick_queue(object, fn, life);
}

LNET_HOT void lnet_tick_queue(lnet_object *object, lnet_tick_fn fn, uint32_t life) {
  lnet_ctx *ctx = object->ctx;
  if (ctx->shut) return;
  if (ctx->tick_count == ctx->tick_capacity) {
    queue_in_more_room(object, fn, life);
    return;
  }
  lnet_assert(object->holds > 0);
  object->holds++;
  struct lnet_tick *tick = place_of(ctx, ctx->tick_first + ctx->tick_count++);
  tick->run = fn;
  tick->object = object;
  tick->life = life;
  if (!object->weak) return;
  tick->before = object->last_tick;
  object->last_tick = ctx->tick_first + ctx->tick_count - 1;
}

void lnet_tick_ref(lnet_ctx *ctx, int ref, bool first) {
  if (ctx->shut) return;
  need_room(ctx);
  ctx->tick_count++;
  if (first) ctx->tick_first--; /* so the new place is in front of the first one */
  struct lnet_tick *tick =
      place_of(ctx, first ? ctx->tick_first : ctx->tick_first + ctx->tick_count - 1);
  tick->run = NULL;
  tick->ref = ref;
}

void lnet_ticks_init(lua_State *L, lnet_ctx *ctx) {
  lua_pushboolean(L, 0);
  ctx->tick_functions_ref = luaL_ref(L, LUA_REGISTRYINDEX);
}

/* Pushes the table of functions, making it if need be. [-0, +1, m] */
static void push_functions(lua_State *L, const lnet_ctx *ctx) {
  if (lua_rawgeti(L, LUA_REGISTRYINDEX, ctx->tick_functions_ref) == LUA_TTABLE) return;
  lua_newtable(L);
  lua_replace(L, -2);
  if (lua_rawgeti(L, LUA_REGISTRYINDEX, ctx->tick_functions_ref) == LUA_TTABLE) {
    lua_replace(L, -2); /* made meanwhile, by a finalizer's tick */
    return;
  }
  lua_pop(L, 1);
  lua_pushvalue(L, -1);
  lua_rawseti(L, LUA_REGISTRYINDEX, ctx->tick_functions_ref);
}

int lnet_tick_keep(lua_State *L, lnet_ctx *ctx) {
  push_functions(L, ctx);
  lua_insert(L, -2);
  const int ref = luaL_ref(L, -2);
  lua_pop(L, 1);
  if (ref > ctx->tick_function_max) ctx->tick_function_max = ref;
  return ref;
}

void lnet_tick_drop(lua_State *L, const lnet_ctx *ctx, int ref) {
  if (ref == LUA_NOREF) return;
  lua_rawgeti(L, LUA_REGISTRYINDEX, ctx->tick_functions_ref);
  luaL_unref(L, -1, ref);
  lua_pop(L, 1);
}

struct call {
  lnet_ctx *ctx;
  int ref;
};

/* Protected: calls the function of one tick. [-0, +0, e] */
static int body_tick(lua_State *L) {
  const struct call *call = lua_touserdata(L, 1);
  lua_rawgeti(L, LUA_REGISTRYINDEX, call->ctx->tick_functions_ref);
  lua_rawgeti(L, -1, call->ref);
  luaL_unref(L, -2, call->ref);
  lua_call(L, 0, 0);
  return 0;
}

static LNET_APART void call_function(lnet_ctx *ctx, int ref) {
  struct call call = {ctx, ref};
  lnet_enter(ctx, body_tick, &call);
}

/* Whether a burst has made the queue grow, or the table of functions. [-0, +0, -] */
static inline bool is_large(const lnet_ctx *ctx) {
  return ctx->tick_capacity > LARGE_CAPACITY || ctx->tick_function_max > LARGE_CAPACITY;
}

/* The queue is empty: gives back what it is too large by. [-0, +0, -] */
static LNET_APART void shrink(lnet_ctx *ctx) {
  if (ctx->tick_capacity > LARGE_CAPACITY) move(ctx, USUAL_CAPACITY);
  if (ctx->tick_function_max <= LARGE_CAPACITY) return;
  ctx->tick_function_max = 0;
  lua_pushboolean(ctx->L, 0);
  lua_rawseti(ctx->L, LUA_REGISTRYINDEX, ctx->tick_functions_ref);
}

/* Whether the step belongs to an earlier life of the object. While no life but the first has begun
   in this state there is none. [-0, +0, -] */
static inline bool is_past(lnet_ctx *ctx, const lnet_object *object, uint32_t life) {
  if (ctx->lives == 0) return false;
  ctx->tick_life = life / 2;
  return life % 2 != 0 && object->cls->life(object) != life / 2;
}

/* Runs the step of an object that is held weakly, unless that is about to be collected. */
static LNET_APART void run_weak(lnet_ctx *ctx, lnet_object *object, lnet_tick_fn run, bool past) {
  lua_State *L = ctx->L;
  lnet_object_push(L, object);
  if (!lua_isnil(L, -1) && !past) run(object);
  lnet_object_release(object);
  lua_pop(L, 1);
}

/* Runs the step of an object, which is held for it. */
static inline void run_step(lnet_ctx *ctx, lnet_object *object, lnet_tick_fn run, uint32_t life) {
  const bool past = is_past(ctx, object, life);
  if (object->weak) {
    run_weak(ctx, object, run, past);
    return;
  }
  if (!past) run(object);
  lnet_object_release(object);
}

LNET_HOT void lnet_ticks_run(lnet_ctx *ctx) {
  while (ctx->tick_count > 0 && !ctx->halted) {
    const struct lnet_tick *first = place_of(ctx, ctx->tick_first); /* it may move while it runs */
    const lnet_tick_fn run = first->run;
    lnet_object *object = run != NULL ? first->object : NULL;
    const int ref = run != NULL ? 0 : first->ref;
    const uint32_t life = first->life;
    ctx->tick_first++;
    ctx->tick_count--;
    if (run == NULL)
      call_function(ctx, ref);
    else if (object != NULL)
      run_step(ctx, object, run, life);
    if (ctx->gathering != 0) ctx->flush(ctx);
    if (ctx->waiter.signalled) lnet_interrupt_look(ctx); /* the poll may be far */
  }
  if (ctx->tick_count == 0 && is_large(ctx)) shrink(ctx);
}

LNET_HOT void lnet_leave_busy(lnet_ctx *ctx) {
  if (ctx->gathering != 0) ctx->flush(ctx);
  if (ctx->tick_count > 0) lnet_ticks_run(ctx);
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
  lnet_tick_ref(ctx, lnet_tick_keep(L, ctx), false);
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
  uint32_t number = object->last_tick;
  for (;;) {
    struct lnet_tick *tick = tick_of(ctx, number);
    if (tick == NULL || tick->run == NULL || tick->object != object) return;
    number = tick->before;
    tick->object = NULL;
  }
}

void lnet_ticks_free(lnet_ctx *ctx) {
  free(ctx->ticks);
  ctx->ticks = NULL;
  ctx->tick_capacity = ctx->tick_count = ctx->tick_first = 0;
}
