/* Host names: uv_getaddrinfo as a request. The request is a userdata, held until it is answered. */
#include "lookup.h"
#include "addr.h"
#include "call.h"
#include "check.h"
#include "error.h"
#include "immediate.h"
#include "object.h"
#include "owed.h"
#include "tick.h"
#include <string.h>

typedef struct lnet_lookup {
  lnet_object object;
  uv_getaddrinfo_t req;
  struct lnet_lookup *prev; /* in ctx->lookups */
  struct lnet_lookup *next;
  struct addrinfo *result;
  int status;
} lnet_lookup;

/* Pushes the sequence of addresses. [-0, +1, m] */
static void push_addresses(lua_State *L, const struct addrinfo *first) {
  lua_newtable(L);
  lua_Integer count = 0;
  for (const struct addrinfo *info = first; info != NULL; info = info->ai_next) {
    char text[LNET_ADDR_TEXT_MAX];
    const bool v6 = info->ai_family == AF_INET6;
    if (!v6 && info->ai_family != AF_INET) continue;
    lnet_addr_print(info->ai_addr, text);
    lua_createtable(L, 0, 2);
    lua_pushstring(L, text);
    lua_setfield(L, -2, "address");
    lua_pushinteger(L, v6 ? 6 : 4);
    lua_setfield(L, -2, "family");
    lua_rawseti(L, -2, ++count);
  }
}

/* Protected: tells the callback. [-0, +0, e] */
static int body_answer(lua_State *L) {
  const lnet_lookup *q = lua_touserdata(L, 1);
  lnet_object_push(L, &q->object);
  lua_getiuservalue(L, -1, 1);
  if (q->status < 0) {
    lua_pushinteger(L, q->status);
    lua_call(L, 1, 0);
    return 0;
  }
  lua_pushnil(L);
  push_addresses(L, q->result);
  lua_call(L, 2, 0);
  return 0;
}

/* libuv calls this for one after the other of a list of its own, which is lost when Lua does not
   come back: os.exit may close the state. So Lua hears of it a little later, as after a halt. */
static void on_lookup(uv_getaddrinfo_t *req, int status, struct addrinfo *result) {
  lnet_lookup *q = req->data;
  lnet_ctx *ctx = q->object.ctx;
  if (q->prev != NULL)
    q->prev->next = q->next;
  else
    ctx->lookups = q->next;
  if (q->next != NULL) q->next->prev = q->prev;
  if (ctx->shut) {
    uv_freeaddrinfo(result);
    return;
  }
  q->status = status;
  q->result = result;
  lnet_object_owe(&q->object, 1);
  lnet_immediate_wake(ctx);
}

static void resume(lnet_object *object) {
  object->owed = 0;
  lnet_enter(object->ctx, body_answer, object);
  lnet_object_release(object);
}

/* __gc: frees the answer, whether it was told or not. [-0, +0, -] */
static int l_gc(lua_State *L) {
  lnet_lookup *q = lua_touserdata(L, 1);
  uv_freeaddrinfo(q->result);
  q->result = NULL;
  return 0;
}

static const lnet_object_class lookup_class = {.resume = resume};

int lnet_l_lookup(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lnet_check_open(L, ctx);
  const char *host = luaL_checkstring(L, 1);
  const int family = (int)luaL_checkinteger(L, 2);
  const int hints = (int)luaL_checkinteger(L, 3);
  lnet_check_function(L, 4, "callback");
  lua_settop(L, 4);
  if (lnet_ticks_reserve(ctx) != 0) lnet_error_memory(L);
  lnet_lookup *q = lua_newuserdatauv(L, sizeof *q, 1);
  memset(q, 0, sizeof *q);
  lnet_object_init(&q->object, ctx, &lookup_class);
  luaL_setmetatable(L, "lnet.Lookup");
  lua_pushvalue(L, 4);
  lua_setiuservalue(L, 5, 1);
  lnet_object_hold(L, 5, &q->object);
  struct addrinfo want;
  memset(&want, 0, sizeof want);
  want.ai_family = family == 4 ? AF_INET : family == 6 ? AF_INET6 : AF_UNSPEC;
  want.ai_socktype = SOCK_STREAM;
  want.ai_flags = hints;
  q->req.data = q;
  const int status = uv_getaddrinfo(ctx->loop, &q->req, on_lookup, host, NULL, &want);
  if (status != 0) {
    lnet_object_release(&q->object);
    lua_pushinteger(L, status);
    return 1;
  }
  q->next = ctx->lookups;
  if (q->next != NULL) q->next->prev = q;
  ctx->lookups = q;
  lua_pushinteger(L, 0);
  return 1;
}

void lnet_lookups_cancel(lnet_ctx *ctx) {
  for (lnet_lookup *q = ctx->lookups; q != NULL; q = q->next)
    uv_cancel((uv_req_t *)&q->req);
}

void lnet_lookup_init(lua_State *L, lnet_ctx *ctx) {
  (void)ctx;
  luaL_newmetatable(L, "lnet.Lookup");
  lua_pushcfunction(L, l_gc);
  lua_setfield(L, -2, "__gc");
  lua_pop(L, 1);
  lua_pushinteger(L, AI_ADDRCONFIG);
  lua_setfield(L, -2, "ADDRCONFIG");
  lua_pushinteger(L, AI_ALL);
  lua_setfield(L, -2, "ALL");
  lua_pushinteger(L, AI_V4MAPPED);
  lua_setfield(L, -2, "V4MAPPED");
  lua_pushinteger(L, UV_ETIMEDOUT);
  lua_setfield(L, -2, "ETIMEDOUT");
  lua_pushinteger(L, UV_ECANCELED);
  lua_setfield(L, -2, "ECANCELED");
}
