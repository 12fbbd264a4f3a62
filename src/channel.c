/* A pipe between two processes. A frame is its length in four bytes, least first, then a byte of
   kind, then the bytes; the length counts the kind. What is passed along travels with the first
   bytes of its frame, and libuv keeps it until the whole frame is there: so each frame finds its
   own. */
#include "channel.h"
#include "call.h"
#include "check.h"
#include "class.h"
#include "error.h"
#include "handoff.h"
#include "loop.h"
#include "object.h"
#include "os.h"
#include "owed.h"
#include "tick.h"
#include <stdlib.h>
#include <string.h>

typedef struct lnet_channel {
  lnet_object object;
  uv_pipe_t pipe;
  char *in; /* bytes that came and are not told: from in_first to in_end */
  size_t in_first;
  size_t in_end;
  size_t in_capacity;
  int status; /* libuv's, once no more comes */
  bool told;  /* the receiver knows it */
  bool open;  /* libuv has the handle: from init to on_close */
} lnet_channel;

/* A frame on its way out: held until it is written. */
typedef struct lnet_send {
  lnet_object object;
  uv_write_t req;
  lnet_object *carried; /* the socket or listener that goes along, held too */
  int status;
  char header[5];
} lnet_send;

enum { UV_RECEIVER = LNET_UV_COMMON + 1, UV_CHANNEL_VALUES = UV_RECEIVER };
enum { UV_BYTES = 1, UV_DONE = 2, UV_SEND_VALUES = UV_DONE };

enum { OWE_READ = 1 };

enum { LENGTH_SIZE = 4, HEADER_SIZE = LENGTH_SIZE + 1 };

/* Bytes: room given to a read; and what an idle channel may keep. */
#define READ_SIZE ((size_t)64 * 1024)
#define KEEP_SIZE (4 * READ_SIZE)

static uv_handle_t *handle_of(lnet_channel *c) {
  return (uv_handle_t *)&c->pipe;
}

static uv_stream_t *stream_of(lnet_channel *c) {
  return (uv_stream_t *)&c->pipe;
}

static bool is_open(lnet_channel *c) {
  return c->open && !uv_is_closing(handle_of(c));
}

/* ---- in ---- */

/* The length of the first frame behind its four bytes, when it is there whole; else 0. */
static size_t whole_frame(const lnet_channel *c) {
  const size_t there = c->in_end - c->in_first;
  if (there < HEADER_SIZE) return 0;
  const unsigned char *at = (const unsigned char *)c->in + c->in_first;
  const size_t length =
      (size_t)at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16 | (size_t)at[3] << 24;
  return length <= there - LENGTH_SIZE ? length : 0;
}

/* Only a peer that is none of ours sends an empty frame. */
static bool is_broken(const lnet_channel *c) {
  return c->in_end - c->in_first >= LENGTH_SIZE &&
         memcmp(c->in + c->in_first, "\0\0\0\0", LENGTH_SIZE) == 0;
}

/* Protected: tells the receiver the first frame. What raises before that (no memory) leaves the
   frame where it is. [-0, +0, e] */
static int body_frame(lua_State *L) {
  lnet_channel *c = lua_touserdata(L, 1);
  const size_t length = whole_frame(c);
  const char *at = c->in + c->in_first + LENGTH_SIZE;
  const unsigned kind = (unsigned char)*at;
  lnet_object_push(L, &c->object);
  lua_getiuservalue(L, -1, UV_RECEIVER);
  lua_pushinteger(L, (lua_Integer)kind);
  lua_pushlstring(L, at + 1, length - 1);
  if ((kind & LNET_FRAME_HANDLE) != 0)
    lnet_handoff_take(L, c->object.ctx, &c->pipe, kind);
  else
    lua_pushnil(L);
  c->in_first += LENGTH_SIZE + length;
  lua_call(L, 3, 0);
  return 0;
}

/* Protected: tells the receiver that no more comes. [-0, +0, e] */
static int body_end(lua_State *L) {
  lnet_channel *c = lua_touserdata(L, 1);
  lnet_object_push(L, &c->object);
  lua_getiuservalue(L, -1, UV_RECEIVER);
  lua_pushnil(L);
  lua_pushinteger(L, c->status);
  lua_call(L, 2, 0);
  return 0;
}

/* Protected: there was no memory for what comes. [-0, +0, v] */
static int body_no_memory(lua_State *L) {
  return lnet_error_memory(L);
}

/* Tells whole frames, and the end behind them, until the loop is halted. */
static void deliver(lnet_channel *c) {
  lnet_ctx *ctx = c->object.ctx;
  while (!ctx->halted && is_open(c) && whole_frame(c) > 0)
    lnet_enter(ctx, body_frame, c);
  if (!is_open(c)) return;
  if (!ctx->halted && c->status == 0 && is_broken(c)) {
    uv_read_stop(stream_of(c));
    c->status = UV_EPROTO;
  }
  if (!ctx->halted && c->status != 0 && !c->told) {
    c->told = true;
    lnet_enter(ctx, body_end, c);
  }
  if (c->in_first == c->in_end) {
    c->in_first = c->in_end = 0;
    if (c->in_capacity > KEEP_SIZE) {
      free(c->in);
      c->in = NULL;
      c->in_capacity = 0;
    }
  }
  const bool more = whole_frame(c) > 0 || (c->status != 0 && !c->told);
  if (ctx->halted && more && is_open(c)) lnet_object_owe(&c->object, OWE_READ);
}

/* Makes room for a read. Returns 0 or UV_ENOMEM. */
static int make_room(lnet_channel *c) {
  if (c->in_capacity - c->in_end >= READ_SIZE) return 0;
  const size_t there = c->in_end - c->in_first;
  if (c->in_first > 0) {
    memmove(c->in, c->in + c->in_first, there);
    c->in_first = 0;
    c->in_end = there;
  }
  if (c->in_capacity - there >= READ_SIZE) return 0;
  size_t capacity = 2 * c->in_capacity;
  if (capacity - there < READ_SIZE || capacity < READ_SIZE) capacity = there + READ_SIZE;
  char *in = realloc(c->in, capacity);
  if (in == NULL) return UV_ENOMEM;
  c->in = in;
  c->in_capacity = capacity;
  return 0;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf) {
  lnet_channel *c = handle->data;
  const lnet_ctx *ctx = c->object.ctx;
  (void)suggested;
  *buf = uv_buf_init(NULL, 0); /* halted: the bytes stay in the kernel until net.run goes on */
  if (!ctx->halted && !ctx->shut && make_room(c) == 0)
    *buf = uv_buf_init(c->in + c->in_end, (unsigned)READ_SIZE);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
  lnet_channel *c = stream->data;
  lnet_ctx *ctx = c->object.ctx;
  (void)buf;
  if (n == 0 || ctx->shut || (n == UV_ENOBUFS && ctx->halted)) return;
  if (n == UV_ENOBUFS) {
    lnet_enter(ctx, body_no_memory, c);
  } else if (n < 0) { /* libuv may tell it once, right behind bytes whose listener has halted us */
    uv_read_stop(stream);
    c->status = (int)n;
  } else {
    c->in_end += (size_t)n;
  }
  deliver(c);
  if (!ctx->halted) lnet_leave(ctx);
}

/* ---- out ---- */

/* Protected: calls the function that waits for the frame. [-0, +0, e] */
static int body_written(lua_State *L) {
  const lnet_send *send = lua_touserdata(L, 1);
  lnet_object_push(L, &send->object);
  if (lua_getiuservalue(L, -1, UV_DONE) != LUA_TFUNCTION) return 0;
  if (send->status != 0)
    lua_pushinteger(L, send->status);
  else
    lua_pushnil(L);
  lua_call(L, 1, 0);
  return 0;
}

static void written(lnet_send *send) {
  if (send->carried != NULL) lnet_object_release(send->carried);
  lnet_enter(send->object.ctx, body_written, send);
  lnet_object_release(&send->object);
}

static void on_write(uv_write_t *req, int status) {
  lnet_send *send = req->data;
  lnet_ctx *ctx = send->object.ctx;
  if (ctx->shut) return;
  send->status = status;
  if (ctx->halted) {
    lnet_object_owe(&send->object, 1);
    return;
  }
  written(send);
  lnet_leave(ctx);
}

static void resume_send(lnet_object *object) {
  object->owed = 0;
  written((lnet_send *)object);
}

static const lnet_object_class send_class = {.resume = resume_send};

static lnet_channel *check_channel(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lnet_channel *c = lnet_class_check(L, 1, ctx->channel_meta, "Channel");
  lnet_check_open(L, ctx);
  if (lnet_ticks_reserve(ctx) != 0) lnet_error_memory(L);
  return c;
}

/* Pushes a new send, held, for the frame at 2 and 3. [-0, +1, m] */
static lnet_send *new_send(lua_State *L, lnet_ctx *ctx, unsigned kind, size_t len) {
  lnet_send *send = lua_newuserdatauv(L, sizeof *send, UV_SEND_VALUES);
  memset(send, 0, sizeof *send);
  lnet_object_init(&send->object, ctx, &send_class);
  send->req.data = send;
  const size_t length = len + 1;
  for (int i = 0; i < LENGTH_SIZE; i++)
    send->header[i] = (char)(unsigned char)(length >> (8 * i) & 0xff);
  send->header[LENGTH_SIZE] = (char)(unsigned char)kind;
  lua_pushvalue(L, 3);
  lua_setiuservalue(L, -2, UV_BYTES);
  lnet_object_hold(L, -1, &send->object);
  return send;
}

/* channel:send(kind, bytes, object, keep, done): libuv's code, and whether the frame has left. If
   it has not, done(code) comes once it has, or is lost: without code when it was written. Unless
   `keep` is true a socket is not this process's any more. */
static int l_send(lua_State *L) {
  lnet_channel *c = check_channel(L);
  const unsigned kind = (unsigned)luaL_checkinteger(L, 2);
  size_t len;
  const char *bytes = luaL_checklstring(L, 3, &len);
  lua_settop(L, 6);
  /* What was written to sockets before leaves before: the other process may act on this. */
  if (c->object.ctx->gathering != 0) c->object.ctx->flush(c->object.ctx);
  lnet_object *carried = NULL;
  uv_stream_t *passed = lua_isnil(L, 4) ? NULL : lnet_handoff_stream(L, 4, c->object.ctx, &carried);
  if (!is_open(c) || len >= UINT32_MAX) {
    lua_pushinteger(L, is_open(c) ? UV_EMSGSIZE : UV_EPIPE);
    return 1;
  }
  lnet_send *send = new_send(L, c->object.ctx, kind, len);
  if (passed != NULL) {
    lnet_object_hold_again(carried); /* its handle is open: it is held */
    send->carried = carried;
  }
  const uv_buf_t bufs[2] = {uv_buf_init(send->header, HEADER_SIZE),
                            uv_buf_init((char *)bytes, (unsigned)len)};
  const int status = uv_write2(&send->req, stream_of(c), bufs, len > 0 ? 2 : 1, passed, on_write);
  if (status != 0) {
    if (passed != NULL) lnet_object_release(carried);
    lnet_object_release(&send->object);
    lua_pushinteger(L, status);
    return 1;
  }
  const bool left = uv_stream_get_write_queue_size(stream_of(c)) == 0;
  if (!left) {
    lua_pushvalue(L, 6);
    lua_setiuservalue(L, -2, UV_DONE);
  }
  if (passed != NULL && !lua_toboolean(L, 5)) lnet_handoff_detach(L, 4);
  lua_pushinteger(L, 0);
  lua_pushboolean(L, left);
  return 2;
}

/* ---- the channel ---- */

static void on_close(uv_handle_t *handle) {
  lnet_channel *c = handle->data;
  c->open = false;
  free(c->in);
  c->in = NULL;
  c->in_first = c->in_end = c->in_capacity = 0;
  lnet_object_release(&c->object);
}

static void resume(lnet_object *object) {
  lnet_channel *c = (lnet_channel *)object;
  object->owed = 0;
  if (is_open(c)) deliver(c);
}

static const lnet_object_class channel_class = {.resume = resume, .on_close = on_close};

int lnet_l_newChannel(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lnet_check_open(L, ctx);
  lnet_check_function(L, 1, "receiver");
  lnet_channel *c = lua_newuserdatauv(L, sizeof *c, UV_CHANNEL_VALUES);
  memset(c, 0, sizeof *c);
  lnet_object_init(&c->object, ctx, &channel_class);
  lua_rawgeti(L, LUA_REGISTRYINDEX, ctx->channel_meta_ref);
  lua_setmetatable(L, -2);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, UV_RECEIVER);
  lnet_object_hold(L, -1, &c->object);
  const int status = uv_pipe_init(ctx->loop, &c->pipe, 1);
  if (status != 0) {
    lnet_object_release(&c->object);
    lnet_error_push_system(L, status, "pipe", NULL, 0);
    return lua_error(L);
  }
  c->pipe.data = c;
  c->open = true;
  return 1;
}

uv_pipe_t *lnet_check_channel_pipe(lua_State *L, int idx) {
  lnet_channel *c = lnet_class_check(L, idx, lnet_ctx_of(L)->channel_meta, "Channel");
  uv_os_fd_t fd;
  if (!is_open(c) || uv_fileno(handle_of(c), &fd) == 0) luaL_argerror(L, idx, "not a new channel");
  return &c->pipe;
}

/* channel:open(fd): over a descriptor, which no child inherits. Returns libuv's code. */
static int l_open(lua_State *L) {
  lnet_channel *c = check_channel(L);
  const int fd = (int)luaL_checkinteger(L, 2);
  int status = UV_EINVAL;
  const bool fits = is_open(c) && uv_guess_handle(fd) == UV_NAMED_PIPE;
  if (fits && lnet_loop_has_fd(c->object.ctx, fd))
    status = UV_EEXIST;
  else if (fits)
    status = lnet_os_close_on_exec(fd);
  if (status == 0) status = uv_pipe_open(&c->pipe, fd);
  lua_pushinteger(L, status);
  return 1;
}

/* channel:start(): frames come from now on. Returns libuv's code. */
static int l_start(lua_State *L) {
  lnet_channel *c = check_channel(L);
  lua_pushinteger(L, is_open(c) ? uv_read_start(stream_of(c), on_alloc, on_read) : UV_EPIPE);
  return 1;
}

/* channel:close(): what is not written is lost, its functions are told so. */
static int l_close(lua_State *L) {
  lnet_channel *c = check_channel(L);
  if (is_open(c)) uv_close(handle_of(c), on_close);
  return 0;
}

/* channel:ref(boolean): whether net.run waits for it. */
static int l_ref(lua_State *L) {
  lnet_channel *c = check_channel(L);
  if (!is_open(c)) return 0;
  if (lua_toboolean(L, 2))
    uv_ref(handle_of(c));
  else
    uv_unref(handle_of(c));
  return 0;
}

/* channel:waiting(): bytes that the kernel has not taken. */
static int l_waiting(lua_State *L) {
  lnet_channel *c = check_channel(L);
  const size_t bytes = c->open ? uv_stream_get_write_queue_size(stream_of(c)) : 0;
  lua_pushinteger(L, (lua_Integer)bytes);
  return 1;
}

void lnet_channel_init(lua_State *L, lnet_ctx *ctx) {
  static const luaL_Reg methods[] = {{"close", l_close}, {"open", l_open},   {"ref", l_ref},
                                     {"send", l_send},   {"start", l_start}, {"waiting", l_waiting},
                                     {NULL, NULL}};
  static const lnet_class_spec spec = {.name = "Channel",
                                       .size = sizeof(lnet_channel),
                                       .kind_at = offsetof(lnet_object, cls),
                                       .kind = &channel_class,
                                       .methods = methods};
  lnet_class_new(L, ctx, &spec, &ctx->channel_meta, &ctx->channel_meta_ref);
  lua_pop(L, 1);
  lua_pushinteger(L, UV_EADDRINUSE);
  lua_setfield(L, -2, "EADDRINUSE");
  lua_pushinteger(L, UV_EMFILE);
  lua_setfield(L, -2, "EMFILE");
}
