/* How many listeners an event may have before it is taken for a leak. */
#ifndef LNET_LIMIT_H
#define LNET_LIMIT_H

#include "listeners.h"

/* The event has `count` listeners now, its last one just added: more than the limit are told of
   once. What fails is not raised, for the listener has been added. [-0, +0, -] */
void lnet_limit_check(lua_State *L, lnet_listeners at, int key, int event, lua_Integer count);

int lnet_l_setMaxListeners(lua_State *L);
int lnet_l_getMaxListeners(lua_State *L);

#endif
