/* bind and listen. */
#include "bind.h"
#include "accept.h"
#include "addr.h"
#include "call.h"
#include "check.h"
#include "error.h"
#include "loop.h"
#include "os.h"
#include <string.h>

/* No event follows: the server's 'close' does not wait for this. */
static void on_close(uv_handle_t *handle) {
  lnet_listener *listener = handle->data;
  if (handle->type == UV_POLL) {
    if (listener->accepted >= 0) lnet_os_close(listener->accepted);
    if (listener->spare >= 0) lnet_os_close(listener->spare);
  }
  lnet_object_release(&listener->object);
}

static void resume(lnet_object *object) {
  lnet_accept_resume((lnet_listener *)object);
}

static const lnet_object_class listener_class = {.resume = resume, .on_close = on_close};

static void drop_handle(lnet_server *server) {
  lnet_listener *listener = server->listener;
  server->listener = NULL;
  listener->server = NULL;
  if (!uv_is_closing(&listener->h.handle)) { /* another server may share it, and have closed it */
    if (listener->polls) uv_close((uv_handle_t *)&listener->poll, on_close);
    uv_close(&listener->h.handle, on_close);
  }
  lnet_object_release(&server->base.object);
}

/* listen() has looked, but a listener of 'newListener' may have called it again. [-0, +0, v] */
static void check_free(lua_State *L, const lnet_server *server) {
  if (server->listener != NULL)
    lnet_error_raise(L, "Error", "ERR_SERVER_ALREADY_LISTEN",
                     "Listen method has been called more than once without closing.");
}

/* A listener for the server at 1, with an initialised handle. [-0, +0, e] */
static lnet_listener *new_listener(lua_State *L, lnet_server *server, bool is_pipe) {
  lnet_ctx *ctx = server->base.object.ctx;
  lnet_listener *listener = lua_newuserdatauv(L, sizeof *listener, 0);
  check_free(L, server); /* here, for making the userdata may have run a finalizer */
  memset(listener, 0, sizeof *listener);
  lnet_object_init(&listener->object, ctx, &listener_class);
  listener->is_pipe = is_pipe;
  listener->accepted = listener->spare = -1;
  lnet_object_hold(L, -1, &listener->object);
  lua_setiuservalue(L, 1, UV_LISTENER);
  lnet_object_hold(L, 1, &server->base.object);
  const int status = is_pipe ? uv_pipe_init(ctx->loop, &listener->h.pipe, 0)
                             : uv_tcp_init(ctx->loop, &listener->h.tcp);
  if (status != 0) {
    lnet_object_release(&listener->object);
    lnet_object_release(&server->base.object);
    lnet_error_push_system(L, status, "listen", NULL, 0);
    lua_error(L);
  }
  listener->h.handle.data = listener;
  listener->server = server;
  server->listener = listener;
  return listener;
}

static int bind_tcp(lua_State *L, lnet_listener *listener) {
  struct sockaddr_storage addr;
  const char *ip = luaL_checkstring(L, 3);
  const int port = (int)luaL_checkinteger(L, 4);
  const int family = (int)luaL_checkinteger(L, 5);
  /* It says that :: leaves IPv4 to others, so it says nothing of an IPv4 address; libuv before 1.45
     refuses it there. */
  const unsigned flags = family == 6 && lua_toboolean(L, 6) ? UV_TCP_IPV6ONLY : 0;
  int status = lnet_addr_parse(ip, port, family, &addr);
  if (status == 0 && lua_toboolean(L, 7)) {
    const int fd = lnet_os_reuse_port_socket(family);
    status = fd < 0 ? fd : uv_tcp_open(&listener->h.tcp, fd);
  }
  return status != 0 ? status
                     : uv_tcp_bind(&listener->h.tcp, (const struct sockaddr *)&addr, flags);
}

static int bind_path(lua_State *L, lnet_listener *listener) {
  size_t len = 0;
  const char *path = luaL_checklstring(L, 3, &len);
  if (path[0] != '\0') return uv_pipe_bind(&listener->h.pipe, path);
  const int fd = lnet_os_bind_abstract(path, len);
  return fd < 0 ? fd : uv_pipe_open(&listener->h.pipe, fd);
}

/* What the number is, as far as one can listen on it; else UV_UNKNOWN_HANDLE. */
static uv_handle_type type_of(lua_Integer fd) {
  if (fd < 0 || fd > INT32_MAX) return UV_UNKNOWN_HANDLE;
  const uv_handle_type type = uv_guess_handle((uv_file)fd);
  return type == UV_TCP || type == UV_NAMED_PIPE ? type : UV_UNKNOWN_HANDLE;
}

/* Opens the descriptor, or a copy of it, which is closed when that fails. */
static int bind_fd(lnet_listener *listener, int fd, bool copy) {
  const uv_handle_type type = listener->is_pipe ? UV_NAMED_PIPE : UV_TCP;
  if (type_of(fd) != type) return UV_EBADF; /* a finalizer has closed it since the first look */
  if (!copy && lnet_loop_has_fd(listener->object.ctx, fd)) return UV_EEXIST;
  if (copy) fd = lnet_os_dup(fd);
  if (fd < 0) return fd;
  const int status =
      listener->is_pipe ? uv_pipe_open(&listener->h.pipe, fd) : uv_tcp_open(&listener->h.tcp, fd);
  if (status != 0 && copy) lnet_os_close(fd);
  return status;
}

int lnet_l_bind(lua_State *L) {
  lnet_server *server = lnet_check_server(L, 1);
  const char *kind = luaL_checkstring(L, 2);
  lua_settop(L, 7);
  bool is_pipe = strcmp(kind, "path") == 0;
  const bool copy = strcmp(kind, "copy") == 0;
  const bool is_fd = copy || strcmp(kind, "fd") == 0;
  if (is_fd) {
    const uv_handle_type type = type_of(luaL_checkinteger(L, 3));
    is_pipe = type == UV_NAMED_PIPE;
    if (type == UV_UNKNOWN_HANDLE) {
      lua_pushinteger(L, UV_EINVAL);
      return 1;
    }
  }
  lnet_listener *listener = new_listener(L, server, is_pipe);
  int status = 0;
  if (is_fd)
    status = bind_fd(listener, (int)lua_tointeger(L, 3), copy);
  else if (is_pipe)
    status = bind_path(L, listener);
  else
    status = bind_tcp(L, listener);
  if (status != 0) drop_handle(server);
  lua_pushinteger(L, status);
  return 1;
}

int lnet_l_share(lua_State *L) {
  lnet_server *server = lnet_check_server(L, 1);
  const lnet_server *other = lnet_check_server(L, 2);
  check_free(L, server);
  lnet_object_hold(L, 1, &server->base.object);
  lnet_listener *listener = other->listener;
  if (listener == NULL || uv_is_closing(&listener->h.handle)) {
    lnet_object_release(&server->base.object);
    lua_pushinteger(L, UV_EINVAL);
    return 1;
  }
  lua_getiuservalue(L, 2, UV_LISTENER);
  lua_setiuservalue(L, 1, UV_LISTENER);
  server->listener = listener;
  listener->server = server;
  lua_pushinteger(L, 0);
  return 1;
}

int lnet_l_bindPending(lua_State *L) {
  lnet_server *server = lnet_check_server(L, 1);
  uv_pipe_t *pipe = lua_touserdata(L, 2);
  const bool is_pipe = uv_pipe_pending_type(pipe) == UV_NAMED_PIPE;
  lnet_listener *listener = new_listener(L, server, is_pipe);
  /* A finalizer may have closed the channel since, or taken what had come. */
  const bool same = (uv_pipe_pending_type(pipe) == UV_NAMED_PIPE) == is_pipe;
  const int status = same ? uv_accept((uv_stream_t *)pipe, &listener->h.stream) : UV_EINVAL;
  if (status != 0)
    drop_handle(server);
  else if (!is_pipe) /* leaves connections to the others that listen on it */
    uv_tcp_simultaneous_accepts(&listener->h.tcp, 0);
  lua_pushinteger(L, status);
  return 1;
}

/* Listens without libuv's help, and watches the descriptor. */
static int listen_and_poll(lnet_listener *listener, int backlog) {
  struct sockaddr_storage unused;
  int len = sizeof unused;
  uv_os_fd_t fd;
  int status = uv_fileno(&listener->h.handle, &fd);
  if (status == 0 && !listener->is_pipe) /* what bind has failed with, libuv tells only now */
    status = uv_tcp_getsockname(&listener->h.tcp, (struct sockaddr *)&unused, &len);
  if (status == 0) status = lnet_os_listen((int)fd, backlog);
  if (status != 0 || listener->polls) return status;
  status = uv_poll_init(listener->object.ctx->loop, &listener->poll, (int)fd);
  if (status != 0) return status;
  listener->poll.data = listener;
  listener->fd = (int)fd;
  listener->polls = true;
  listener->spare = lnet_os_spare();
  lnet_object_hold_again(&listener->object);
  return uv_poll_start(&listener->poll, UV_READABLE, lnet_accept_on_ready);
}

/* Whether the server has a handle that nobody has closed. */
static bool is_open(const lnet_server *server) {
  return server->listener != NULL && !uv_is_closing(&server->listener->h.handle);
}

static int start(lnet_listener *listener, int backlog) {
  const int status = listen_and_poll(listener, backlog);
  if (status != UV_ENOTSUP) return status;
  return uv_listen(&listener->h.stream, backlog, lnet_accept_on_connection);
}

int lnet_l_listen(lua_State *L) {
  lnet_server *server = lnet_check_server(L, 1);
  const int backlog = (int)luaL_checkinteger(L, 2);
  if (!is_open(server)) { /* closed meanwhile, by a finalizer or as another server's */
    if (server->listener != NULL) drop_handle(server);
    lua_pushinteger(L, UV_EINVAL);
    return 1;
  }
  const int status = start(server->listener, backlog);
  if (status != 0)
    drop_handle(server);
  else if (server->unrefed)
    lnet_server_set_ref(server->listener, false);
  lua_pushinteger(L, status);
  return 1;
}

int lnet_l_chmod(lua_State *L) {
  const lnet_server *server = lnet_check_server(L, 1);
  const int mode =
      (lua_toboolean(L, 2) ? UV_READABLE : 0) | (lua_toboolean(L, 3) ? UV_WRITABLE : 0);
  const bool can = is_open(server) && server->listener->is_pipe;
  lua_pushinteger(L, can ? uv_pipe_chmod(&server->listener->h.pipe, mode) : UV_EBADF);
  return 1;
}

int lnet_l_closeHandle(lua_State *L) {
  lnet_server *server = lnet_check_server(L, 1);
  if (server->listener != NULL) drop_handle(server);
  return 0;
}
