/* Parsing and printing of IP addresses, by hand: the resolver's own functions accept more than
   Node does ("1.2.3", leading zeros) and differ between systems. */
#include "ip.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
  GROUPS = 8,         /* of 16 bits, in an IPv6 address */
  NO_GAP = GROUPS + 1 /* where there is no "::" */
};

static int decimal_value(char c) {
  return c >= '0' && c <= '9' ? c - '0' : -1;
}

static int hex_value(char c) {
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return decimal_value(c);
}

/* Four decimal numbers up to 255, without leading zeros: those would be octal to some readers. */
static bool parse_v4(const char *text, size_t len, unsigned char out[4]) {
  size_t at = 0;
  for (int i = 0; i < 4; i++) {
    if (i > 0 && (at == len || text[at++] != '.')) return false;
    const size_t start = at;
    int value = 0;
    while (at < len && at - start < 3 && decimal_value(text[at]) >= 0)
      value = value * 10 + decimal_value(text[at++]);
    const size_t digits = at - start;
    if (digits == 0 || value > 255 || (digits > 1 && text[start] == '0')) return false;
    out[i] = (unsigned char)value;
  }
  return at == len;
}

/* Reads one to four hex digits at *at and leaves *at behind them; -1 when there is none. A fifth
   digit is left to the caller, to whom it is no separator. */
static int parse_group(const char *text, size_t len, size_t *at) {
  int value = 0;
  const size_t start = *at;
  while (*at < len && *at - start < 4 && hex_value(text[*at]) >= 0)
    value = value * 16 + hex_value(text[(*at)++]);
  return *at > start ? value : -1;
}

/* What has been read of an IPv6 address. */
struct groups {
  unsigned char bytes[2 * GROUPS];
  size_t count; /* groups in bytes */
  size_t gap;   /* groups before "::", or NO_GAP */
};

static void add_group(struct groups *g, int value) {
  unsigned char *group = g->bytes + 2 * g->count;
  group[0] = (unsigned char)(value >> 8);
  group[1] = (unsigned char)(value & 0xff);
  g->count++;
}

/* Reads groups from `at` on; the last two may be written as an IPv4 address. */
static bool parse_groups(const char *text, size_t len, size_t at, struct groups *g) {
  while (at < len) {
    const size_t start = at;
    const int value = parse_group(text, len, &at);
    if (value < 0 || g->count == GROUPS) return false;
    if (at < len && text[at] == '.') {
      if (g->count > GROUPS - 2) return false;
      if (!parse_v4(text + start, len - start, g->bytes + 2 * g->count)) return false;
      g->count += 2;
      return true;
    }
    add_group(g, value);
    if (at == len) return true;
    if (text[at++] != ':' || at == len) return false; /* a single colon separates, never ends */
    if (text[at] != ':') continue;
    if (g->gap != NO_GAP) return false;
    g->gap = g->count;
    at++;
  }
  return true;
}

static bool parse_v6(const char *text, size_t len, unsigned char out[16]) {
  struct groups g = {.count = 0, .gap = NO_GAP};
  size_t at = 0;
  if (len >= 2 && text[0] == ':' && text[1] == ':') {
    g.gap = 0;
    at = 2;
  }
  if (len == 0 || !parse_groups(text, len, at, &g)) return false;
  const bool whole = g.count == GROUPS;
  if (whole != (g.gap == NO_GAP)) return false; /* "::" stands for one group at least */
  const size_t before = 2 * (whole ? GROUPS : g.gap);
  const size_t after = 2 * g.count - before;
  memset(out, 0, 16);
  memcpy(out, g.bytes, before);
  memcpy(out + 16 - after, g.bytes + before, after);
  return true;
}

static bool valid_zone(const char *zone, size_t len) {
  for (size_t i = 0; i < len; i++) {
    const char c = zone[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && decimal_value(c) < 0 && c != '-' && c != '.' && c != ':') return false;
  }
  return len > 0;
}

/* Finds the first of the longest runs of two or more zero groups; returns its length, or 0. */
static int longest_gap(const unsigned words[GROUPS], int *start) {
  int best = 1, run = 0;
  *start = GROUPS;
  for (int i = 0; i < GROUPS; i++) {
    run = words[i] == 0 ? run + 1 : 0;
    if (run > best) {
      best = run;
      *start = i + 1 - run;
    }
  }
  return best > 1 ? best : 0;
}

static int print_v4(const unsigned char *b, char *out, size_t size) {
  return snprintf(out, size, "%d.%d.%d.%d", b[0], b[1], b[2], b[3]);
}

/* The form of inet_ntop: lower case, the longest gap as "::", IPv4 as such when it is embedded. */
static int print_v6(const unsigned char *bytes, char *out, size_t size) {
  unsigned words[GROUPS];
  for (size_t i = 0; i < GROUPS; i++)
    words[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
  int gap;
  const int zeros = longest_gap(words, &gap);
  const bool embedded = gap == 0 && (zeros == 6 || (zeros == 5 && words[5] == 0xffff));
  int len = 0;
  for (int i = 0; i < GROUPS; i++) {
    if (i == gap) {
      len += snprintf(out + len, size - (size_t)len, "::");
      i += zeros - 1;
      continue;
    }
    if (i != 0 && i != gap + zeros) len += snprintf(out + len, size - (size_t)len, ":");
    if (i == 6 && embedded) return len + print_v4(bytes + 12, out + len, size - (size_t)len);
    len += snprintf(out + len, size - (size_t)len, "%x", words[i]);
  }
  return len;
}

int lnet_ip_version(const char *text, size_t len) {
  unsigned char unused[16];
  return lnet_ip_parse(text, len, unused);
}

int lnet_ip_parse(const char *text, size_t len, unsigned char out[16]) {
  if (len == 0) return 0;
  if (parse_v4(text, len, out)) return 4;
  const char *percent = memchr(text, '%', len);
  if (percent != NULL) {
    const size_t address = (size_t)(percent - text);
    if (!valid_zone(percent + 1, len - address - 1)) return 0;
    len = address;
  }
  return parse_v6(text, len, out) ? 6 : 0;
}

int lnet_ip_parse_loose(const char *text, size_t len, unsigned char out[16]) {
  if (len == 0) return 0;
  const char *nul = memchr(text, '\0', len);
  if (nul != NULL) len = (size_t)(nul - text);
  const char *percent = memchr(text, '%', len);
  if (percent == NULL) return lnet_ip_parse(text, len, out);
  return parse_v6(text, (size_t)(percent - text), out) ? 6 : 0;
}

size_t lnet_ip_format(int version, const unsigned char *bytes, char *out, size_t size) {
  char text[LNET_IP_TEXT_MAX];
  if (version != 4 && version != 6) return 0;
  const int printed =
      version == 4 ? print_v4(bytes, text, sizeof text) : print_v6(bytes, text, sizeof text);
  const size_t len = (size_t)printed;
  if (len >= size) return 0;
  memcpy(out, text, len + 1);
  return len;
}
