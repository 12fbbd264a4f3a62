/* setTimeout and setInterval. */
#ifndef LNET_TIMER_H
#define LNET_TIMER_H

#include "ctx.h"

void lnet_timer_init(lua_State *L, lnet_ctx *ctx);
int lnet_l_setTimeout(lua_State *L);
int lnet_l_setInterval(lua_State *L);
int lnet_l_clearTimeout(lua_State *L);

#endif
