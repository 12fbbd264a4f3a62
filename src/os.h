/* What libuv lacks; os.c is the only file that tells systems apart. */
#ifndef LNET_OS_H
#define LNET_OS_H

#include "compat.h"

/* Ignores SIGPIPE where nobody has set another action: a write to a closed peer is an error, not
   the end of the process. [-0, +0, -] */
void lnet_os_ignore_sigpipe(void);

/* Removes the file of a Unix socket that this descriptor is bound to. Returns 0 or libuv's code. */
int lnet_os_unlink(const char *path);

#endif
