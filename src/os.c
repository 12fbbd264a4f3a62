/* What libuv lacks. What a system does not have is UV_ENOTSUP. */
#include "os.h"
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>

#if defined(__GLIBC__)

#include <malloc.h>

void lnet_os_keep_heap(size_t kept) {
  mallopt(M_MMAP_THRESHOLD, (int)(kept / 2));
  mallopt(M_TRIM_THRESHOLD, (int)kept);
}

#else

void lnet_os_keep_heap(size_t kept) {
  (void)kept; /* other systems' malloc does it by itself */
}

#endif

#if defined(_WIN32)

void lnet_os_ignore_sigpipe(void) {
}

int lnet_os_dup(int fd) {
  (void)fd;
  return UV_ENOTSUP; /* a SOCKET is no descriptor */
}

int lnet_os_reuse_port_socket(int family) {
  (void)family;
  return UV_ENOTSUP;
}

void lnet_os_reset_on_close(uv_os_fd_t fd) {
  const struct linger now = {1, 0};
  (void)setsockopt((SOCKET)fd, SOL_SOCKET, SO_LINGER, (const char *)&now, sizeof now);
}

int lnet_os_listen(int fd, int backlog) {
  (void)fd;
  (void)backlog;
  return UV_ENOTSUP;
}

int lnet_os_accept(int fd) {
  (void)fd;
  return UV_ENOTSUP;
}

int lnet_os_spare(void) {
  return -1;
}

void lnet_os_shed(int fd, int *spare) {
  (void)fd;
  (void)spare;
}

void lnet_os_close(int fd) {
  (void)fd;
}

int lnet_os_set_keep_alive(int fd, bool enable) {
  const BOOL on = enable;
  const SOCKET s = (SOCKET)fd;
  if (setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (const char *)&on, sizeof on) == 0) return 0;
  return uv_translate_sys_error(WSAGetLastError());
}

int lnet_os_set_tos(int fd, int tos) {
  (void)fd;
  (void)tos;
  return UV_ENOTSUP;
}

int lnet_os_get_tos(int fd) {
  (void)fd;
  return UV_ENOTSUP;
}

#else

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void lnet_os_ignore_sigpipe(void) {
  struct sigaction action;
  if (sigaction(SIGPIPE, NULL, &action) != 0 || action.sa_handler != SIG_DFL) return;
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, NULL);
}

int lnet_os_dup(int fd) {
  const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  return copy >= 0 ? copy : uv_translate_sys_error(errno);
}

int lnet_os_reuse_port_socket(int family) {
  const int on = 1;
  const int fd = socket(family == 6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
  if (fd < 0) return uv_translate_sys_error(errno);
  if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
      setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0)
    return fd;
  const int status = uv_translate_sys_error(errno);
  close(fd);
  return status;
}

void lnet_os_reset_on_close(uv_os_fd_t fd) {
  const struct linger now = {1, 0};
  (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now); /* else it is a FIN */
}

int lnet_os_listen(int fd, int backlog) {
  return listen(fd, backlog) == 0 ? 0 : uv_translate_sys_error(errno);
}

int lnet_os_accept(int fd) {
  int got = 0;
  do {
#if defined(__linux__)
    got = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
#else
    got = accept(fd, NULL, NULL);
#endif
  } while (got < 0 && errno == EINTR);
  if (got < 0) return uv_translate_sys_error(errno);
#if !defined(__linux__)
  (void)lnet_os_close_on_exec(got);
#endif
  return got;
}

int lnet_os_spare(void) {
  return open("/", O_RDONLY | O_CLOEXEC);
}

void lnet_os_shed(int fd, int *spare) {
  if (*spare < 0) return;
  close(*spare);
  for (int got = 0; (got = lnet_os_accept(fd)) >= 0;)
    close(got);
  *spare = lnet_os_spare();
}

void lnet_os_close(int fd) {
  close(fd);
}

int lnet_os_set_keep_alive(int fd, bool enable) {
  const int on = enable;
  if (setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on) == 0) return 0;
  return uv_translate_sys_error(errno);
}

/* The level and name of the option for the socket's family. */
static int tos_option(int fd, int *level, int *name) {
  struct sockaddr_storage addr;
  socklen_t size = sizeof addr;
  memset(&addr, 0, sizeof addr);
  if (getsockname(fd, (struct sockaddr *)&addr, &size) != 0) return uv_translate_sys_error(errno);
  const bool v6 = addr.ss_family == AF_INET6;
  *level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
  *name = v6 ? IPV6_TCLASS : IP_TOS;
  return 0;
}

int lnet_os_set_tos(int fd, int tos) {
  int level = 0;
  int name = 0;
  const int status = tos_option(fd, &level, &name);
  if (status != 0) return status;
  return setsockopt(fd, level, name, &tos, sizeof tos) == 0 ? 0 : uv_translate_sys_error(errno);
}

int lnet_os_get_tos(int fd) {
  int level = 0;
  int name = 0;
  int tos = 0;
  socklen_t size = sizeof tos;
  const int status = tos_option(fd, &level, &name);
  if (status != 0) return status;
  return getsockopt(fd, level, name, &tos, &size) == 0 ? tos : uv_translate_sys_error(errno);
}

#endif

#if defined(__linux__)

typedef int (*use_address)(int fd, const struct sockaddr *addr, socklen_t len);

/* A non-blocking Unix socket bound or connected to that name. Returns it or libuv's code. */
static int open_abstract(const char *name, size_t len, use_address use) {
  struct sockaddr_un addr;
  if (len > sizeof addr.sun_path) len = sizeof addr.sun_path; /* as libuv does with a longer one */
  memset(&addr, 0, sizeof addr);
  addr.sun_family = AF_UNIX;
  memcpy(addr.sun_path, name, len);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return uv_translate_sys_error(errno);
  const socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
  if (use(fd, (const struct sockaddr *)&addr, size) == 0) return fd;
  const int status = uv_translate_sys_error(errno);
  close(fd);
  return status;
}

int lnet_os_bind_abstract(const char *name, size_t len) {
  return open_abstract(name, len, bind);
}

int lnet_os_connect_abstract(const char *name, size_t len) {
  return open_abstract(name, len, connect);
}

int lnet_os_peer_credentials(int fd, long out[3]) {
  struct ucred who;
  socklen_t size = sizeof who;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0)
    return uv_translate_sys_error(errno);
  out[0] = (long)who.pid;
  out[1] = (long)who.uid;
  out[2] = (long)who.gid;
  return 0;
}

#else

int lnet_os_bind_abstract(const char *name, size_t len) {
  (void)name;
  (void)len;
  return UV_ENOTSUP;
}

int lnet_os_connect_abstract(const char *name, size_t len) {
  return lnet_os_bind_abstract(name, len);
}

int lnet_os_peer_credentials(int fd, long out[3]) {
  (void)fd;
  (void)out;
  return UV_ENOTSUP;
}

#endif

#if defined(_WIN32)

void lnet_os_send_fin(int fd) {
  (void)fd;
}

int lnet_os_close_on_exec(int fd) {
  (void)fd;
  return 0;
}

bool lnet_os_loop_has_fd(const uv_loop_t *loop, int fd) {
  (void)loop;
  (void)fd;
  return false;
}

#else

void lnet_os_send_fin(int fd) {
  (void)shutdown(fd, SHUT_WR); /* what fails here shows in reading */
}

int lnet_os_close_on_exec(int fd) {
  const int flags = fcntl(fd, F_GETFD);
  if (flags == -1 || fcntl(fd, F_SETFD, flags | FD_CLOEXEC) == -1)
    return uv_translate_sys_error(errno);
  return 0;
}

bool lnet_os_loop_has_fd(const uv_loop_t *loop, int fd) {
  return fd == uv_backend_fd(loop) || fd == loop->signal_pipefd[0] ||
         fd == loop->signal_pipefd[1] || fd == loop->async_io_watcher.fd || fd == loop->async_wfd;
}

#endif

/* Errors of the system that libuv knows by number only, before 1.45. */
static const struct {
  int number;
  const char *name;
  const char *text;
} late_errors[] = {
#ifdef ENODATA
    {ENODATA, "ENODATA", "no data available"},
#endif
#ifdef EUNATCH
    {EUNATCH, "EUNATCH", "protocol driver not attached"},
#endif
    {0, NULL, NULL}};

const char *lnet_os_error_name(int code) {
  for (int i = 0; late_errors[i].name != NULL; i++)
    if (uv_translate_sys_error(late_errors[i].number) == code) return late_errors[i].name;
  return uv_err_name(code);
}

const char *lnet_os_error_text(int code) {
  for (int i = 0; late_errors[i].name != NULL; i++)
    if (uv_translate_sys_error(late_errors[i].number) == code) return late_errors[i].text;
  return uv_strerror(code);
}

const lnet_os_signal *lnet_os_signals(void) {
  static const lnet_os_signal signals[] = {
#ifdef SIGHUP
      {"SIGHUP", SIGHUP},
#endif
#ifdef SIGINT
      {"SIGINT", SIGINT},
#endif
#ifdef SIGQUIT
      {"SIGQUIT", SIGQUIT},
#endif
#ifdef SIGILL
      {"SIGILL", SIGILL},
#endif
#ifdef SIGTRAP
      {"SIGTRAP", SIGTRAP},
#endif
#ifdef SIGABRT
      {"SIGABRT", SIGABRT},
#endif
#ifdef SIGBUS
      {"SIGBUS", SIGBUS},
#endif
#ifdef SIGFPE
      {"SIGFPE", SIGFPE},
#endif
#ifdef SIGKILL
      {"SIGKILL", SIGKILL},
#endif
#ifdef SIGUSR1
      {"SIGUSR1", SIGUSR1},
#endif
#ifdef SIGSEGV
      {"SIGSEGV", SIGSEGV},
#endif
#ifdef SIGUSR2
      {"SIGUSR2", SIGUSR2},
#endif
#ifdef SIGPIPE
      {"SIGPIPE", SIGPIPE},
#endif
#ifdef SIGALRM
      {"SIGALRM", SIGALRM},
#endif
#ifdef SIGTERM
      {"SIGTERM", SIGTERM},
#endif
#ifdef SIGCHLD
      {"SIGCHLD", SIGCHLD},
#endif
#ifdef SIGSTKFLT
      {"SIGSTKFLT", SIGSTKFLT},
#endif
#ifdef SIGCONT
      {"SIGCONT", SIGCONT},
#endif
#ifdef SIGSTOP
      {"SIGSTOP", SIGSTOP},
#endif
#ifdef SIGTSTP
      {"SIGTSTP", SIGTSTP},
#endif
#ifdef SIGTTIN
      {"SIGTTIN", SIGTTIN},
#endif
#ifdef SIGTTOU
      {"SIGTTOU", SIGTTOU},
#endif
#ifdef SIGURG
      {"SIGURG", SIGURG},
#endif
#ifdef SIGXCPU
      {"SIGXCPU", SIGXCPU},
#endif
#ifdef SIGXFSZ
      {"SIGXFSZ", SIGXFSZ},
#endif
#ifdef SIGVTALRM
      {"SIGVTALRM", SIGVTALRM},
#endif
#ifdef SIGPROF
      {"SIGPROF", SIGPROF},
#endif
#ifdef SIGWINCH
      {"SIGWINCH", SIGWINCH},
#endif
#ifdef SIGIO
      {"SIGIO", SIGIO},
#endif
#ifdef SIGPWR
      {"SIGPWR", SIGPWR},
#endif
#ifdef SIGSYS
      {"SIGSYS", SIGSYS},
#endif
#ifdef SIGBREAK
      {"SIGBREAK", SIGBREAK},
#endif
      {NULL, 0}};
  return signals;
}
