/* The action that this process has for SIGINT, and the loops that wait for it. Windows has no such
   signal: what Ctrl-C does there is the host's business alone. */
#include "sigint.h"

#if defined(_WIN32)

void lnet_sigint_begin(lnet_sigint_waiter *waiter) {
  (void)waiter;
}

void lnet_sigint_end(lnet_sigint_waiter *waiter) {
  (void)waiter;
}

void lnet_sigint_forget(lnet_sigint_waiter *waiter) {
  (void)waiter;
}

void lnet_sigint_tell(void) {
}

void lnet_sigint_default(void) {
}

#else

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

/* Loops beyond these are woken by their next event only. */
enum { WAITERS_MAX = 32 };

/* A process has one action of SIGINT, and a handler gets no argument of ours: so this belongs to no
   state. The handler does not take the mutex; who leaves waits until no handler is looking. */
static struct {
  pthread_mutex_t mutex;
  int waiting;           /* between begin and end */
  struct sigaction host; /* the action that ours stands for */
  lnet_sigint_waiter *_Atomic waiters[WAITERS_MAX];
  atomic_int looking; /* handlers that are looking at the waiters */
  atomic_bool owed;   /* the host's handler is still to be called */
} interrupt = {.mutex = PTHREAD_MUTEX_INITIALIZER};

/* Whether this thread is in a callback: what others do is not for a signal's handler to look at. */
static bool is_busy(void) {
  bool busy = false;
  const uv_thread_t self = uv_thread_self();
  atomic_fetch_add(&interrupt.looking, 1);
  for (int i = 0; i < WAITERS_MAX; i++) {
    const lnet_sigint_waiter *waiter = interrupt.waiters[i];
    if (waiter != NULL && uv_thread_equal(&waiter->thread, &self) &&
        *(const volatile int *)waiter->busy > 0)
      busy = true;
  }
  atomic_fetch_sub(&interrupt.looking, 1);
  return busy;
}

static void wake_all(void) {
  const uv_thread_t self = uv_thread_self();
  atomic_fetch_add(&interrupt.looking, 1);
  for (int i = 0; i < WAITERS_MAX; i++) {
    lnet_sigint_waiter *waiter = interrupt.waiters[i];
    if (waiter == NULL) continue;
    if (uv_thread_equal(&waiter->thread, &self)) waiter->signalled = true;
    uv_async_send(waiter->wake);
  }
  atomic_fetch_sub(&interrupt.looking, 1);
}

/* A second signal finds the first one owed: the loop does not come to it, so it is told here. */
static void on_interrupt(int number, siginfo_t *info, void *context) {
  const int before = errno;
  if ((interrupt.host.sa_flags & SA_SIGINFO) != 0)
    interrupt.host.sa_sigaction(number, info, context);
  else if (is_busy() || atomic_exchange(&interrupt.owed, true)) {
    atomic_store(&interrupt.owed, false);
    interrupt.host.sa_handler(number);
  }
  wake_all();
  errno = before;
}

void lnet_sigint_tell(void) {
  if (!atomic_exchange(&interrupt.owed, false)) return;
  interrupt.host.sa_handler(SIGINT);
  wake_all();
}

static bool is_ours(const struct sigaction *action) {
  return (action->sa_flags & SA_SIGINFO) != 0 && action->sa_sigaction == on_interrupt;
}

static bool is_handler(const struct sigaction *action) {
  return (action->sa_flags & SA_SIGINFO) != 0 ||
         (action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN);
}

static bool is_same(const struct sigaction *a, const struct sigaction *b) {
  if (a->sa_flags != b->sa_flags) return false;
  return (a->sa_flags & SA_SIGINFO) != 0 ? a->sa_sigaction == b->sa_sigaction
                                         : a->sa_handler == b->sa_handler;
}

/* Puts our handler in the place of the host's. Returns false where there is none. The host's is
   only noted when it is another one than the last: in another thread ours may still be at work. */
static bool take_interrupt(void) {
  struct sigaction action;
  if (sigaction(SIGINT, NULL, &action) != 0 || !is_handler(&action)) return false;
  if (is_ours(&action)) return true;
  if (!is_same(&interrupt.host, &action)) interrupt.host = action;
  action.sa_flags |= SA_SIGINFO;
  action.sa_sigaction = on_interrupt;
  return sigaction(SIGINT, &action, NULL) == 0;
}

void lnet_sigint_begin(lnet_sigint_waiter *waiter) {
  pthread_mutex_lock(&interrupt.mutex);
  waiter->waits = take_interrupt();
  if (waiter->waits) {
    interrupt.waiting++;
    waiter->thread = uv_thread_self();
    for (int i = 0; i < WAITERS_MAX; i++) {
      if (interrupt.waiters[i] != NULL) continue;
      interrupt.waiters[i] = waiter;
      break;
    }
  }
  pthread_mutex_unlock(&interrupt.mutex);
}

void lnet_sigint_end(lnet_sigint_waiter *waiter) {
  struct sigaction action;
  if (!waiter->waits) return;
  waiter->waits = false;
  pthread_mutex_lock(&interrupt.mutex);
  for (int i = 0; i < WAITERS_MAX; i++)
    if (interrupt.waiters[i] == waiter) interrupt.waiters[i] = NULL;
  if (--interrupt.waiting == 0 && sigaction(SIGINT, NULL, &action) == 0 && is_ours(&action))
    sigaction(SIGINT, &interrupt.host, NULL);
  pthread_mutex_unlock(&interrupt.mutex);
  while (atomic_load(&interrupt.looking) > 0)
    sched_yield();
  lnet_sigint_tell();
  waiter->signalled = false;
}

/* Nothing is waited for: what others have begun when the process forked never ends here. */
void lnet_sigint_forget(lnet_sigint_waiter *waiter) {
  for (int i = 0; i < WAITERS_MAX; i++)
    if (interrupt.waiters[i] == waiter) interrupt.waiters[i] = NULL;
  waiter->waits = false;
}

void lnet_sigint_default(void) {
  struct sigaction action;
  if (sigaction(SIGINT, NULL, &action) != 0 || !is_handler(&action)) return;
  memset(&action, 0, sizeof action);
  action.sa_handler = SIG_DFL;
  sigaction(SIGINT, &action, NULL);
}

#endif
