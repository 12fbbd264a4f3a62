/* The load generator: one thread, epoll. Runs one mode against a server and says on one line of
 * JSON what the server used for it. Every byte that comes back is compared. bench/README.md
 * describes the modes. */
#include "conn.h"
#include "fail.h"
#include "mode.h"
#include "options.h"
#include "pattern.h"
#include "server.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

enum {
  OPENING = 64,    /* so many connections at once wait to be accepted: less than any backlog */
  EVENTS = 256,    /* of one epoll_wait */
  WAIT_MS = 1000,  /* how often the time is looked at when nothing comes */
  SETTLE_MS = 300, /* before memory is measured: a collector may end what it has begun */
};

static const struct mode *mode;
static struct conn_options to;
static pid_t pid;
static uint32_t count; /* of connections */
static struct conn *conns;
static int epoll;

static uint32_t busy; /* connections with something due */
static int64_t now_ns, give_up_ns;
static struct {
  int64_t until_ns;     /* units are begun until then, ... */
  uint64_t most, begun; /* ... or this many, where `most` is not 0 */
} phase;

_Noreturn void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "load%s%s: ", options.mode != NULL ? " " : "",
          options.mode != NULL ? options.mode : "");
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

static int64_t clock_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void sleep_ms(long ms) {
  const struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
  nanosleep(&time, NULL);
}

static void set_deadline(void) {
  give_up_ns = clock_ns() + (int64_t)options.seconds * 1000000000;
}

_Noreturn static void give_up(void) {
  uint64_t unsent = 0, missing = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (conns[i].fd < 0) continue;
    unsent += conns[i].out - conns[i].sent;
    missing += conns[i].in - conns[i].received;
  }
  fail("not done after %" PRIu64 " seconds: %" PRIu32 " connections wait, %" PRIu64
       " bytes could not be sent, %" PRIu64 " are missing",
       options.seconds, busy, unsent, missing);
}

/* Units: begun while the phase lasts; those that were begun are waited for. */

static bool more(void) {
  return phase.most > 0 ? phase.begun < phase.most : now_ns < phase.until_ns;
}

static void begin_unit(struct conn *c) {
  phase.begun++;
  mode->begin(c);
}

static void start(struct conn *c) {
  busy++;
  if (c->fd < 0) conn_open(c, epoll, &to, mode->answer);
  c->streaming = mode->streams;
  begin_unit(c);
  conn_send(c, epoll);
}

static void step(struct conn *c, uint32_t events) {
  if (events & ~(uint32_t)EPOLLOUT && !conn_receive(c)) {
    busy--;
    if (mode->reconnects && more()) start(c);
    return;
  }
  if (c->sent < c->out) {
    conn_send(c, epoll);
    if (c->sent < c->out) return; /* there will be room, and an event */
  }
  if (c->streaming && !more()) c->streaming = false;
  if (c->streaming && c->sent == c->out) begin_unit(c);
  if (conn_quiet(c) && !c->streaming && !c->finished) {
    if (mode->reconnects) {
      mode_finish(mode, c);
      conn_finish(c);
    } else if (more()) {
      begin_unit(c);
    } else {
      busy--;
    }
  }
  conn_send(c, epoll);
}

/* Until at most `left` connections are busy. */
static void serve(uint32_t left) {
  struct epoll_event events[EVENTS];
  while (busy > left) {
    const int n = epoll_wait(epoll, events, EVENTS, WAIT_MS);
    if (n < 0 && errno != EINTR) fail("epoll_wait: %s", strerror(errno));
    now_ns = clock_ns();
    if (now_ns > give_up_ns) give_up();
    for (int i = 0; i < n; i++) {
      step(events[i].data.ptr, events[i].events);
    }
  }
}

static void begin_phase(uint64_t ms, uint64_t most) {
  now_ns = clock_ns();
  phase.until_ns = now_ns + (int64_t)ms * 1000000;
  phase.most = most;
  phase.begun = 0;
}

static void run_phase(uint64_t ms, uint64_t most) {
  begin_phase(ms, most);
  for (uint32_t i = 0; i < count && more(); i++) {
    start(&conns[i]);
  }
  serve(0);
}

/* One unit each, by which each is known to be accepted. */
static void open_connections(uint32_t most) {
  begin_phase(0, 0);
  for (uint32_t i = 0; i < most; i++) {
    start(&conns[i]);
    serve(OPENING - 1);
  }
  serve(0);
}

static void close_connections(void) {
  for (uint32_t i = 0; i < count; i++) {
    if (conns[i].fd < 0) continue;
    busy++;
    conn_finish(&conns[i]);
  }
  serve(0);
}

static void await_descriptors(int descriptors) {
  while (server_descriptors(pid) != descriptors) {
    if (clock_ns() > give_up_ns) fail("the server does not close what it has accepted");
    sleep_ms(1);
  }
}

/* Memory of connections on which one exchange has been, and nothing else comes. */
static void measure_memory(void) {
  const int descriptors = server_descriptors(pid);
  open_connections(count < OPENING ? count : OPENING); /* for what is done once only */
  close_connections();
  await_descriptors(descriptors);
  sleep_ms(SETTLE_MS);
  const int64_t before = server_memory(pid);
  open_connections(count);
  sleep_ms(SETTLE_MS);
  const int64_t used = server_memory(pid) - before;
  close_connections();
  printf("{\"mode\":\"%s\",\"connections\":%" PRIu32 ",\"memory\":%" PRId64 "}\n", mode->name,
         count, used);
}

static void measure_cpu(uint64_t ms) {
  set_deadline();
  run_phase(options.warmup_ms, options.warmup_operations);
  const int64_t begin_ns = clock_ns(), cpu_ns = server_cpu_ns(pid);
  run_phase(ms, options.operations);
  const int64_t used_ns = server_cpu_ns(pid) - cpu_ns;
  const int64_t took_ns = clock_ns() - begin_ns;
  printf("{\"mode\":\"%s\",\"connections\":%" PRIu32 ",\"operations\":%" PRIu64
         ",\"bytes\":%" PRIu64 ",\"cpu_ns\":%" PRId64 ",\"wall_ns\":%" PRId64 "}\n",
         mode->name, count, phase.begun, phase.begun * mode->unit(), used_ns, took_ns);
  fflush(stdout);
}

/* Once, or for each line on standard input, which says for how many milliseconds. */
static void measure(void) {
  char line[32];
  if (!mode->reconnects) open_connections(count);
  if (options.held) {
    uint64_t ms;
    while (fgets(line, sizeof line, stdin) != NULL && sscanf(line, "%" SCNu64, &ms) == 1) {
      measure_cpu(ms);
    }
  } else {
    measure_cpu(options.measure_ms);
  }
  set_deadline();
  close_connections();
}

static void prepare(void) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files); /* where this is too few, socket() says so */
  pattern_init();
  mode = mode_find(options.mode);
  pid = (pid_t)options.pid;
  count = (uint32_t)options.connections;
  to = (struct conn_options){.port = (uint16_t)options.port,
                             .buffers = (int)options.buffers,
                             .seconds = (int)options.seconds,
                             .many_hosts = mode->reconnects};
  epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) fail("epoll_create1: %s", strerror(errno));
  conns = calloc(count, sizeof *conns);
  if (conns == NULL) fail("not enough memory");
  for (uint32_t i = 0; i < count; i++) {
    conns[i] = (struct conn){.fd = -1, .id = i};
  }
  set_deadline();
}

int main(int argc, char **argv) {
  options_parse(argc, argv);
  prepare();
  if (strcmp(mode->name, "idle") == 0) {
    measure_memory();
  } else {
    measure();
  }
  return 0;
}
