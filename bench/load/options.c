#include "options.h"
#include "fail.h"
#include "pattern.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>

enum { HOUR_MS = 3600 * 1000, SETTINGS = 10 };

struct options options = {
    .connections = 1, .size = 64, .warmup_ms = 100, .measure_ms = 300, .seconds = 60};

static const struct {
  const char *name;
  uint64_t *value, least, most;
} settings[SETTINGS] = {
    {"port", &options.port, 1, 65535},
    {"pid", &options.pid, 1, INT32_MAX},
    {"connections", &options.connections, 1, 100000},
    {"size", &options.size, 1, PATTERN_MOST},
    {"warmup", &options.warmup_ms, 0, HOUR_MS},
    {"measure", &options.measure_ms, 1, HOUR_MS},
    {"warmup-operations", &options.warmup_operations, 1, INT64_MAX},
    {"operations", &options.operations, 1, INT64_MAX},
    {"buffers", &options.buffers, 4096, INT32_MAX / 2},
    {"limit", &options.seconds, 1, 3600},
};

static void set(int index, const char *text) {
  char *end;
  errno = 0;
  const unsigned long long value = strtoull(text, &end, 10);
  const uint64_t least = settings[index].least, most = settings[index].most;
  if (*text == '\0' || *end != '\0' || errno != 0 || value < least || value > most) {
    fail("--%s: a number from %" PRIu64 " to %" PRIu64 " is due, not %s", settings[index].name,
         least, most, text);
  }
  *settings[index].value = value;
}

void options_parse(int argc, char **argv) {
  struct option names[SETTINGS + 2] = {{0}};
  for (int i = 0; i < SETTINGS; i++) {
    names[i] = (struct option){settings[i].name, required_argument, NULL, i};
  }
  names[SETTINGS] = (struct option){"held", no_argument, NULL, SETTINGS};
  int index;
  while ((index = getopt_long(argc, argv, "", names, NULL)) >= 0) {
    if (index == '?') exit(2); /* getopt has said why */
    if (index < SETTINGS) {
      set(index, optarg);
    } else {
      options.held = true;
    }
  }
  if (optind != argc - 1) fail("one mode is due");
  options.mode = argv[optind];
  if (options.port == 0 || options.pid == 0) fail("--port and --pid are due");
}
