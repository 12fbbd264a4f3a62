/* What libuv lacks. */
#include "os.h"
#include <errno.h>

#if defined(_WIN32)

#include <stdio.h>

void lnet_os_ignore_sigpipe(void) {
}

int lnet_os_unlink(const char *path) {
  (void)path; /* named pipes do not persist */
  return 0;
}

#else

#include <signal.h>
#include <unistd.h>

void lnet_os_ignore_sigpipe(void) {
  struct sigaction action;
  if (sigaction(SIGPIPE, NULL, &action) != 0 || action.sa_handler != SIG_DFL) return;
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, NULL);
}

int lnet_os_unlink(const char *path) {
  return unlink(path) == 0 ? 0 : uv_translate_sys_error(errno);
}

#endif
