/* net.Socket(options): a new socket, by itself or over a descriptor. */
#ifndef LNET_OPEN_H
#define LNET_OPEN_H

#include "stream.h"

/* core.newSocket(options): options are checked here. [-1, +1, e] */
int lnet_l_newSocket(lua_State *L);

/* The high-water mark in field `name` of the table at idx, or `fallback`. [-0, +0, v] */
uint32_t lnet_opt_mark(lua_State *L, int idx, const char *name, const char *property,
                       uint32_t fallback);

#endif
