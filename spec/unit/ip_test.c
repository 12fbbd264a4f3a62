/* Tests of ip.c. Usage: ip_test [isip_table.txt]; the table is made by isip_inputs.js. */
#include "check.h"
#include "ip.h"

#include <arpa/inet.h>

/* Undoes \xNN in place; returns the length. */
static size_t unescape(char *text) {
  size_t n = 0;
  for (const char *p = text; *p != '\0'; p++) {
    if (*p == '\\') {
      text[n++] = (char)check_hex_byte(p + 2);
      p += 3;
    } else {
      text[n++] = *p;
    }
  }
  return n;
}

/* Columns: the text, node's answer, and what libuv prints when it is an address. */
static bool passes(char *line) {
  char *escaped = check_cut(&line, '\t'), *answer = check_cut(&line, '\t');
  const char *printed = check_cut(&line, '\t');
  if (answer == NULL) return false;
  const size_t len = unescape(escaped);
  char *text = check_alloc(len);
  memcpy(text, escaped, len);
  const int expected = atoi(answer);
  unsigned char bytes[16];
  char out[LNET_IP_TEXT_MAX] = "";
  bool passed =
      lnet_ip_version(text, len) == expected && lnet_ip_parse(text, len, bytes) == expected;
  if (passed && expected != 0) {
    const size_t out_len = lnet_ip_format(expected, bytes, out, sizeof out);
    passed = printed != NULL && out_len == strlen(printed) && strcmp(out, printed) == 0;
  }
  free(text);
  return passed;
}

/* Addresses in which zeros are frequent, printed as the C library does, and read back. */
static bool agrees_with_libc(int version, int rounds) {
  uint64_t state = 4;
  const unsigned char likely[] = {0, 0, 0, 0, 0, 0, 1, 0x20, 0xff, 0xff};
  for (int i = 0; i < rounds; i++) {
    unsigned char bytes[16], again[16];
    for (size_t j = 0; j < sizeof bytes; j++)
      bytes[j] = likely[check_random(&state, sizeof likely)];
    char ours[LNET_IP_TEXT_MAX], theirs[INET6_ADDRSTRLEN];
    const size_t len = lnet_ip_format(version, bytes, ours, sizeof ours);
    if (inet_ntop(version == 4 ? AF_INET : AF_INET6, bytes, theirs, sizeof theirs) == NULL)
      return false;
    if (len != strlen(theirs) || strcmp(ours, theirs) != 0) {
      printf("# %s should be %s\n", ours, theirs);
      return false;
    }
    if (lnet_ip_parse(ours, len, again) != version) return false;
    if (memcmp(bytes, again, version == 4 ? 4 : 16) != 0) return false;
  }
  return true;
}

static void check_sizes(struct check *c) {
  const unsigned char longest[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                   0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  char out[40] = "untouched";
  check(c, lnet_ip_format(6, longest, out, 39) == 0 && strcmp(out, "untouched") == 0,
        "format writes nothing when the final NUL does not fit");
  check(c, lnet_ip_format(6, longest, out, 40) == 39 && strlen(out) == 39, "format fills the room");
  check(c, lnet_ip_format(4, longest, out, 16) == 15 && strcmp(out, "255.255.255.255") == 0,
        "format prints the longest IPv4 address");
  check(c, lnet_ip_format(4, longest, out, 0) == 0, "format takes no room at all");
  check(c, lnet_ip_format(5, longest, out, sizeof out) == 0, "format knows no version 5");
  check(c, lnet_ip_version(NULL, 0) == 0, "an empty text may be NULL");
}

/* What is an address to libuv and not to isIP. */
static void check_loose(struct check *c) {
  static const struct {
    const char *text;
    size_t len;
    int version;
  } cases[] = {
      {"fe80::1%eth0", 12, 6},
      {"fe80::1%br_lan", 14, 6},
      {"fe80::1%", 8, 6},
      {"fe80::1%a%b", 11, 6},
      {"fe80::1", 7, 6},
      {"10.0.0.1", 8, 4},
      {"10.0.0.1%eth0", 13, 0},
      {"%eth0", 5, 0},
      {"fe80::1 %eth0", 13, 0},
      {"10.0.0.1\0x", 10, 4},
      {"fe80::1\0%x", 10, 6},
      {"fe80::1%a\0", 10, 6},
      {"\0", 1, 0},
      {NULL, 0, 0},
      {"", 0, 0},
  };
  bool passed = true;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    unsigned char bytes[16];
    const int version = lnet_ip_parse_loose(cases[i].text, cases[i].len, bytes);
    if (version == cases[i].version && (version == 0 || bytes[0] == (version == 4 ? 10 : 0xfe)))
      continue;
    printf("# case %d is %d\n", (int)i, version);
    passed = false;
  }
  check(c, passed, "a zone may be any text, and a NUL ends the address, where libuv reads it");
}

int main(int argc, char **argv) {
  struct check c = {0, 0};
  check_table(&c, argc > 1 ? argv[1] : "spec/unit/isip_table.txt", passes);
  check(&c, agrees_with_libc(4, 1000), "IPv4 is printed as by inet_ntop, and read back");
  check(&c, agrees_with_libc(6, 100000), "IPv6 is printed as by inet_ntop, and read back");
  check_sizes(&c);
  check_loose(&c);
  return check_done(&c);
}
