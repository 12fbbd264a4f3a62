/* One connection of the generator: what is due on it, and bytes that are verified as they come.
 * Knows no modes. */
#ifndef BENCH_CONN_H
#define BENCH_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conn;

/* What the answer has from byte `at` on; *len: as many bytes of it are at what is returned. */
typedef const char *conn_answer(const struct conn *c, uint64_t at, size_t *len);

struct conn {
  int fd;
  uint32_t id;
  uint64_t sent, out;    /* bytes; out: so many are to be sent by now */
  uint64_t received, in; /* in: so many must have been received before more is asked for */
  bool finished;         /* its FIN is sent: an end is due */
  bool streaming;        /* more will be due as soon as there is room */
  bool wants_out;        /* epoll also watches for room */
  conn_answer *answer;
};

struct conn_options {
  uint16_t port;
  int buffers;     /* bytes for SO_SNDBUF and SO_RCVBUF; 0: the system's */
  int seconds;     /* connecting takes longer: fail */
  bool many_hosts; /* from 127.0.0.2, .3, ... in turn, so that ports do not run out */
};

/* The socket's number is watched by `epoll`, with c as data. Keeps c->id, forgets all else. */
void conn_open(struct conn *c, int epoll, const struct conn_options *options, conn_answer *answer);
/* Sends what is due and fits. */
void conn_send(struct conn *c, int epoll);
/* Reads once, at most. Returns false once the server's end has come and the connection is closed.
 */
bool conn_receive(struct conn *c);
/* Sends FIN; conn_receive then sees the end. */
void conn_finish(struct conn *c);
/* Nothing is due now. */
bool conn_quiet(const struct conn *c);
/* The answer of an echo. */
conn_answer conn_echo;

#endif
