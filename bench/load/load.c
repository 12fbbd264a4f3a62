/* The load generator: one thread, epoll. Runs one mode against a server and says on one line of
 * JSON what the server used for it. Every byte that comes back is compared. README.md describes the
 * modes. */
#include "conn.h"
#include "fail.h"
#include "pattern.h"
#include "server.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
  BULK_UNIT = 256 * 1024,
  OPENING = 64,    /* so many connections at once wait for being accepted: less than any backlog */
  EVENTS = 256,    /* of one epoll_wait */
  SETTLE_MS = 300, /* before memory is measured: garbage collection may end what it has begun */
};

struct mode {
  const char *name;
  uint64_t (*unit)(void);        /* bytes of one unit, in the direction that has more */
  void (*begin)(struct conn *c); /* makes the next unit due */
  conn_answer *answer;
  bool reconnects; /* a unit is a connection of its own */
  bool streams;    /* while the phase lasts, what is due is sent without waiting for the answer */
};

static struct {
  const struct mode *mode;
  struct conn_options to;
  pid_t pid;
  uint32_t connections;
  uint64_t size; /* bytes of a request */
  int64_t warmup_ms, measure_ms;
  uint64_t warmup_operations, operations; /* 0: as many as fit into the time */
  int seconds;                            /* the whole run may take so long */
} options = {.connections = 1, .size = 64, .warmup_ms = 100, .measure_ms = 300, .seconds = 60};

static int epoll;
static struct conn *conns;
static uint32_t busy; /* connections with something due */
static int64_t now_ns, give_up_ns;
static struct {
  int64_t until_ns;
  uint64_t most, begun; /* units */
} phase;

_Noreturn void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "load: %s: ", options.mode != NULL ? options.mode->name : "arguments");
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

/* The modes */

static uint64_t unit_exchange(void) {
  return options.size;
}

static void begin_exchange(struct conn *c) {
  c->out += options.size;
  c->in += options.size;
}

static uint64_t unit_chop(void) {
  return CHOP_PIECES * CHOP_PIECE + options.size;
}

static void begin_chop(struct conn *c) {
  c->out += options.size;
  c->in += unit_chop();
}

static const char *answer_chop(const struct conn *c, uint64_t at, size_t *len) {
  const uint64_t head = CHOP_PIECES * CHOP_PIECE, whole = unit_chop();
  const uint64_t in_answer = at % whole;
  if (in_answer < head) {
    *len = head - in_answer;
    return pattern_chop() + in_answer;
  }
  const char *bytes = conn_echo(c, at / whole * options.size + in_answer - head, len);
  *len = whole - in_answer;
  return bytes;
}

static uint64_t unit_bulk(void) {
  return BULK_UNIT;
}

static void begin_stream(struct conn *c) {
  c->out += BULK_UNIT;
  c->in += BULK_UNIT;
}

static void begin_sink(struct conn *c) {
  c->out += BULK_UNIT;
}

/* The number of bytes, in decimal. */
static const char *answer_sink(const struct conn *c, uint64_t at, size_t *len) {
  static char text[32];
  *len = (size_t)snprintf(text, sizeof text, "%" PRIu64, c->sent) - at;
  return text + at;
}

static uint64_t unit_source(void) {
  return (uint64_t)SOURCE_BLOCKS * SOURCE_BLOCK;
}

static void begin_source(struct conn *c) {
  c->out += 1;
  c->in += unit_source();
}

static const char *answer_source(const struct conn *c, uint64_t at, size_t *len) {
  (void)c;
  *len = PATTERN_MOST;
  return pattern_source(at);
}

static const struct mode modes[] = {
    {"pingpong", unit_exchange, begin_exchange, conn_echo, .reconnects = false, .streams = false},
    {"timed", unit_exchange, begin_exchange, conn_echo, .reconnects = false, .streams = false},
    {"chop", unit_chop, begin_chop, answer_chop, .reconnects = false, .streams = false},
    {"connect", unit_exchange, begin_exchange, conn_echo, .reconnects = true, .streams = false},
    {"stream", unit_bulk, begin_stream, conn_echo, .reconnects = false, .streams = true},
    {"sink", unit_bulk, begin_sink, answer_sink, .reconnects = true, .streams = true},
    {"source", unit_source, begin_source, answer_source, .reconnects = false, .streams = false},
    {"idle", unit_exchange, begin_exchange, conn_echo, .reconnects = false, .streams = false},
};

/* Phases: units are begun until the phase is over, and what was begun is waited for. */

static bool more(void) {
  return phase.most > 0 ? phase.begun < phase.most : now_ns < phase.until_ns;
}

static void begin_unit(struct conn *c) {
  phase.begun++;
  options.mode->begin(c);
}

static void start(struct conn *c) {
  busy++;
  if (c->fd < 0) conn_open(c, epoll, &options.to, options.mode->answer);
  c->streaming = options.mode->streams;
  begin_unit(c);
  conn_send(c, epoll);
}

static void finish(struct conn *c) {
  conn_finish(c);
  if (c->answer != answer_sink) return;
  size_t digits;
  c->in = 0;
  answer_sink(c, 0, &digits);
  c->in = digits;
}

static void step(struct conn *c, uint32_t events) {
  if (events & ~(uint32_t)EPOLLOUT && !conn_receive(c)) {
    busy--;
    if (options.mode->reconnects && more()) start(c);
    return;
  }
  if (c->streaming && !more()) c->streaming = false;
  if (c->streaming && c->sent == c->out) begin_unit(c);
  if (conn_quiet(c) && !c->streaming && !c->finished) {
    if (options.mode->reconnects) {
      finish(c);
    } else if (more()) {
      begin_unit(c);
    } else {
      busy--;
    }
  }
  conn_send(c, epoll);
}

/* Serves what is due until at most `left` connections are busy. */
static void serve(uint32_t left) {
  struct epoll_event events[EVENTS];
  while (busy > left) {
    const int n = epoll_wait(epoll, events, EVENTS, 1000);
    now_ns = clock_ns();
    if (n < 0 && errno != EINTR) fail("epoll_wait: %s", strerror(errno));
    if (now_ns > give_up_ns) {
      uint64_t missing = 0;
      for (uint32_t i = 0; i < options.connections; i++) {
        if (conns[i].fd >= 0) missing += conns[i].in - conns[i].received;
      }
      fail("not done after %d seconds: %" PRIu32 " connections wait, %" PRIu64 " bytes are missing",
           options.seconds, busy, missing);
    }
    for (int i = 0; i < n; i++) {
      step(events[i].data.ptr, events[i].events);
    }
  }
}

static void begin_phase(int64_t ms, uint64_t most) {
  now_ns = clock_ns();
  phase.until_ns = now_ns + ms * 1000000;
  phase.most = most;
  phase.begun = 0;
}

static void run_phase(int64_t ms, uint64_t most) {
  begin_phase(ms, most);
  for (uint32_t i = 0; i < options.connections && more(); i++) {
    start(&conns[i]);
  }
  serve(0);
}

/* One unit each, by which each is known to be accepted. */
static void open_all(uint32_t connections) {
  begin_phase(0, 0);
  for (uint32_t i = 0; i < connections; i++) {
    start(&conns[i]);
    serve(OPENING - 1);
  }
  serve(0);
}

static void close_all(uint32_t connections) {
  for (uint32_t i = 0; i < connections; i++) {
    if (conns[i].fd < 0) continue;
    busy++;
    conn_finish(&conns[i]);
  }
  serve(0);
}

static void sleep_ms(long ms) {
  const struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
  nanosleep(&time, NULL);
}

static void await_descriptors(int count) {
  while (server_descriptors(options.pid) != count) {
    if (clock_ns() > give_up_ns) fail("the server has no %d descriptors in time", count);
    sleep_ms(1);
  }
}

/* Memory of connections that have been accepted, and on which nothing has come yet. */
static void measure_idle(void) {
  const uint32_t few = options.connections < OPENING ? options.connections : OPENING;
  const int before = server_descriptors(options.pid);
  open_all(few);
  close_all(few);
  await_descriptors(before);
  sleep_ms(SETTLE_MS);
  const int64_t memory = server_memory(options.pid);
  for (uint32_t i = 0; i < options.connections; i++) {
    conn_open(&conns[i], epoll, &options.to, options.mode->answer);
    if (i % OPENING == OPENING - 1) await_descriptors(before + (int)i + 1);
  }
  await_descriptors(before + (int)options.connections);
  sleep_ms(SETTLE_MS);
  const int64_t used = server_memory(options.pid) - memory;
  run_phase(0, options.connections); /* all of them do work */
  close_all(options.connections);
  printf("{\"mode\":\"idle\",\"connections\":%" PRIu32 ",\"memory\":%" PRId64 "}\n",
         options.connections, used);
}

static void measure_cpu(void) {
  const bool reconnects = options.mode->reconnects;
  if (!reconnects) open_all(options.connections);
  run_phase(options.warmup_ms, options.warmup_operations);
  const int64_t begin_ns = clock_ns(), cpu_ns = server_cpu_ns(options.pid);
  run_phase(options.measure_ms, options.operations);
  const int64_t used_ns = server_cpu_ns(options.pid) - cpu_ns;
  const int64_t took_ns = clock_ns() - begin_ns;
  const uint64_t operations = phase.begun;
  if (!reconnects) close_all(options.connections);
  printf("{\"mode\":\"%s\",\"connections\":%" PRIu32 ",\"size\":%" PRIu64 ",\"operations\":%" PRIu64
         ",\"bytes\":%" PRIu64 ",\"cpu_ns\":%" PRId64 ",\"wall_ns\":%" PRId64 "}\n",
         options.mode->name, options.connections, options.size, operations,
         operations * options.mode->unit(), used_ns, took_ns);
}

/* Arguments */

static uint64_t number(const char *text, const char *name, uint64_t least, uint64_t most) {
  char *end;
  errno = 0;
  const unsigned long long value = strtoull(text, &end, 10);
  if (*text == '\0' || *end != '\0' || errno != 0 || value < least || value > most) {
    fail("--%s: a number from %" PRIu64 " to %" PRIu64 " is due, not %s", name, least, most, text);
  }
  return value;
}

static const struct mode *find_mode(const char *name) {
  for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
    if (strcmp(modes[i].name, name) == 0) return &modes[i];
  }
  fail("no mode %s", name);
}

static void parse(int argc, char **argv) {
  enum {
    PORT,
    PID,
    CONNECTIONS,
    SIZE,
    WARMUP,
    MEASURE,
    WARMUP_OPERATIONS,
    OPERATIONS,
    BUFFERS,
    LIMIT
  };
  static const struct option names[] = {
      {"port", required_argument, NULL, PORT},
      {"pid", required_argument, NULL, PID},
      {"connections", required_argument, NULL, CONNECTIONS},
      {"size", required_argument, NULL, SIZE},
      {"warmup", required_argument, NULL, WARMUP},   /* milliseconds */
      {"measure", required_argument, NULL, MEASURE}, /* milliseconds */
      {"warmup-operations", required_argument, NULL, WARMUP_OPERATIONS},
      {"operations", required_argument, NULL, OPERATIONS},
      {"buffers", required_argument, NULL, BUFFERS}, /* bytes */
      {"limit", required_argument, NULL, LIMIT},     /* seconds */
      {0},
  };
  int option, index;
  while ((option = getopt_long(argc, argv, "", names, &index)) >= 0) {
    if (option == '?') exit(2);
    const char *name = names[index].name;
    switch (option) {
    case PORT:
      options.to.port = (uint16_t)number(optarg, name, 1, 65535);
      break;
    case PID:
      options.pid = (pid_t)number(optarg, name, 1, INT32_MAX);
      break;
    case CONNECTIONS:
      options.connections = (uint32_t)number(optarg, name, 1, 100000);
      break;
    case SIZE:
      options.size = number(optarg, name, 1, PATTERN_MOST);
      break;
    case WARMUP:
      options.warmup_ms = (int64_t)number(optarg, name, 0, 3600000);
      break;
    case MEASURE:
      options.measure_ms = (int64_t)number(optarg, name, 1, 3600000);
      break;
    case WARMUP_OPERATIONS:
      options.warmup_operations = number(optarg, name, 1, INT64_MAX);
      break;
    case OPERATIONS:
      options.operations = number(optarg, name, 1, INT64_MAX);
      break;
    case BUFFERS:
      options.to.buffers = (int)number(optarg, name, 4096, INT32_MAX / 2);
      break;
    case LIMIT:
      options.seconds = (int)number(optarg, name, 1, 3600);
      break;
    }
  }
  if (optind != argc - 1) fail("one mode is due");
  options.mode = find_mode(argv[optind]);
  if (options.to.port == 0 || options.pid == 0) fail("--port and --pid are due");
}

int main(int argc, char **argv) {
  parse(argc, argv);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files); /* where this is too few, socket() says so */
  pattern_init();
  epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) fail("epoll_create1: %s", strerror(errno));
  conns = calloc(options.connections, sizeof *conns);
  if (conns == NULL) fail("not enough memory");
  for (uint32_t i = 0; i < options.connections; i++) {
    conns[i] = (struct conn){.fd = -1, .id = i};
  }
  give_up_ns = clock_ns() + (int64_t)options.seconds * 1000000000;
  options.to.seconds = options.seconds;
  options.to.many_hosts = options.mode->reconnects;
  if (strcmp(options.mode->name, "idle") == 0) {
    measure_idle();
  } else {
    measure_cpu();
  }
  return 0;
}
