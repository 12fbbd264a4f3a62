/* Checks of arguments: what fails raises node's usage error at the caller's line. */
#ifndef LNET_CHECK_H
#define LNET_CHECK_H

#include "codec.h"
#include "ctx.h"

/* Raises ERR_INVALID_ARG_TYPE; `expected` as in "of type function". [-0, +0, v] */
int lnet_check_fail(lua_State *L, int idx, const char *name, const char *expected);

/* Raises unless the value is a function. [-0, +0, v] */
void lnet_check_function(lua_State *L, int idx, const char *name);

/* The number at idx, or raises. [-0, +0, v] */
double lnet_check_number(lua_State *L, int idx, const char *name);

/* Raises when the loop of this state is gone (its state is closing). [-0, +0, v] */
void lnet_check_open(lua_State *L, const lnet_ctx *ctx);

/* Raises ERR_INVALID_ARG_VALUE: "The argument '<name>' <reason>." [-0, +0, v] */
int lnet_check_refuse(lua_State *L, int idx, const char *name, const char *reason);

/* Raises ERR_OUT_OF_RANGE: "It must be <range>." [-0, +0, v] */
int lnet_check_range(lua_State *L, int idx, const char *name, const char *range);

/* The encoding named at idx, `fallback` when there is none; raises ERR_UNKNOWN_ENCODING.
   [-0, +0, v] */
lnet_encoding lnet_check_encoding(lua_State *L, int idx, lnet_encoding fallback);

#endif
