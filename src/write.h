/* Methods of a socket that write, with the stream at 1. [-0, +1, e] */
#ifndef LNET_WRITE_H
#define LNET_WRITE_H

#include "compat.h"

int lnet_l_write(lua_State *L);
int lnet_l_finish(lua_State *L);
int lnet_l_cork(lua_State *L);
int lnet_l_uncork(lua_State *L);

#endif
