/* Error objects, as section 3 of the API has them: tables with a metatable. */
#ifndef LNET_ERROR_H
#define LNET_ERROR_H

#include "ctx.h"

/* Makes the metatable and the error for failed allocations. [-0, +0, m] */
void lnet_error_init(lua_State *L, lnet_ctx *ctx);

/* Pushes an error object; code may be NULL. `stack` names the caller's line: the first frame that
   is neither C nor one of our own Lua files. [-0, +1, m] */
void lnet_error_push(lua_State *L, const char *name, const char *code, const char *message);

/* The same for a message of any bytes, which is on top. [-1, +1, m] */
void lnet_error_push_top(lua_State *L, const char *name, const char *code);

/* Pushes the error of a failed system call, node's ErrnoException (address NULL, port 0) or
   ExceptionWithHostPort. [-0, +1, m] */
void lnet_error_push_system(lua_State *L, int err, const char *syscall, const char *address,
                            int port);

/* Raises a usage error with a formatted message (lua_pushfstring). [-0, +0, v] */
int lnet_error_raise(lua_State *L, const char *name, const char *code, const char *format, ...);

/* Raises ERR_INVALID_THIS: a method of the class was called on something else, or with a dot.
   [-0, +0, v] */
int lnet_error_raise_this(lua_State *L, const char *class_name);

/* Raises a usage error whose message, a string of any bytes, is on top. [-1, +0, v] */
int lnet_error_raise_top(lua_State *L, const char *name, const char *code);

/* Raises the error object made at load for failed allocations in C. [-0, +0, v] */
int lnet_error_memory(lua_State *L);

/* Whether the value is an error: ours, or any table with a string `message`. [-0, +0, -] */
bool lnet_is_error(lua_State *L, int idx);

/* core.newError(name, code, message[, fields]) for our Lua files. */
int lnet_l_newError(lua_State *L);
int lnet_l_systemError(lua_State *L);

/* core.raiseThis(class): lnet_error_raise_this. */
int lnet_l_raiseThis(lua_State *L);
int lnet_l_ownSource(lua_State *L);

#endif
