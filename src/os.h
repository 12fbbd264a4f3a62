/* What libuv lacks; os.c and sigint.c are the only files that tell systems apart. */
#ifndef LNET_OS_H
#define LNET_OS_H

#include "compat.h"

/* Ignores SIGPIPE where nobody has set another action: a write to a closed peer is an error, not
   the end of the process. [-0, +0, -] */
void lnet_os_ignore_sigpipe(void);

/* A copy of a descriptor, closed on exec; or libuv's code. [-0, +0, -] */
int lnet_os_dup(int fd);

/* A TCP socket of that family (4 or 6) whose port others may share (SO_REUSEPORT), which libuv
   knows from 1.49 on only. Returns the descriptor, or libuv's code. [-0, +0, -] */
int lnet_os_reuse_port_socket(int family);

/* listen and accept of a bound descriptor, in place of libuv's: before 1.45 that accepts all that
   wait in one turn of the loop. Returns 0 or a new descriptor, or libuv's code; UV_ENOTSUP where a
   socket is no descriptor. [-0, +0, -] */
int lnet_os_listen(int fd, int backlog);
int lnet_os_accept(int fd);
/* For when no descriptor is left: one that is kept for nothing, or -1. With it lnet_os_shed accepts
   all that wait, only to close them, so that their peers learn of it. [-0, +0, -] */
int lnet_os_spare(void);
void lnet_os_shed(int fd, int *spare);
void lnet_os_close(int fd);

/* A socket bound to, or connected to, a name of Linux's abstract namespace (its first byte is 0,
   its length counts), which libuv knows from 1.46 on only. Returns the descriptor, or libuv's
   code; UV_ENOTSUP where there is no such namespace. [-0, +0, -] */
int lnet_os_bind_abstract(const char *name, size_t len);
int lnet_os_connect_abstract(const char *name, size_t len);

/* Who is at the other end of a Unix socket: pid, uid, gid. Returns 0 or libuv's code. [-0,+0,-] */
int lnet_os_peer_credentials(int fd, long out[3]);

/* The type of service of an IP socket (IP_TOS, IPV6_TCLASS). Returns 0, or the value, or libuv's
   code. [-0, +0, -] */
int lnet_os_set_tos(int fd, int tos);
int lnet_os_get_tos(int fd);

/* Has the system probe an idle TCP connection, or not, and leaves alone when and how often it does:
   uv_tcp_keepalive sets that too. Returns 0 or libuv's code. [-0, +0, -] */
int lnet_os_set_keep_alive(int fd, bool enable);

/* Sends the FIN of a connection now, whoever else has the descriptor. [-0, +0, -] */
void lnet_os_send_fin(int fd);

/* Has the close of a TCP socket reset the connection, also behind a FIN. [-0, +0, -] */
void lnet_os_reset_on_close(uv_os_fd_t fd);

/* Whether the descriptor is one by which libuv runs the loop itself. [-0, +0, -] */
bool lnet_os_loop_has_fd(const uv_loop_t *loop, int fd);

/* No program that this one starts inherits the descriptor. Returns 0 or libuv's code. */
int lnet_os_close_on_exec(int fd);

/* Has malloc keep this many free bytes at the end of the heap, no less and no more. The one of
   glibc gives all of it back at once, so that pages come anew for each large string of a bulk read,
   which costs more than the read; and after large blocks have come and gone it keeps up to 64 MiB
   for good. [-0, +0, -] */
void lnet_os_keep_heap(size_t kept);

typedef struct lnet_os_signal {
  const char *name;
  int number;
} lnet_os_signal;

/* The name and the text of one of libuv's codes, also of those that it knows from 1.45 on only. */
const char *lnet_os_error_name(int code);
const char *lnet_os_error_text(int code);

/* The signals of this system; the last has no name. */
const lnet_os_signal *lnet_os_signals(void);

#endif
