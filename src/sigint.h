/* SIGINT, which belongs to the process: waking the loops that wait in net.run when it comes. */
#ifndef LNET_SIGINT_H
#define LNET_SIGINT_H

#include <stdbool.h>
#include <uv.h>

/* A loop that SIGINT is to wake. */
typedef struct lnet_sigint_waiter {
  uv_async_t *wake;
  const int *busy; /* above 0: it is not waiting, a callback runs */
  uv_thread_t thread;
  bool waits;
  volatile bool signalled; /* by a signal in its own thread, before it is woken */
} lnet_sigint_waiter;

/* Where the program that we are in (the host) has a handler of SIGINT, the loop is woken behind it
   until the end. Nothing is done where it has none. While the thread that gets the signal is in no
   callback the host's handler is called by the loop that is woken, lnet_sigint_tell: what it
   does to a Lua state then hits no callback that is about to be called. [-0, +0, -] */
void lnet_sigint_begin(lnet_sigint_waiter *waiter);
void lnet_sigint_end(lnet_sigint_waiter *waiter);
/* Instead of the end, in a child of fork. [-0, +0, -] */
void lnet_sigint_forget(lnet_sigint_waiter *waiter);
void lnet_sigint_tell(void);

/* SIGINT ends the process, whatever handler somebody has set; one that is ignored stays so.
   [-0, +0, -] */
void lnet_sigint_default(void);

#endif
