/* What libuv lacks. */
#include "os.h"
#include <errno.h>

#if defined(_WIN32)

void lnet_os_ignore_sigpipe(void) {
}

int lnet_os_dup(int fd) {
  (void)fd;
  return UV_ENOTSUP; /* a SOCKET is no descriptor */
}

#else

#include <fcntl.h>
#include <signal.h>

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

#endif
