/* The modes: what is a unit of each, and what its answer has to be. */
#ifndef BENCH_MODE_H
#define BENCH_MODE_H

#include "conn.h"

struct mode {
  const char *name;
  uint64_t (*unit)(void);        /* bytes of one unit, in the direction that has more */
  void (*begin)(struct conn *c); /* makes one more unit due */
  conn_answer *answer;
  bool reconnects; /* a unit's end is the connection's end */
  bool streams;    /* units follow each other without waiting for the answer */
};

const struct mode *mode_find(const char *name);
/* All is sent: what is due before the end. */
void mode_finish(const struct mode *mode, struct conn *c);

#endif
