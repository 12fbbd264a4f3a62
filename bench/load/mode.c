#include "mode.h"
#include "fail.h"
#include "options.h"
#include "pattern.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { BULK_UNIT = 256 * 1024 };

/* An echo of options.size bytes */

static uint64_t unit_exchange(void) {
  return options.size;
}

static void begin_exchange(struct conn *c) {
  c->out += options.size;
  c->in += options.size;
}

/* Seven small pieces, and the request as the eighth */

static uint64_t unit_chop(void) {
  return CHOP_HEAD + options.size;
}

static void begin_chop(struct conn *c) {
  c->out += options.size;
  c->in += unit_chop();
}

static const char *answer_chop(const struct conn *c, uint64_t at, size_t *len) {
  const uint64_t head = CHOP_HEAD, in_unit = at % unit_chop();
  if (in_unit < head) {
    *len = head - in_unit;
    return pattern_chop() + in_unit;
  }
  const char *bytes = conn_echo(c, at / unit_chop() * options.size + in_unit - head, len);
  *len = unit_chop() - in_unit;
  return bytes;
}

/* Bulk in both directions, and to the server alone */

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

/* Bulk from the server: so many blocks for one byte */

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

const struct mode *mode_find(const char *name) {
  for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
    if (strcmp(modes[i].name, name) == 0) return &modes[i];
  }
  fail("there is no such mode");
}

void mode_finish(const struct mode *mode, struct conn *c) {
  if (mode->answer != answer_sink) return;
  size_t digits;
  answer_sink(c, 0, &digits);
  c->in = digits;
}
