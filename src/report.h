/* How errors are shown: as text to the program that asks for it, with the place where they were
   raised to the host (such as lua.c) that reports them. */
#ifndef LNET_REPORT_H
#define LNET_REPORT_H

#include "ctx.h"

/* Notes the functions of the standard library that are told from others; pushes the metatable of
   error objects, which has what is done here. [-0, +1, m] */
void lnet_report_init(lua_State *L, lnet_ctx *ctx);

/* Pushes the text of the error table at idx: "TypeError [CODE]: message", as JavaScript's
   String(err). [-0, +1, e] */
void lnet_report_push_text(lua_State *L, int idx);

/* Pushes that text with the errors that an AggregateError is made of, each on lines of its own.
   [-0, +1, e] */
void lnet_report_push_details(lua_State *L, int idx);

/* Appends the traceback from `level` on to the text on top, bytes 0 or not. [-1, +1, m] */
void lnet_report_add_traceback(lua_State *L, int level);

/* Sets `stack` of the error table on top where it has none: its message and the traceback from the
   function on that has raised it. [-0, +0, m] */
void lnet_report_set_stack(lua_State *L);

/* Sees to it that a host can show where the value on top was raised, which is about to be raised
   from C: when it is an error table of the user's own that has no metatable, or that nobody but the
   host will get. [-0, +0, m] */
void lnet_report_prepare(lua_State *L, const lnet_ctx *ctx);

#endif
