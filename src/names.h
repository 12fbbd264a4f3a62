/* Event names that the module itself uses, interned once: each has a small number. */
#ifndef LNET_NAMES_H
#define LNET_NAMES_H

#include "ctx.h"

#define LNET_EVENTS(X)                                                                             \
  X(DATA, "data")                                                                                  \
  X(END, "end")                                                                                    \
  X(ERROR, "error")                                                                                \
  X(CLOSE, "close")                                                                                \
  X(READABLE, "readable")                                                                          \
  X(DRAIN, "drain")                                                                                \
  X(FINISH, "finish")                                                                              \
  X(PREFINISH, "prefinish")                                                                        \
  X(CONNECT, "connect")                                                                            \
  X(READY, "ready")                                                                                \
  X(LOOKUP, "lookup")                                                                              \
  X(TIMEOUT, "timeout")                                                                            \
  X(PAUSE, "pause")                                                                                \
  X(RESUME, "resume")                                                                              \
  X(PIPE, "pipe")                                                                                  \
  X(UNPIPE, "unpipe")                                                                              \
  X(CONNECTION, "connection")                                                                      \
  X(LISTENING, "listening")                                                                        \
  X(DROP, "drop")                                                                                  \
  X(NEW_LISTENER, "newListener")                                                                   \
  X(REMOVE_LISTENER, "removeListener")                                                             \
  X(CONNECTION_ATTEMPT, "connectionAttempt")                                                       \
  X(CONNECTION_ATTEMPT_FAILED, "connectionAttemptFailed")                                          \
  X(CONNECTION_ATTEMPT_TIMEOUT, "connectionAttemptTimeout")                                        \
  X(ABORT, "abort")

#define LNET_EVENT_NUMBER(id, text) LNET_EV_##id,
enum { LNET_EV_NONE = 0, LNET_EVENTS(LNET_EVENT_NUMBER) LNET_EV_COUNT };
#undef LNET_EVENT_NUMBER

_Static_assert(LNET_EV_COUNT <= LNET_EVENTS_MAX, "an emitter keeps one bit for each event");

#define LNET_EVENT_BIT(event) ((uint32_t)1 << (event))

/* Makes the table number -> name, and notes the addresses of the names. [-0, +0, m] */
void lnet_names_init(lua_State *L, lnet_ctx *ctx);

/* The event whose name Lua keeps there, as lua_topointer says, or 0. [-0, +0, -] */
static inline int lnet_name_event(const lnet_ctx *ctx, const void *name) {
  for (int event = 1; event < LNET_EV_COUNT; event++)
    if (ctx->event_names[event] == name) return event;
  return LNET_EV_NONE;
}

/* Turns the event name at the absolute index idx into the key that lists use: the number of a
   known name, the text of a number, a boolean or nil, else the value itself. Returns the number, or
   0.
   [-0, +0, m] */
int lnet_name_to_key(lua_State *L, const lnet_ctx *ctx, int idx);

/* Pushes the name for the key at idx. [-0, +1, -] */
void lnet_name_push(lua_State *L, const lnet_ctx *ctx, int idx);

#endif
