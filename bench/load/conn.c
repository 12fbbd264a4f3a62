#include "conn.h"
#include "fail.h"
#include "pattern.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HOSTS = 250 };

/* Between the places in the pattern at which two connections begin. */
static const uint64_t SEED = 7919;

static char incoming[PATTERN_MOST];

static void set_int(int fd, int level, int option, int value, const char *name) {
  if (setsockopt(fd, level, option, &value, sizeof value) != 0) {
    fail("setsockopt %s: %s", name, strerror(errno));
  }
}

static void bind_host(int fd) {
  static uint32_t next;
  struct sockaddr_in from = {.sin_family = AF_INET};
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + next++ % HOSTS);
  set_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1, "IP_BIND_ADDRESS_NO_PORT");
  if (bind(fd, (struct sockaddr *)&from, sizeof from) != 0) fail("bind: %s", strerror(errno));
}

static void watch(struct conn *c, int epoll, int operation) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  if (c->wants_out) event.events |= EPOLLOUT;
  if (epoll_ctl(epoll, operation, c->fd, &event) != 0) fail("epoll_ctl: %s", strerror(errno));
}

void conn_open(struct conn *c, int epoll, const struct conn_options *options, conn_answer *answer) {
  *c = (struct conn){.id = c->id, .answer = answer};
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (c->fd < 0) fail("socket: %s", strerror(errno));
  if (options->buffers > 0) {
    set_int(c->fd, SOL_SOCKET, SO_SNDBUF, options->buffers, "SO_SNDBUF");
    set_int(c->fd, SOL_SOCKET, SO_RCVBUF, options->buffers, "SO_RCVBUF");
  }
  if (options->many_hosts) bind_host(c->fd);
  const struct timeval limit = {.tv_sec = options->seconds};
  setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(options->port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  /* Blocks, but on the loopback only while the server's backlog is full. */
  if (connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0) {
    fail("connection %u: connect: %s", c->id, strerror(errno));
  }
  watch(c, epoll, EPOLL_CTL_ADD);
}

void conn_send(struct conn *c, int epoll) {
  while (c->sent < c->out) {
    const uint64_t due = c->out - c->sent;
    const char *bytes = pattern_at(c->id * SEED + c->sent);
    const ssize_t n =
        send(c->fd, bytes, due < PATTERN_MOST ? due : PATTERN_MOST, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) fail("connection %u: send: %s", c->id, strerror(errno));
    if (n > 0) c->sent += (uint64_t)n;
    if (n < 0 || (uint64_t)n < due) break;
  }
  const bool wants_out = c->sent < c->out || c->streaming;
  if (wants_out == c->wants_out) return;
  c->wants_out = wants_out;
  watch(c, epoll, EPOLL_CTL_MOD);
}

const char *conn_echo(const struct conn *c, uint64_t at, size_t *len) {
  *len = PATTERN_MOST;
  return pattern_at(c->id * SEED + at);
}

static void verify(struct conn *c, const char *bytes, size_t len) {
  if (c->received + len > c->in) {
    fail("connection %u: %" PRIu64 " surplus bytes after %" PRIu64, c->id,
         c->received + len - c->in, c->in);
  }
  while (len > 0) {
    size_t piece;
    const char *expected = c->answer(c, c->received, &piece);
    if (piece > len) piece = len;
    if (memcmp(bytes, expected, piece) != 0) {
      size_t at = 0;
      while (bytes[at] == expected[at]) {
        at++;
      }
      fail("connection %u: byte %" PRIu64 " is wrong", c->id, c->received + at);
    }
    bytes += piece;
    len -= piece;
    c->received += piece;
  }
}

bool conn_receive(struct conn *c) {
  const ssize_t n = recv(c->fd, incoming, sizeof incoming, MSG_DONTWAIT);
  if (n > 0) verify(c, incoming, (size_t)n);
  if (n < 0 && errno != EAGAIN) {
    fail("connection %u: recv after %" PRIu64 " bytes: %s", c->id, c->received, strerror(errno));
  }
  if (n != 0) return true;
  if (!c->finished || c->received < c->in) {
    fail("connection %u: the server ended it after %" PRIu64 " bytes of %" PRIu64, c->id,
         c->received, c->in);
  }
  close(c->fd);
  c->fd = -1;
  return false;
}

void conn_finish(struct conn *c) {
  c->finished = true;
  if (shutdown(c->fd, SHUT_WR) != 0) fail("connection %u: shutdown: %s", c->id, strerror(errno));
}

bool conn_quiet(const struct conn *c) {
  return c->sent == c->out && c->received == c->in;
}
