/* Tests of decoder.c. Usage: decoder_test [decoder_cases.txt]; that is made by decoder_cases.js. */
#include "check.h"
#include "decoder.h"

enum { HELD_MAX = 3 }; /* bytes held back between calls */

static bool same(const char *out, size_t len, const char *expected, size_t expected_len) {
  return len == expected_len && (len == 0 || memcmp(out, expected, len) == 0);
}

/* Feeds memory of exactly that size, with exactly the room that lnet_decoder_max asks for. */
static bool feeds(lnet_decoder *d, const char *bytes, size_t len, const char *expected,
                  size_t expected_len) {
  const size_t room = lnet_decoder_max(d, len);
  char *exact = check_alloc(len), *out = check_alloc(room);
  if (len > 0) memcpy(exact, bytes, len);
  const size_t n = lnet_decoder_feed(d, exact, len, out);
  const bool passed =
      n <= room && same(out, n, expected, expected_len) && d->held_count <= HELD_MAX;
  free(exact);
  free(out);
  return passed;
}

/* The first text must be what the end of the data gives; twice, since nothing may stay behind. */
static bool finishes(lnet_decoder *d, const char *expected, size_t expected_len) {
  char *out = check_alloc(LNET_DECODER_FINISH_MAX);
  const size_t n = lnet_decoder_finish(d, out);
  const bool passed = same(out, n, expected, expected_len) && lnet_decoder_finish(d, out) == 0;
  free(out);
  return passed;
}

/* Columns: encoding, chunks, texts; there is one text more than chunks. */
static bool passes(char *line) {
  const char *name = check_cut(&line, '\t');
  char *chunks = check_cut(&line, '\t'), *texts = check_cut(&line, '\t');
  if (texts == NULL) return false;
  const int enc = lnet_encoding_find(name, strlen(name));
  if (enc < 0) return false;
  lnet_decoder d;
  lnet_decoder_init(&d, (lnet_encoding)enc);
  for (char *chunk; (chunk = check_cut(&chunks, '|')) != NULL;) {
    char *text = check_cut(&texts, '|');
    if (text == NULL) return false;
    const size_t len = check_unhex(chunk), text_len = check_unhex(text);
    if (!feeds(&d, chunk, len, text, text_len)) return false;
  }
  char *end = check_cut(&texts, '|');
  if (end == NULL || texts != NULL) return false;
  const size_t end_len = check_unhex(end);
  return finishes(&d, end, end_len);
}

/* However it is cut, the same text comes out: that of the whole buffer at once. */
static bool cuts_do_not_matter(lnet_encoding enc, int rounds) {
  const char likely[] = {'a',    '\0',   '\x3d', '\x41', '\x80', '\x9f', '\xa0', '\xac', '\xc2',
                         '\xd8', '\xde', '\xe0', '\xe2', '\xed', '\xf0', '\xf4', '\xf5', '\xff'};
  uint64_t state = 5;
  for (int i = 0; i < rounds; i++) {
    char bytes[40], whole[3 * sizeof bytes], parts[3 * sizeof bytes + LNET_DECODER_FINISH_MAX];
    const size_t len = check_random(&state, sizeof bytes);
    for (size_t j = 0; j < len; j++)
      bytes[j] = likely[check_random(&state, sizeof likely)];
    lnet_decoder d;
    lnet_decoder_init(&d, enc);
    size_t n = 0;
    for (size_t at = 0, step; at < len; at += step) {
      step = check_random(&state, 6);
      if (step > len - at) step = len - at;
      n += lnet_decoder_feed(&d, bytes + at, step, parts + n);
    }
    n += lnet_decoder_finish(&d, parts + n);
    if (!same(parts, n, whole, lnet_codec_decode(enc, bytes, len, whole))) return false;
  }
  return true;
}

static void check_cuts(struct check *c) {
  for (int enc = LNET_ENCODING_BYTES; enc <= LNET_ENCODING_UTF16LE; enc++) {
    const lnet_encoding e = (lnet_encoding)enc;
    check(c, cuts_do_not_matter(e, 20000), "%s: cuts do not change the text",
          lnet_encoding_name(e));
  }
}

/* Where JavaScript's strings can end in half a pair and UTF-8 cannot, the half is kept. */
static void check_pairs(struct check *c) {
  lnet_decoder d;
  lnet_decoder_init(&d, LNET_ENCODING_UTF16LE);
  bool passed = feeds(&d, "\x3d", 1, "", 0) && feeds(&d, "\xd8", 1, "", 0) &&
                feeds(&d, "\0", 1, "", 0) && feeds(&d, "\xde", 1, "\xf0\x9f\x98\x80", 4);
  check(c, passed && finishes(&d, "", 0), "a pair that comes in single bytes is one character");
  passed = feeds(&d, "\x3d\xd8\x3d\xd8\x3d", 5, "\xef\xbf\xbd", 3);
  check(c, passed && finishes(&d, "\xef\xbf\xbd", 3), "a half that stays alone becomes U+FFFD");
}

static void check_limits(struct check *c) {
  lnet_decoder d;
  bool empty = true;
  for (int enc = LNET_ENCODING_BYTES; enc <= LNET_ENCODING_UTF16LE; enc++) {
    lnet_decoder_init(&d, (lnet_encoding)enc);
    empty = empty && lnet_decoder_max(&d, 0) == 0 && lnet_decoder_feed(&d, NULL, 0, NULL) == 0;
    empty = empty && finishes(&d, "", 0);
  }
  check(c, empty, "nothing becomes nothing, and may be NULL");
  lnet_decoder_init(&d, LNET_ENCODING_UTF8);
  check(c, feeds(&d, "\xf0\x9f\x98", 3, "", 0) && d.held_count == 3, "three bytes are held back");
  check(c, lnet_decoder_max(&d, SIZE_MAX) == SIZE_MAX, "a size that would overflow is SIZE_MAX");
  lnet_decoder_init(&d, LNET_ENCODING_UTF8);
  check(c, feeds(&d, "\x98", 1, "\xef\xbf\xbd", 3), "init forgets what was held back");
}

int main(int argc, char **argv) {
  struct check c = {0, 0};
  check_table(&c, argc > 1 ? argv[1] : "spec/unit/decoder_cases.txt", passes);
  check_cuts(&c);
  check_pairs(&c);
  check_limits(&c);
  return check_done(&c);
}
