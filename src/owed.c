/* What objects are owed, a list in the order in which it came. Each object in it is held. */
#include "owed.h"
#include "tick.h"

void lnet_object_owe(lnet_object *object, uint8_t what) {
  lnet_ctx *ctx = object->ctx;
  object->owed |= what;
  if (object->in_held) return;
  lnet_assert(!object->weak);
  object->in_held = true;
  object->held_next = LUA_NOREF;
  lnet_object_hold_again(object);
  if (ctx->held == NULL)
    ctx->held = object;
  else
    ctx->held_last->held_next = object->ref;
  ctx->held_last = object;
}

/* The object behind this one in ctx->held, or NULL. [-0, +0, -] */
static lnet_object *held_behind(const lnet_object *object) {
  lua_State *L = object->ctx->L;
  if (object->held_next == LUA_NOREF) return NULL;
  lua_rawgeti(L, LUA_REGISTRYINDEX, object->held_next);
  lnet_object *next = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return next;
}

void lnet_objects_resume(lnet_ctx *ctx) {
  const lnet_object *last = ctx->held != NULL ? ctx->held_last : NULL;
  while (last != NULL && !ctx->halted) {
    lnet_object *object = ctx->held;
    if (object == last) last = NULL;
    ctx->held = held_behind(object);
    object->in_held = false;
    object->cls->resume(object);
    lnet_object_release(object);
    lnet_leave(ctx);
  }
}
