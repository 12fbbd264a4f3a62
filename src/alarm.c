/* Deadlines: one uv_timer drives a wheel of all timers and idle timeouts of a loop. What is due
   fires in order of deadline, then of setting, with the ticks in between, as in node. */
#include "alarm.h"
#include "call.h"
#include "tick.h"
#include <stdlib.h>

struct lnet_alarms {
  uv_timer_t timer;
  lnet_wheel wheel;
  lnet_list due;  /* reported by the wheel, not fired yet */
  uint64_t armed; /* when the timer comes; UINT64_MAX: not at all */
  bool firing;
  size_t refed; /* alarms that net.run waits for */
};

static void on_timer(uv_timer_t *timer);

void lnet_alarms_init(lua_State *L, lnet_ctx *ctx) {
  struct lnet_alarms *a = malloc(sizeof *a);
  if (a == NULL) {
    luaL_error(L, "not enough memory");
    return;
  }
  uv_timer_init(ctx->loop, &a->timer);
  uv_unref((uv_handle_t *)&a->timer);
  a->timer.data = ctx;
  lnet_wheel_init(&a->wheel, uv_now(ctx->loop));
  lnet_list_init(&a->due);
  a->armed = UINT64_MAX;
  a->firing = false;
  a->refed = 0;
  ctx->alarms = a;
}

void lnet_alarms_close(lnet_ctx *ctx) {
  if (ctx->alarms != NULL) uv_close((uv_handle_t *)&ctx->alarms->timer, NULL);
}

void lnet_alarms_free(lnet_ctx *ctx) {
  free(ctx->alarms);
  ctx->alarms = NULL;
}

/* Arms the timer for the earliest deadline. While alarms fire, and while halted, that is a
   millisecond from now at least, as in node: libuv goes through its timers until none is due, so a
   function that takes longer than the delay of the timer that it sets would be called for ever, and
   nothing else. */
static void arm(lnet_ctx *ctx) {
  struct lnet_alarms *a = ctx->alarms;
  const uint64_t now = uv_now(ctx->loop);
  uint64_t in = lnet_list_empty(&a->due) ? lnet_wheel_next(&a->wheel, now) : 0;
  if (in == 0 && (ctx->halted || a->firing)) in = 1;
  if (in == UINT64_MAX) {
    if (a->armed != UINT64_MAX) uv_timer_stop(&a->timer);
    a->armed = UINT64_MAX;
  } else if (now + in != a->armed) {
    a->armed = now + in;
    uv_timer_start(&a->timer, on_timer, in, 0);
  }
}

static void count(lnet_ctx *ctx, bool more) {
  struct lnet_alarms *a = ctx->alarms;
  if (more && a->refed++ == 0) uv_ref((uv_handle_t *)&a->timer);
  if (!more && --a->refed == 0) uv_unref((uv_handle_t *)&a->timer);
}

static void on_timer(uv_timer_t *timer) {
  lnet_ctx *ctx = timer->data;
  struct lnet_alarms *a = ctx->alarms;
  a->armed = UINT64_MAX;
  if (ctx->shut) return;
  a->firing = true;
  lnet_wheel_expire(&a->wheel, uv_now(ctx->loop), &a->due);
  while (!ctx->halted && !lnet_list_empty(&a->due)) {
    lnet_wheel_node *node = LNET_CONTAINER(a->due.next, lnet_wheel_node, link);
    lnet_alarm *alarm = LNET_CONTAINER(node, lnet_alarm, node);
    lnet_alarm_clear(ctx, alarm);
    alarm->fire(alarm);
    lnet_leave(ctx);
  }
  arm(ctx); /* halted: what is still due comes first when net.run goes on */
  a->firing = false;
}

void lnet_alarms_resume(lnet_ctx *ctx) {
  arm(ctx);
}

void lnet_alarm_init(lnet_alarm *alarm, void (*fire)(lnet_alarm *), bool refed) {
  lnet_wheel_node_init(&alarm->node);
  alarm->fire = fire;
  alarm->refed = refed;
  alarm->set = false;
}

void lnet_alarm_set(lnet_ctx *ctx, lnet_alarm *alarm, uint64_t deadline) {
  if (ctx->shut) return;
  if (!alarm->set && alarm->refed) count(ctx, true);
  alarm->set = true;
  lnet_wheel_add(&ctx->alarms->wheel, &alarm->node, deadline);
  arm(ctx);
}

void lnet_alarm_clear(lnet_ctx *ctx, lnet_alarm *alarm) {
  if (!alarm->set) return;
  alarm->set = false;
  if (ctx->shut) return; /* the wheel is gone, or goes */
  lnet_wheel_remove(&ctx->alarms->wheel, &alarm->node);
  if (alarm->refed) count(ctx, false);
}

void lnet_alarm_ref(lnet_ctx *ctx, lnet_alarm *alarm, bool refed) {
  if (alarm->refed == refed) return;
  alarm->refed = refed;
  if (alarm->set && !ctx->shut) count(ctx, refed);
}
