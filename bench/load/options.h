/* What the command line asks for. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct options {
  const char *mode;
  uint64_t port, pid; /* of the server */
  uint64_t connections;
  uint64_t size;                          /* bytes of a request */
  uint64_t warmup_ms, measure_ms;         /* how long units are begun */
  uint64_t warmup_operations, operations; /* or how many, where this is not 0 */
  uint64_t buffers; /* bytes for SO_SNDBUF and SO_RCVBUF; 0: the system's own */
  uint64_t seconds; /* opening, a measurement or closing that takes longer has failed */
  bool held;        /* measure for each number on standard input */
};

extern struct options options;

void options_parse(int argc, char **argv);

#endif
