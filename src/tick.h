/* The queue behind nextTick: one FIFO for the user's functions and for the steps of our streams.
   Source of the order: node v20, process.nextTick. */
#ifndef LNET_TICK_H
#define LNET_TICK_H

#include "object.h"

typedef void (*lnet_tick_fn)(lnet_object *object);

/* Room that is always free when C runs without L. */
#define LNET_TICK_MARGIN 128u

/* Doubles the queue's room. Returns 0 or UV_ENOMEM. [-0, +0, -] */
int lnet_ticks_grow(lnet_ctx *ctx);

/* Makes room for the ticks that one call from Lua may queue. Returns 0 or UV_ENOMEM. The room is
   generous: between two such calls C queues a few steps for a few streams. [-0, +0, -] */
static inline int lnet_ticks_reserve(lnet_ctx *ctx) {
  return ctx->tick_capacity - ctx->tick_count >= 2 * LNET_TICK_MARGIN ? 0 : lnet_ticks_grow(ctx);
}

/* Queues fn(object). The object must be held already. Cannot fail after lnet_ticks_reserve.
   [-0, +0, -] */
void lnet_tick_queue(lnet_object *object, lnet_tick_fn fn, uint32_t life); /* life: see tick.c */

/* The same for a step that belongs to the life of the object that has this number, its present one:
   it is passed over when another has begun before its turn. [-0, +0, -] */
static inline void lnet_tick_in_life(lnet_object *object, lnet_tick_fn fn, uint32_t life) {
  lnet_tick_queue(object, fn, 2 * life + 1);
}

/* The same for a step that comes in any case. [-0, +0, -] */
static inline void lnet_tick_of_life(lnet_object *object, lnet_tick_fn fn, uint32_t life) {
  lnet_tick_queue(object, fn, 2 * life);
}

/* The same for an object that has no lives. [-0, +0, -] */
static inline void lnet_tick(lnet_object *object, lnet_tick_fn fn) {
  lnet_tick_of_life(object, fn, 0);
}

/* While a tick of an object with lives runs: the number of the life that queued it. [-0, +0, -] */
static inline uint32_t lnet_tick_life(const lnet_ctx *ctx) {
  return ctx->tick_life;
}

/* Keeps the function on top for a tick. Returns its reference. [-1, +0, m] */
int lnet_tick_keep(lua_State *L, lnet_ctx *ctx);

/* The function is not needed; LUA_NOREF is ignored. [-0, +0, -] */
void lnet_tick_drop(lua_State *L, const lnet_ctx *ctx, int ref);

/* Queues a call of the function of this reference; first: in front of all others. [-0, +0, -] */
void lnet_tick_ref(lnet_ctx *ctx, int ref, bool first);

/* Runs ticks until none is left or the loop is halted. [-0, +0, -] */
void lnet_ticks_run(lnet_ctx *ctx);

/* The end of each libuv callback: sends what was gathered, runs the ticks. [-0, +0, -] */
void lnet_leave_busy(lnet_ctx *ctx); /* when there is something to do */
static inline void lnet_leave(lnet_ctx *ctx) {
  if (ctx->gathering != 0 || ctx->tick_count > 0) lnet_leave_busy(ctx);
}

/* nextTick(fn, ...). [-(nargs+1), +0, m]: packs the function below nargs arguments. */
void lnet_tick_push(lua_State *L, lnet_ctx *ctx, int nargs);

/* Replaces a function and the nargs arguments above it by one function without arguments that
   makes the call. [-(nargs+1), +1, m] */
void lnet_pack(lua_State *L, int nargs);

/* Drops the ticks of an object that was held weakly and is collected. [-0, +0, -] */
void lnet_ticks_forget(const lnet_object *object);

int lnet_l_nextTick(lua_State *L);

/* Makes the place of the functions. [-0, +0, m] */
void lnet_ticks_init(lua_State *L, lnet_ctx *ctx);
void lnet_ticks_free(lnet_ctx *ctx);

#endif
