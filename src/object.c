/* The header of our userdata: what keeps it alive. */
#include "object.h"
#include "class.h"
#include "error.h"

void lnet_object_init(lnet_object *object, lnet_ctx *ctx, const lnet_object_class *cls) {
  object->ctx = ctx;
  object->cls = cls;
  object->ref = object->held_next = LUA_NOREF;
  object->holds = 0;
  object->owed = 0;
  object->in_held = false;
  object->weak = false;
  object->gone = false;
  object->lacks = 0;
}

void lnet_object_join(lua_State *L, int idx, const lnet_object *object) {
  idx = lua_absindex(L, idx);
  lua_rawgeti(L, -1, LNET_META_FAMILY);
  lua_rawgeti(L, -1, object->lacks + 1);
  lua_setmetatable(L, idx);
  lua_pop(L, 2);
}

bool lnet_object_need(lua_State *L, int idx, lnet_object *object, unsigned what) {
  idx = lua_absindex(L, idx);
  if (!lnet_class_is_marked(L, idx, object->cls)) return false;
  object->lacks &= (uint8_t)~what;
  lua_getmetatable(L, idx);
  lnet_object_join(L, idx, object); /* also where it has that of another object, which lacks more */
  return true;
}

/* Weak references are kept by address, not by luaL_ref: that would give a number away again as soon
   as the collector has cleared its slot, which is before the object's __gc. [-0, +0, -] */
static void unref_weak(lua_State *L, lnet_object *object) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, object->ctx->weak_ref);
  lua_pushnil(L);
  lua_rawsetp(L, -2, object);
  lua_pop(L, 1);
  object->weak = false;
}

void lnet_object_revive(lua_State *L, int idx, lnet_object *object) {
  if (!object->gone) return;
  idx = lua_absindex(L, idx);
  lua_getmetatable(L, idx);
  lua_setmetatable(L, idx); /* to Lua, a new object with a finalizer */
  object->gone = false;
}

/* References into the registry that are free are kept, so that to give one back cannot fail and to
   take one costs no search: a few in the context, the rest in the registry itself, each with the
   next one in its place. [-1, +0, m] */
static int anchor(lua_State *L, lnet_ctx *ctx) {
  int ref = 0;
  if (ctx->free_ref_count > 0) {
    ref = ctx->free_refs[--ctx->free_ref_count];
  } else if (ctx->free_ref != 0) {
    ref = ctx->free_ref;
    lua_rawgeti(L, LUA_REGISTRYINDEX, ref);
    ctx->free_ref = (int)lua_tointeger(L, -1);
    lua_pop(L, 1);
  } else {
    return luaL_ref(L, LUA_REGISTRYINDEX);
  }
  lua_rawseti(L, LUA_REGISTRYINDEX, ref);
  return ref;
}

/* [-0, +0, -] */
static void give_back(lnet_ctx *ctx, int ref) {
  if (ctx->shut) return;
  const bool here = ctx->free_ref_count < LNET_REFS_NEAR;
  lua_pushinteger(ctx->L, here ? 0 : ctx->free_ref); /* not nil: the place stays */
  lua_rawseti(ctx->L, LUA_REGISTRYINDEX, ref);
  if (here)
    ctx->free_refs[ctx->free_ref_count++] = ref;
  else
    ctx->free_ref = ref;
}

void lnet_object_hold(lua_State *L, int idx, lnet_object *object) {
  if (object->holds == 0 || object->weak) {
    lnet_object_revive(L, idx, object);
    lua_pushvalue(L, idx);
    const int ref = anchor(L, object->ctx);
    if (object->weak) unref_weak(L, object);
    object->ref = ref;
  }
  object->holds++;
}

void lnet_object_hold_weakly(lua_State *L, int idx, lnet_object *object) {
  if (object->holds == 0) {
    lnet_object_revive(L, idx, object);
    lnet_object_need(L, idx, object, LNET_META_GC);
    lua_pushvalue(L, idx);
    lua_rawgeti(L, LUA_REGISTRYINDEX, object->ctx->weak_ref);
    lua_insert(L, -2);
    lua_rawsetp(L, -2, object);
    object->weak = true;
    object->last_tick = object->ctx->tick_first - 1; /* none that is queued */
    lua_pop(L, 1);
  }
  object->holds++;
}

void lnet_object_push_weak(lua_State *L, const lnet_object *object) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, object->ctx->weak_ref);
  lua_rawgetp(L, -1, object);
  lua_remove(L, -2);
}

void lnet_object_gone(lua_State *L, lnet_object *object) {
  object->gone = true;
  if (object->holds == 0 || !object->weak) return;
  if (object->weak) unref_weak(L, object);
  object->holds = 0;
}

void lnet_object_let_go(lnet_object *object) {
  if (object->weak) {
    if (!object->ctx->shut) unref_weak(object->ctx->L, object);
    return;
  }
  give_back(object->ctx, object->ref);
  object->ref = LUA_NOREF;
}
