/* Class Server: its struct, properties, and what accepted sockets tell it. */
#ifndef LNET_SERVER_H
#define LNET_SERVER_H

#include "stream.h"

struct lnet_blocklist;

/* The uv handle of a server that listens, or is bound: a userdata of its own, so that the server
   can listen again while it is closed. Held from init to on_close, once for each of its handles. */
typedef struct lnet_listener {
  lnet_object object;
  union {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
  } h;
  struct lnet_server *server; /* NULL once it is closed */
  uv_poll_t poll;             /* while `polls`: tells of each connection that comes in */
  int fd;                     /* while `polls`: its descriptor */
  int accepted;               /* that of a connection that has no socket yet, or -1 */
  int spare;                  /* a descriptor for when there are no more, or -1 */
  bool is_pipe;
  bool polls; /* else libuv accepts */
} lnet_listener;

typedef struct lnet_server {
  lnet_emitting base;
  lnet_listener *listener;                 /* node's _handle */
  const struct lnet_blocklist *block_list; /* anchored in UV_BLOCK_LIST; NULL: none */
  uint32_t connections;
  uint32_t high_water_mark; /* of accepted sockets; bytes */
  double max_connections;   /* 0: no limit; may be less */
  int keep_alive_delay;     /* seconds */
  bool half_open;
  bool pause_on_connect;
  bool no_delay;
  bool keep_alive;
  bool unrefed;
  bool uses_forks; /* a socket was sent: connections are counted there too */
  uint32_t asking; /* answers of forks that 'close' waits for */
} lnet_server;

enum {
  UV_LISTENER = LNET_UV_COMMON + 1,
  UV_MAX_CONNECTIONS = LNET_UV_COMMON + 2, /* as the user set it */
  UV_BLOCK_LIST = LNET_UV_COMMON + 3,
  UV_SOCKET_META = LNET_UV_COMMON + 4, /* metatable of its sockets, whose owner it is */
  UV_SERVER_VALUES = UV_SOCKET_META
};

lnet_server *lnet_check_server(lua_State *L, int idx);

/* Whether the loop waits for what this listener hears. [-0, +0, -] */
void lnet_server_set_ref(lnet_listener *listener, bool refed);

/* The server of a stream that is S_ACCEPTED counts it no more; the stream's hold of the server is
   the caller's now. NULL: it is not known, as for lnet_stream_server. [-0, +0, -] */
lnet_server *lnet_server_forget(lnet_stream *s);

/* Hook of stream.c: an accepted socket was destroyed. [-0, +0, -] */
void lnet_server_disconnected(lnet_stream *s);

/* Pushes the class table of net.Server. [-0, +1, m] */
void lnet_server_init(lua_State *L, lnet_ctx *ctx);

/* core.newServer(options) */
int lnet_l_newServer(lua_State *L);

/* core.closeIfDrained(server): queues 'close' when nothing is open any more. */
int lnet_l_closeIfDrained(lua_State *L);

/* core.askForks(server, count): from now on connections are counted in forks too, and 'close' waits
   for `count` more answers of them, or fewer. */
int lnet_l_askForks(lua_State *L);

#endif
