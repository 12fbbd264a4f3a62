/* setTimeout and setInterval, as node v20 has them. A timer is anchored while it is set. */
#include "timer.h"
#include "alarm.h"
#include "call.h"
#include "check.h"
#include "class.h"
#include "error.h"
#include "number.h"
#include "object.h"
#include "tick.h"

enum { UV_FUNCTION = LNET_UV_HOT };

/* Longer ones count as 1 ms, as in node. */
#define TIMEOUT_MAX 2147483647.0

typedef struct lnet_timer {
  lnet_object object;
  lnet_alarm alarm;
  uint64_t ms;
  bool repeat;
  bool cleared;
} lnet_timer;

static const lnet_object_class timer_class = {.resume = NULL}; /* nothing is owed to a timer */

static lnet_timer *of_alarm(lnet_alarm *alarm) {
  return LNET_CONTAINER(alarm, lnet_timer, alarm);
}

/* Protected: calls the timer's function. [-0, +0, e] */
static int body_timer(lua_State *L) {
  const lnet_timer *t = lua_touserdata(L, 1);
  lnet_object_push(L, &t->object);
  lua_getiuservalue(L, -1, UV_FUNCTION);
  lua_call(L, 0, 0);
  return 0;
}

static void fire(lnet_alarm *alarm) {
  lnet_timer *t = of_alarm(alarm);
  lnet_ctx *ctx = t->object.ctx;
  const uint64_t now = uv_now(ctx->loop);
  lnet_enter(ctx, body_timer, t);
  /* Refreshed by its own function it is set, and held once more. */
  if (t->repeat && !t->cleared && !t->alarm.set)
    lnet_alarm_set(ctx, alarm, now + t->ms);
  else
    lnet_object_release(&t->object);
}

static uint64_t duration(lua_State *L, int idx) {
  const double ms = lnet_number(L, idx); /* what is no number counts as 1 */
  return ms >= 1 && ms <= TIMEOUT_MAX ? (uint64_t)ms : 1;
}

/* Sets the timer at idx from now on. [-0, +0, m] */
static void start(lua_State *L, int idx, lnet_timer *t) {
  lnet_ctx *ctx = t->object.ctx;
  if (!t->alarm.set) lnet_object_hold(L, idx, &t->object);
  uv_update_time(ctx->loop); /* as node: what the script took so far counts */
  lnet_alarm_set(ctx, &t->alarm, uv_now(ctx->loop) + t->ms);
}

/* A new timer for fn, ms, ... [-all, +1, e] */
static int new_timer(lua_State *L, bool repeat) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lnet_check_open(L, ctx);
  lnet_check_function(L, 1, "callback");
  if (lua_gettop(L) < 2) lua_settop(L, 2);
  const uint64_t ms = duration(L, 2);
  if (lnet_ticks_reserve(ctx) != 0) lnet_error_memory(L);
  lua_remove(L, 2);
  lnet_pack(L, lua_gettop(L) - 1);
  lnet_timer *t = lua_newuserdatauv(L, sizeof *t, LNET_UV_COMMON);
  lnet_object_init(&t->object, ctx, &timer_class);
  lnet_alarm_init(&t->alarm, fire, true);
  t->ms = ms;
  t->repeat = repeat;
  t->cleared = false;
  lua_rawgeti(L, LUA_REGISTRYINDEX, ctx->timer_meta_ref);
  lua_setmetatable(L, -2);
  lua_insert(L, 1);
  lua_setiuservalue(L, 1, UV_FUNCTION);
  start(L, 1, t);
  return 1;
}

/***
Runs a function after a time. Source: node v20, setTimeout.
@function setTimeout
@tparam function fn
@tparam[opt=1] number ms milliseconds
@param ... arguments for fn
@return a timer with ref, unref, hasRef, refresh, close
@raise `ERR_INVALID_ARG_TYPE`
*/
int lnet_l_setTimeout(lua_State *L) {
  return new_timer(L, false);
}

/***
Runs a function again and again. Source: node v20, setInterval.
@function setInterval
@tparam function fn
@tparam[opt=1] number ms milliseconds
@param ... arguments for fn
@return a timer
*/
int lnet_l_setInterval(lua_State *L) {
  return new_timer(L, true);
}

static lnet_timer *check_timer(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lua_rawgeti(L, LUA_REGISTRYINDEX, ctx->timer_meta_ref);
  const void *meta = lua_topointer(L, -1);
  lua_pop(L, 1);
  return lnet_class_check(L, 1, meta, "Timeout");
}

static void clear(lnet_timer *t) {
  t->cleared = true;
  if (!t->alarm.set) return;
  lnet_alarm_clear(t->object.ctx, &t->alarm);
  lnet_object_release(&t->object);
}

/*** Stops a timer; what is none, or has run, is ignored. Source: node v20, clearTimeout.
@function clearTimeout */
int lnet_l_clearTimeout(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lua_rawgeti(L, LUA_REGISTRYINDEX, ctx->timer_meta_ref);
  lnet_timer *t = lnet_class_test(L, 1, lua_topointer(L, -1));
  if (t != NULL) clear(t);
  return 0;
}

static int set_ref(lua_State *L, bool refed) {
  lnet_timer *t = check_timer(L);
  lnet_alarm_ref(t->object.ctx, &t->alarm, refed);
  lua_settop(L, 1);
  return 1;
}

static int l_ref(lua_State *L) {
  return set_ref(L, true);
}

static int l_unref(lua_State *L) {
  return set_ref(L, false);
}

static int l_hasRef(lua_State *L) {
  lua_pushboolean(L, check_timer(L)->alarm.refed);
  return 1;
}

static int l_refresh(lua_State *L) {
  lnet_timer *t = check_timer(L);
  lnet_check_open(L, t->object.ctx);
  if (!t->cleared) start(L, 1, t);
  lua_settop(L, 1);
  return 1;
}

static int l_close(lua_State *L) {
  clear(check_timer(L));
  lua_settop(L, 1);
  return 1;
}

static int no_property(lua_State *L, void *object, int number) {
  (void)object;
  (void)number;
  lua_pushnil(L);
  return 1;
}

void lnet_timer_init(lua_State *L, lnet_ctx *ctx) {
  static const luaL_Reg methods[] = {{"ref", l_ref},       {"unref", l_unref},
                                     {"hasRef", l_hasRef}, {"refresh", l_refresh},
                                     {"close", l_close},   {NULL, NULL}};
  static const lnet_class_spec spec = {.name = "Timeout",
                                       .size = sizeof(lnet_timer),
                                       .kind_at = offsetof(lnet_object, cls),
                                       .kind = &timer_class,
                                       .methods = methods,
                                       .get = no_property,
                                       .close = l_close};
  const void *meta = NULL;
  lnet_class_new(L, ctx, &spec, &meta, &ctx->timer_meta_ref);
  lua_pop(L, 1);
}
