/* What objects are owed: callbacks of libuv that came while Lua must not be entered. */
#ifndef LNET_OWED_H
#define LNET_OWED_H

#include "object.h"

/* Notes that the callback `what` came while Lua must not be entered. [-0, +0, -] */
void lnet_object_owe(lnet_object *object, uint8_t what);

/* Runs what was owed when this began, in order, until the loop is halted again. What is owed
   meanwhile waits for the next round of the loop, so that one round has an end. [-0, +0, -] */
void lnet_objects_resume(lnet_ctx *ctx);

#endif
