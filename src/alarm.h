/* Deadlines: one uv_timer drives a wheel of all timers and idle timeouts of a loop. */
#ifndef LNET_ALARM_H
#define LNET_ALARM_H

#include "ctx.h"
#include "wheel.h"

typedef struct lnet_alarm {
  bool set;
  bool refed;                        /* counts for net.run */
  void (*fire)(struct lnet_alarm *); /* from libuv; may enter Lua */
  lnet_wheel_node node;
} lnet_alarm;

/* Makes the wheel, raises when there is no memory. [-0, +0, e] */
void lnet_alarms_init(lua_State *L, lnet_ctx *ctx);
void lnet_alarms_close(lnet_ctx *ctx);

/* net.run goes on: what is due comes first. [-0, +0, -] */
void lnet_alarms_resume(lnet_ctx *ctx);
void lnet_alarms_free(lnet_ctx *ctx);

void lnet_alarm_init(lnet_alarm *alarm, void (*fire)(lnet_alarm *), bool refed);

/* Has the alarm fire at `deadline` (ms of uv_now), once; one that is set is moved. [-0, +0, -] */
void lnet_alarm_set(lnet_ctx *ctx, lnet_alarm *alarm, uint64_t deadline);
void lnet_alarm_clear(lnet_ctx *ctx, lnet_alarm *alarm);

/* Whether net.run waits for it. [-0, +0, -] */
void lnet_alarm_ref(lnet_ctx *ctx, lnet_alarm *alarm, bool refed);

#endif
