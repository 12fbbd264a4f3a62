/* Tests of codec.c. Usage: codec_test [codec_cases.txt]; the table is made by codec_cases.js. */
#include "check.h"
#include "codec.h"

typedef size_t convert(lnet_encoding enc, const char *in, size_t len, char *out);
typedef size_t convert_max(lnet_encoding enc, size_t len);

/* True if `in` is converted to exactly `expected`, within what `max` promises. */
static bool converts(convert *f, convert_max *max, lnet_encoding enc, const char *in, size_t len,
                     const char *expected, size_t expected_len) {
  const size_t room = max(enc, len);
  char *exact = check_alloc(len), *out = check_alloc(room);
  if (len > 0) memcpy(exact, in, len);
  const size_t n = f(enc, exact, len, out);
  const bool same = n == expected_len && n <= room && (n == 0 || memcmp(out, expected, n) == 0);
  free(exact);
  free(out);
  return same;
}

/* Columns: direction, encoding, input and output in hex. */
static bool passes(char *line) {
  const char *direction = check_cut(&line, '\t'), *name = check_cut(&line, '\t');
  char *in = check_cut(&line, '\t'), *expected = check_cut(&line, '\t');
  if (expected == NULL) return false;
  const int enc = lnet_encoding_find(name, strlen(name));
  if (enc < 0) return false;
  const size_t len = check_unhex(in), expected_len = check_unhex(expected);
  const bool encode = strcmp(direction, "encode") == 0;
  return converts(encode ? lnet_codec_encode : lnet_codec_decode,
                  encode ? lnet_codec_encode_max : lnet_codec_decode_max, (lnet_encoding)enc, in,
                  len, expected, expected_len);
}

static void check_names(struct check *c) {
  const struct {
    const char *name, *node_name;
  } cases[] = {
      {"utf8", "utf8"},
      {"UTF-8", "utf8"},
      {"hex", "hex"},
      {"Hex", "hex"},
      {"base64", "base64"},
      {"BASE64", "base64"},
      {"base64url", "base64url"},
      {"Base64URL", "base64url"},
      {"latin1", "latin1"},
      {"binary", "latin1"},
      {"Binary", "latin1"},
      {"ascii", "ascii"},
      {"ucs2", "utf16le"},
      {"UCS-2", "utf16le"},
      {"utf16le", "utf16le"},
      {"utf-16LE", "utf16le"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const int enc = lnet_encoding_find(cases[i].name, strlen(cases[i].name));
    check(c, enc > 0 && strcmp(lnet_encoding_name((lnet_encoding)enc), cases[i].node_name) == 0,
          "%s is %s", cases[i].name, cases[i].node_name);
  }
  const char *unknown[] = {"", "buffer", "utf", "utf88", "utf-16", "hex ", "latin-1", "base64-url"};
  for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
    check(c, lnet_encoding_find(unknown[i], strlen(unknown[i])) == -1, "\"%s\" is no encoding",
          unknown[i]);
  check(c, lnet_encoding_find("hex\0", 4) == -1, "a name with a NUL is no encoding");
  check(c, lnet_encoding_find("hexa", 3) == LNET_ENCODING_HEX, "a name ends at its length");
  check(c, strcmp(lnet_encoding_name(LNET_ENCODING_BYTES), "buffer") == 0, "bytes are \"buffer\"");
}

static void check_unchanged(struct check *c) {
  char all[256];
  for (int i = 0; i < 256; i++)
    all[i] = (char)i;
  check(c,
        converts(lnet_codec_encode, lnet_codec_encode_max, LNET_ENCODING_BYTES, all, 256, all, 256),
        "encoding as bytes changes nothing");
  check(c,
        converts(lnet_codec_encode, lnet_codec_encode_max, LNET_ENCODING_UTF8, all, 256, all, 256),
        "encoding as utf8 changes nothing, valid or not");
  check(c,
        converts(lnet_codec_decode, lnet_codec_decode_max, LNET_ENCODING_BYTES, all, 256, all, 256),
        "decoding bytes changes nothing");
}

static void check_limits(struct check *c) {
  bool empty = true, saturated = true;
  for (int enc = LNET_ENCODING_BYTES; enc <= LNET_ENCODING_UTF16LE; enc++) {
    const lnet_encoding e = (lnet_encoding)enc;
    empty = empty && lnet_codec_encode_max(e, 0) == 0 && lnet_codec_decode_max(e, 0) == 0 &&
            lnet_codec_encode(e, NULL, 0, NULL) == 0 && lnet_codec_decode(e, NULL, 0, NULL) == 0;
    saturated = saturated && lnet_codec_decode_max(e, SIZE_MAX / 2) == SIZE_MAX;
  }
  check(c, empty, "nothing becomes nothing, and may be NULL");
  check(c, saturated && lnet_codec_encode_max(LNET_ENCODING_UTF16LE, SIZE_MAX / 2 + 1) == SIZE_MAX,
        "a size that would overflow is SIZE_MAX");
}

/* What is written in an encoding is read again: all bytes by each encoding that can hold them. */
static void check_round_trips(struct check *c) {
  const lnet_encoding encodings[] = {LNET_ENCODING_HEX, LNET_ENCODING_BASE64,
                                     LNET_ENCODING_BASE64URL, LNET_ENCODING_LATIN1};
  uint64_t state = 9;
  for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++) {
    const lnet_encoding enc = encodings[i];
    bool same = true;
    for (size_t len = 1; len <= 600; len++) {
      char *bytes = check_alloc(len), *text = check_alloc(lnet_codec_decode_max(enc, len));
      for (size_t j = 0; j < len; j++)
        bytes[j] = (char)check_random(&state, 256);
      const size_t text_len = lnet_codec_decode(enc, bytes, len, text);
      same = same &&
             converts(lnet_codec_encode, lnet_codec_encode_max, enc, text, text_len, bytes, len);
      free(bytes);
      free(text);
    }
    check(c, same, "%s keeps all bytes", lnet_encoding_name(enc));
  }
}

/* The fast path for ASCII, at every offset around the eight bytes it takes at a time. */
static void check_ascii_runs(struct check *c) {
  bool same = true;
  for (size_t before = 0; before < 20; before++) {
    for (size_t after = 0; after < 20; after++) {
      char in[64], expected[64];
      memset(in, 'x', sizeof in);
      memset(expected, 'x', sizeof expected);
      memcpy(in + before, "\xe2\x82\xac\xff", 4);
      memcpy(expected + before, "\xe2\x82\xac\xef\xbf\xbd", 6);
      same = same && converts(lnet_codec_decode, lnet_codec_decode_max, LNET_ENCODING_UTF8, in,
                              before + 4 + after, expected, before + 6 + after);
    }
  }
  check(c, same, "utf8 is decoded wherever the non-ASCII characters are");
}

int main(int argc, char **argv) {
  struct check c = {0, 0};
  check_names(&c);
  check_table(&c, argc > 1 ? argv[1] : "spec/unit/codec_cases.txt", passes);
  check_unchanged(&c);
  check_limits(&c);
  check_round_trips(&c);
  check_ascii_runs(&c);
  return check_done(&c);
}
