#include "pattern.h"

#include <string.h>

static char endless[PATTERN_PERIOD + PATTERN_MOST];
static char source[SOURCE_BLOCK + PATTERN_MOST];

void pattern_init(void) {
  uint32_t state = 1;
  for (size_t i = 0; i < sizeof endless; i++) {
    state = state * 1103515245 + 12345; /* the C standard's example of rand() */
    endless[i] = i < PATTERN_PERIOD ? (char)(state >> 16) : endless[i - PATTERN_PERIOD];
  }
  for (size_t i = 0; i < sizeof source; i++) {
    const size_t at = i % SOURCE_BLOCK;
    source[i] = (char)(at * 31 + at / 256 * 17);
  }
}

const char *pattern_at(uint64_t offset) {
  return endless + offset % PATTERN_PERIOD;
}

const char *pattern_source(uint64_t offset) {
  return source + offset % SOURCE_BLOCK;
}

const char *pattern_chop(void) {
  return "piece 1\npiece 2\npiece 3\npiece 4\npiece 5\npiece 6\npiece 7\n";
}
