/* What the unit tests share: TAP on stdout, and tables of cases, one a line, columns split by tabs.
   Not part of the module. */
#ifndef LNET_UNIT_CHECK_H
#define LNET_UNIT_CHECK_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  CHECK_LINE_MAX = 16384, /* bytes of a table's line */
  CHECK_NOTES_MAX = 10    /* failures that are shown of one table */
};

/* The results of one program. */
struct check {
  int count;
  int failed;
};

/* Reports one test: true passes. */
__attribute__((format(printf, 3, 4))) static inline void check(struct check *c, bool passed,
                                                               const char *format, ...) {
  va_list args;
  va_start(args, format);
  c->count++;
  if (!passed) c->failed++;
  printf("%s %d - ", passed ? "ok" : "not ok", c->count);
  vprintf(format, args);
  putchar('\n');
  va_end(args);
}

/* The plan, which TAP allows at the end. Returns the program's exit status. */
static inline int check_done(const struct check *c) {
  printf("1..%d\n", c->count);
  return c->failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Memory of exactly that size, so that AddressSanitizer sees a write beyond it. */
static inline char *check_alloc(size_t size) {
  char *memory = malloc(size);
  if (memory == NULL && size > 0) {
    printf("Bail out! no memory\n");
    exit(EXIT_FAILURE);
  }
  return memory;
}

/* A pseudo-random number below n > 0, the same sequence everywhere (xorshift64). */
static inline uint64_t check_random(uint64_t *state, uint64_t n) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state % n;
}

static inline int check_hex_digit(char c) {
  const char *digits = "0123456789abcdef";
  const char *at = c == '\0' ? NULL : strchr(digits, c);
  return at == NULL ? -1 : (int)(at - digits);
}

/* The byte that two hex digits stand for; -1 when they are none. */
static inline int check_hex_byte(const char *text) {
  const int high = check_hex_digit(text[0]);
  const int low = high < 0 ? -1 : check_hex_digit(text[1]);
  return low < 0 ? -1 : high * 16 + low;
}

/* Turns hex into bytes in place, up to the first character that is not hex; returns their number.
 */
static inline size_t check_unhex(char *text) {
  size_t n = 0;
  for (int byte; (byte = check_hex_byte(text + 2 * n)) >= 0; n++)
    text[n] = (char)byte;
  return n;
}

/* Cuts off the part of *text before the separator or the end, and steps behind it. Returns that
   part, or NULL when nothing is left. */
static inline char *check_cut(char **text, char separator) {
  char *part = *text;
  if (part == NULL) return NULL;
  char *end = strchr(part, separator);
  *text = end == NULL ? NULL : end + 1;
  if (end != NULL) *end = '\0';
  return part;
}

/* One line of a table, without its newline; may be cut up. True if it is as it should be. */
typedef bool check_line(char *line);

/* Reports, as one test, whether the table is there and all its lines pass. */
static inline void check_table(struct check *c, const char *path, check_line *passes) {
  char line[CHECK_LINE_MAX], copy[CHECK_LINE_MAX];
  int lines = 0, failed = 0;
  FILE *file = fopen(path, "r");
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    memcpy(copy, line, sizeof copy);
    lines++;
    if (!passes(copy) && ++failed <= CHECK_NOTES_MAX)
      printf("# %s:%d: %.200s\n", path, lines, line);
  }
  if (file != NULL) fclose(file);
  check(c, lines > 0 && failed == 0, "%s: %d of %d lines agree with node", path, lines - failed,
        lines);
}

#endif
