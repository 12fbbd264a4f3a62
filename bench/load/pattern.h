/* What the connections carry: endless bytes that differ from connection to connection, in which a
 * lost, doubled or moved piece shows. */
#ifndef BENCH_PATTERN_H
#define BENCH_PATTERN_H

#include <stddef.h>
#include <stdint.h>

enum {
  PATTERN_PERIOD = 65521,    /* a prime: no buffer size divides it */
  PATTERN_MOST = 256 * 1024, /* as many bytes can be had at once */
  SOURCE_BLOCK = 64 * 1024,  /* what a server writes in `source`, again and again */
  SOURCE_BLOCKS = 256,       /* as many for each byte that it is sent */
  CHOP_HEAD = 7 * 8,         /* in `chop`, bytes of seven pieces before those of the request */
};

void pattern_init(void);
/* The PATTERN_MOST bytes from `offset` on. */
const char *pattern_at(uint64_t offset);
/* The same of what a server sends in `source`. */
const char *pattern_source(uint64_t offset);
/* The CHOP_HEAD bytes. */
const char *pattern_chop(void);

#endif
