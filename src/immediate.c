/* setImmediate, as node v20 has it: after the poll, those that were there when it began. An
   immediate is anchored while it waits. */
#include "immediate.h"
#include "call.h"
#include "check.h"
#include "class.h"
#include "error.h"
#include "list.h"
#include "object.h"
#include "owed.h"
#include "tick.h"
#include <stdlib.h>

enum { UV_FUNCTION = LNET_UV_HOT };

typedef struct lnet_immediate {
  lnet_object object;
  lnet_list link; /* in `waiting` or `current` while it waits */
  bool refed;
} lnet_immediate;

static const lnet_object_class immediate_class = {.resume = NULL}; /* nothing is owed to one */

struct lnet_immediates {
  uv_check_t check; /* runs them; not referenced: */
  uv_idle_t idle;   /* active while one that counts waits, so that the poll does not block */
  lnet_list waiting;
  lnet_list current; /* of this round, or of one that was halted */
  size_t refed;
  bool soon;   /* this round does not block, for what objects owe: */
  bool behind; /* that has to wait for the poll */
  int meta_ref;
  const void *meta;
};

static void on_idle(uv_idle_t *idle) {
  lnet_ctx *ctx = idle->data;
  const struct lnet_immediates *all = ctx->immediates;
  if (!ctx->shut && all->soon && !all->behind) lnet_objects_resume(ctx);
}

/* Protected: calls the immediate's function. [-0, +0, e] */
static int body_immediate(lua_State *L) {
  const lnet_immediate *im = lua_touserdata(L, 1);
  lnet_object_push(L, &im->object);
  lua_getiuservalue(L, -1, UV_FUNCTION);
  lua_call(L, 0, 0);
  return 0;
}

static void count(struct lnet_immediates *all, bool more) {
  if (more && all->refed++ == 0) uv_idle_start(&all->idle, on_idle);
  if (!more && --all->refed == 0) uv_idle_stop(&all->idle);
}

/* Takes it out of the queue. It stays held. */
static void take(lnet_immediate *im) {
  struct lnet_immediates *all = im->object.ctx->immediates;
  lnet_list_remove(&im->link);
  if (im->refed) count(all, false);
}

static void on_check(uv_check_t *check) {
  lnet_ctx *ctx = check->data;
  struct lnet_immediates *all = ctx->immediates;
  if (ctx->shut || ctx->halted) return;
  if (all->soon) count(all, false);
  all->soon = all->behind = false;
  if (lnet_list_empty(&all->waiting) && lnet_list_empty(&all->current) && ctx->held == NULL) {
    uv_check_stop(check); /* a round of the loop without it costs less */
    return;
  }
  lnet_objects_resume(ctx); /* the lookups that this poll has ended */
  lnet_list_move(&all->waiting, &all->current);
  while (!ctx->halted && !lnet_list_empty(&all->current)) {
    lnet_immediate *im = LNET_CONTAINER(all->current.next, lnet_immediate, link);
    take(im);
    lnet_enter(ctx, body_immediate, im);
    lnet_object_release(&im->object);
    lnet_leave(ctx);
  }
}

void lnet_immediate_wake(lnet_ctx *ctx) {
  uv_check_start(&ctx->immediates->check, on_check);
}

bool lnet_immediates_wait(const lnet_ctx *ctx) {
  const struct lnet_immediates *all = ctx->immediates;
  return ctx->held != NULL || !lnet_list_empty(&all->waiting) || !lnet_list_empty(&all->current);
}

void lnet_immediate_soon(lnet_ctx *ctx, bool behind) {
  struct lnet_immediates *all = ctx->immediates;
  if (!all->soon) count(all, true);
  all->soon = true;
  if (behind) all->behind = true;
  lnet_immediate_wake(ctx);
}

static bool waits(const lnet_immediate *im) {
  return !lnet_list_empty(&im->link);
}

/***
Runs a function after the next poll for I/O. Source: node v20, setImmediate.
@function setImmediate
@tparam function fn
@param ... its arguments
@return an immediate with ref, unref, hasRef
@raise `ERR_INVALID_ARG_TYPE`
*/
int lnet_l_setImmediate(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lnet_check_open(L, ctx);
  lnet_check_function(L, 1, "callback");
  if (lnet_ticks_reserve(ctx) != 0) lnet_error_memory(L);
  lnet_pack(L, lua_gettop(L) - 1);
  struct lnet_immediates *all = ctx->immediates;
  lnet_immediate *im = lua_newuserdatauv(L, sizeof *im, LNET_UV_COMMON);
  lnet_object_init(&im->object, ctx, &immediate_class);
  lnet_list_init(&im->link);
  im->refed = true;
  lua_rawgeti(L, LUA_REGISTRYINDEX, all->meta_ref);
  lua_setmetatable(L, -2);
  lua_insert(L, 1);
  lua_setiuservalue(L, 1, UV_FUNCTION);
  lnet_object_hold(L, 1, &im->object);
  lnet_list_append(&all->waiting, &im->link);
  count(all, true);
  lnet_immediate_wake(ctx);
  return 1;
}

static void clear(lnet_immediate *im) {
  if (!waits(im) || im->object.ctx->shut) return;
  take(im);
  lnet_object_release(&im->object);
}

/*** Stops an immediate; what is none, or has run, is ignored. Source: node v20, clearImmediate.
@function clearImmediate */
int lnet_l_clearImmediate(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lnet_immediate *im = ctx->shut ? NULL : lnet_class_test(L, 1, ctx->immediates->meta);
  if (im != NULL) clear(im);
  return 0;
}

static lnet_immediate *check_immediate(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lnet_check_open(L, ctx);
  return lnet_class_check(L, 1, ctx->immediates->meta, "Immediate");
}

static int set_ref(lua_State *L, bool refed) {
  lnet_immediate *im = check_immediate(L);
  if (waits(im) && im->refed != refed) {
    im->refed = refed;
    count(im->object.ctx->immediates, refed);
  }
  lua_settop(L, 1);
  return 1;
}

static int l_ref(lua_State *L) {
  return set_ref(L, true);
}

static int l_unref(lua_State *L) {
  return set_ref(L, false);
}

static int l_hasRef(lua_State *L) {
  const lnet_immediate *im = check_immediate(L);
  lua_pushboolean(L, waits(im) && im->refed);
  return 1;
}

static int l_close(lua_State *L) {
  clear(check_immediate(L));
  lua_settop(L, 1);
  return 1;
}

static int no_property(lua_State *L, void *object, int number) {
  (void)object;
  (void)number;
  lua_pushnil(L);
  return 1;
}

void lnet_immediate_init(lua_State *L, lnet_ctx *ctx) {
  static const luaL_Reg methods[] = {
      {"ref", l_ref}, {"unref", l_unref}, {"hasRef", l_hasRef}, {"close", l_close}, {NULL, NULL}};
  static const lnet_class_spec spec = {.name = "Immediate",
                                       .size = sizeof(lnet_immediate),
                                       .kind_at = offsetof(lnet_object, cls),
                                       .kind = &immediate_class,
                                       .methods = methods,
                                       .get = no_property,
                                       .close = l_close};
  struct lnet_immediates *all = malloc(sizeof *all);
  if (all == NULL) {
    luaL_error(L, "not enough memory");
    return;
  }
  uv_check_init(ctx->loop, &all->check);
  uv_idle_init(ctx->loop, &all->idle);
  all->check.data = all->idle.data = ctx;
  uv_unref((uv_handle_t *)&all->check);
  lnet_list_init(&all->waiting);
  lnet_list_init(&all->current);
  all->refed = 0;
  all->soon = all->behind = false;
  ctx->immediates = all;
  lnet_class_new(L, ctx, &spec, &all->meta, &all->meta_ref);
  lua_pop(L, 1);
}

void lnet_immediates_close(lnet_ctx *ctx) {
  if (ctx->immediates == NULL) return;
  uv_close((uv_handle_t *)&ctx->immediates->check, NULL);
  uv_close((uv_handle_t *)&ctx->immediates->idle, NULL);
}

void lnet_immediates_free(lnet_ctx *ctx) {
  free(ctx->immediates);
  ctx->immediates = NULL;
}
