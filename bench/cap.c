/* Preloaded into the servers of the bulk modes, for the libraries that have no call for it: what
 * listens gets SO_RCVBUF and SO_SNDBUF of BENCH_BUFFERS bytes, and what it accepts inherits them.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/socket.h>

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): glibc has none */
__attribute__((visibility("default"))) int listen(int fd, int backlog) {
  int (*next)(int, int);
  *(void **)&next = dlsym(RTLD_NEXT, "listen");
  const char *text = getenv("BENCH_BUFFERS");
  const int bytes = text != NULL ? atoi(text) : 0;
  if (bytes > 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  }
  return next(fd, backlog);
}
