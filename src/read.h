/* Methods of a socket that read, with the stream at 1. [-0, +1, e] */
#ifndef LNET_READ_H
#define LNET_READ_H

#include "compat.h"

int lnet_l_read(lua_State *L);
int lnet_l_pause(lua_State *L);
int lnet_l_resume(lua_State *L);
int lnet_l_isPaused(lua_State *L);
int lnet_l_setEncoding(lua_State *L);
int lnet_l_unshift(lua_State *L);

#endif
