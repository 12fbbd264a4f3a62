/* What libuv lacks; os.c is the only file that tells systems apart. */
#ifndef LNET_OS_H
#define LNET_OS_H

#include "compat.h"

/* Ignores SIGPIPE where nobody has set another action: a write to a closed peer is an error, not
   the end of the process. [-0, +0, -] */
void lnet_os_ignore_sigpipe(void);

/* A copy of a descriptor, closed on exec; or libuv's code. [-0, +0, -] */
int lnet_os_dup(int fd);

#endif
