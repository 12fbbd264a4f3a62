/* Preloaded by nagle_spec: prints what TCP_NODELAY is set to on standard error. */
#include <dlfcn.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): glibc has none */
__attribute__((visibility("default"))) int setsockopt(int fd, int level, int name,
                                                      const void *value, socklen_t len) {
  int (*next)(int, int, int, const void *, socklen_t);
  *(void **)&next = dlsym(RTLD_NEXT, "setsockopt");
  if (level == IPPROTO_TCP && name == TCP_NODELAY) dprintf(2, "nodelay %d\n", *(const int *)value);
  return next(fd, level, name, value, len);
}
