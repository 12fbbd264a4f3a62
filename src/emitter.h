/* EventEmitter: emitting, and the methods on our userdata and on users' tables. */
#ifndef LNET_EMITTER_H
#define LNET_EMITTER_H

#include "limit.h"
#include "listeners.h"

/* Emits an event of the object at idx with the nargs values on top, and returns whether anyone
   listened. Listeners are called in order, each unprotected: run it behind the door, or where
   the caller may see what a listener raises. 'error' without a listener raises its value.
   [-nargs, +0, e] */
bool lnet_emit_at(lua_State *L, lnet_emitting *base, int idx, int event, int nargs);

/* The event of whose handler the class has a user value, in two steps that copy nothing: the first
   pushes the handler of the object at idx and returns its type, the second calls the one of that
   type at `handler` with the one argument above it. [-0, +1, -] [-2, +0, e] */
static inline int lnet_emit_hot_push(lua_State *L, int idx) {
  return lua_getiuservalue(L, idx, LNET_UV_HOT);
}
void lnet_emit_hot_many(lua_State *L, int event, int handler); /* or none, or a userdata */
static inline void lnet_emit_hot(lua_State *L, int event, int handler, int type) {
  if (type == LUA_TFUNCTION)
    lua_call(L, 1, 0);
  else
    lnet_emit_hot_many(L, event, handler);
}

/* The same for a held object. [-nargs, +0, e] */
bool lnet_emit(lua_State *L, lnet_emitting *base, int event, int nargs);

/* Whether anyone listens: when not, there is nothing to call but for 'error'. [-0, +0, -] */
static inline bool lnet_listened(const lnet_emitting *base, int event) {
  return (base->emitter.has & LNET_EVENT_BIT(event)) != 0;
}

/* Adds, and takes out, the listener at `listener` of the object at idx, both absolute, as on,
   prependListener and removeListener do. There is room for LUA_MINSTACK more values on the stack.
   [-0, +0, e] */
void lnet_emitter_add(lua_State *L, lnet_emitting *base, int idx, int event, int listener,
                      bool prepend);
void lnet_emitter_remove(lua_State *L, lnet_emitting *base, int idx, int event, int listener);

/* Emits behind the door an event without arguments; what is raised is kept. [-0, +0, -] */
void lnet_emit_plain_listened(lnet_emitting *base, int event); /* where somebody listens */
static inline void lnet_emit_plain(lnet_emitting *base, int event) {
  if (lnet_listened(base, event)) lnet_emit_plain_listened(base, event);
}

/* The methods, for a class's list of functions. */
#define LNET_EMITTER_METHODS                                                                       \
  {"on", lnet_l_on}, {"addListener", lnet_l_on}, {"once", lnet_l_once},                            \
      {"off", lnet_l_removeListener}, {"removeListener", lnet_l_removeListener},                   \
      {"prependListener", lnet_l_prependListener},                                                 \
      {"prependOnceListener", lnet_l_prependOnceListener},                                         \
      {"removeAllListeners", lnet_l_removeAllListeners}, {"emit", lnet_l_emit},                    \
      {"listeners", lnet_l_listeners}, {"rawListeners", lnet_l_rawListeners},                      \
      {"listenerCount", lnet_l_listenerCount}, {"eventNames", lnet_l_eventNames},                  \
      {"setMaxListeners", lnet_l_setMaxListeners}, {                                               \
    "getMaxListeners", lnet_l_getMaxListeners                                                      \
  }

int lnet_l_on(lua_State *L);
int lnet_l_once(lua_State *L);
int lnet_l_prependListener(lua_State *L);
int lnet_l_prependOnceListener(lua_State *L);
int lnet_l_removeListener(lua_State *L);
int lnet_l_removeAllListeners(lua_State *L);
int lnet_l_emit(lua_State *L);
int lnet_l_listeners(lua_State *L);
int lnet_l_rawListeners(lua_State *L);
int lnet_l_listenerCount(lua_State *L);
int lnet_l_eventNames(lua_State *L);

/* core.emit(object, event, ...): emits behind the door, for our Lua files: what a listener raises
   is kept for net.run, and the caller goes on with its next step. */
int lnet_l_emitKept(lua_State *L);

/* Pushes the table of methods. [-0, +1, m] */
void lnet_emitter_init(lua_State *L, lnet_ctx *ctx);

#endif
