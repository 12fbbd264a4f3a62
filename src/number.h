/* What JavaScript makes of a value that stands where a number is due. */
#ifndef LNET_NUMBER_H
#define LNET_NUMBER_H

#include "ctx.h"

/* JavaScript's Number(value): of text "80", " 8e1 ", "0x50", "0b1010000", "" (0); of booleans 1 and
   0; NaN of what is none. [-0, +0, m] */
double lnet_number(lua_State *L, int idx);

/* A whole number as it is; of others JavaScript's parseInt(value, 10): the digits that the text of
   the value begins with, as in "5 bytes"; NaN where there are none. [-0, +0, m] */
double lnet_number_parse_int(lua_State *L, int idx);

/* core.toNumber(value), core.toInt32(value): the latter as JavaScript's value | 0. */
int lnet_l_toNumber(lua_State *L);
int lnet_l_toInt32(lua_State *L);

#endif
