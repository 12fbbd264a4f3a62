/* Encodings of whole buffers. To write, text is read as UTF-16 units, since that is what Node's
   strings are made of and where its results come from. No state: see decoder.c. */
#include "codec.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
  REPLACEMENT = 0xfffd, /* stands for what cannot be decoded */
  WORST_GROWTH = 3      /* most bytes made of one: a bad byte of UTF-8 becomes a U+FFFD */
};

/* In struct and not by pointers: those would need relocation, and so live in writable memory. */
struct alias {
  char name[10];
  uint8_t enc;
};

static const struct alias aliases[] = {
    {"utf8", LNET_ENCODING_UTF8},       {"utf-8", LNET_ENCODING_UTF8},
    {"hex", LNET_ENCODING_HEX},         {"base64", LNET_ENCODING_BASE64},
    {"latin1", LNET_ENCODING_LATIN1},   {"binary", LNET_ENCODING_LATIN1},
    {"ascii", LNET_ENCODING_ASCII},     {"base64url", LNET_ENCODING_BASE64URL},
    {"utf16le", LNET_ENCODING_UTF16LE}, {"utf-16le", LNET_ENCODING_UTF16LE},
    {"ucs2", LNET_ENCODING_UTF16LE},    {"ucs-2", LNET_ENCODING_UTF16LE},
};

static bool same_name(const char *lower, const char *name, size_t len) {
  if (strlen(lower) != len) return false;
  for (size_t i = 0; i < len; i++) {
    const char c = name[i];
    if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != lower[i]) return false;
  }
  return true;
}

int lnet_encoding_find(const char *name, size_t len) {
  for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
    if (same_name(aliases[i].name, name, len)) return aliases[i].enc;
  return -1;
}

const char *lnet_encoding_name(lnet_encoding enc) {
  for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
    if (aliases[i].enc == enc) return aliases[i].name; /* Node's name is the first one */
  return "buffer";
}

/* How many bytes at the start are ASCII; eight at a time, for most text is nothing else. */
static size_t ascii_run(const unsigned char *p, size_t len) {
  size_t run = 0;
  for (uint64_t eight; len - run >= sizeof eight; run += sizeof eight) {
    memcpy(&eight, p + run, sizeof eight);
    if ((eight & UINT64_C(0x8080808080808080)) != 0) break;
  }
  while (run < len && p[run] < 0x80)
    run++;
  return run;
}

/* Reads the first character of len > 0 bytes and returns how many it takes. Of a sequence that is
   cut short or wrong, the bytes that could have begun a character are one U+FFFD together. */
static size_t read_char(const unsigned char *p, size_t len, uint32_t *code) {
  const unsigned lead = p[0];
  unsigned low = 0x80, high = 0xbf; /* of the second byte: no overlong forms, no surrogates */
  size_t size;
  uint32_t value = lead;
  if (lead < 0x80) {
    size = 1;
  } else if (lead >= 0xc2 && lead <= 0xdf) {
    size = 2;
    value = lead & 0x1f;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    size = 3;
    value = lead & 0x0f;
    if (lead == 0xe0) low = 0xa0;
    if (lead == 0xed) high = 0x9f;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    size = 4;
    value = lead & 0x07;
    if (lead == 0xf0) low = 0x90;
    if (lead == 0xf4) high = 0x8f;
  } else {
    size = 1;
    value = REPLACEMENT;
  }
  *code = REPLACEMENT;
  for (size_t i = 1; i < size; i++) {
    if (i == len || p[i] < low || p[i] > high) return i;
    value = value << 6 | (p[i] & 0x3f);
    low = 0x80;
    high = 0xbf;
  }
  *code = value;
  return size;
}

static size_t write_char(uint32_t code, char *out) {
  if (code < 0x80) {
    out[0] = (char)code;
    return 1;
  }
  size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  const unsigned marks[] = {0, 0, 0xc0, 0xe0, 0xf0}; /* high bits of a lead byte, by size */
  const unsigned mark = marks[size];
  for (size_t i = size - 1; i > 0; i--, code >>= 6)
    out[i] = (char)(0x80 | (code & 0x3f));
  out[0] = (char)(mark | code);
  return size;
}

/* Text being read as UTF-16 units. */
struct units {
  const unsigned char *at;
  const unsigned char *end;
  unsigned trail; /* the second unit of a pair whose first was given; 0 when there is none */
};

static struct units open_units(const char *text, size_t len) {
  const unsigned char *start = (const unsigned char *)text;
  return (struct units){start, start + len, 0};
}

static bool next_unit(struct units *u, unsigned *unit) {
  if (u->trail != 0) {
    *unit = u->trail;
    u->trail = 0;
    return true;
  }
  if (u->at == u->end) return false;
  uint32_t code;
  u->at += read_char(u->at, (size_t)(u->end - u->at), &code);
  if (code >= 0x10000) {
    u->trail = 0xdc00 | (code & 0x3ff);
    code = 0xd800 + ((code - 0x10000) >> 10);
  }
  *unit = code;
  return true;
}

/* Node looks at the low byte of a unit only, so here and below 'š' (U+0161) is an 'a' (0x61). */
static int hex_digit(unsigned unit) {
  const unsigned char c = (unsigned char)(unit & 0xff);
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

static int base64_digit(unsigned unit) {
  const unsigned char c = (unsigned char)(unit & 0xff);
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

static size_t encode_hex(struct units u, char *out) {
  size_t n = 0;
  unsigned first, second;
  while (next_unit(&u, &first) && next_unit(&u, &second)) {
    const int high = hex_digit(first), low = hex_digit(second);
    if (high < 0 || low < 0) break;
    out[n++] = (char)(high << 4 | low);
  }
  return n;
}

/* A byte is written as soon as its eight bits are there; what is left over at the end is dropped,
   be it padding bits or part of a lone digit. */
static size_t encode_base64(struct units u, char *out) {
  size_t n = 0;
  unsigned unit, bits = 0, count = 0;
  while (next_unit(&u, &unit) && (unit & 0xff) != '=') {
    const int digit = base64_digit(unit);
    if (digit < 0) continue;
    bits = (bits << 6 | (unsigned)digit) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out[n++] = (char)(bits >> count & 0xff);
  }
  return n;
}

static size_t encode_latin1(struct units u, char *out) {
  size_t n = 0;
  for (unsigned unit; next_unit(&u, &unit);)
    out[n++] = (char)(unit & 0xff);
  return n;
}

static size_t encode_utf16le(struct units u, char *out) {
  size_t n = 0;
  for (unsigned unit; next_unit(&u, &unit);) {
    out[n++] = (char)(unit & 0xff);
    out[n++] = (char)(unit >> 8);
  }
  return n;
}

size_t lnet_codec_encode_max(lnet_encoding enc, size_t len) {
  if (enc == LNET_ENCODING_HEX) return len / 2;
  if (enc != LNET_ENCODING_UTF16LE) return len; /* base64 shrinks: not worth a rule of its own */
  return len > SIZE_MAX / 2 ? SIZE_MAX : 2 * len;
}

size_t lnet_codec_encode(lnet_encoding enc, const char *text, size_t len, char *out) {
  if (len == 0) return 0;
  const struct units u = open_units(text, len);
  switch (enc) {
  case LNET_ENCODING_HEX:
    return encode_hex(u, out);
  case LNET_ENCODING_BASE64:
  case LNET_ENCODING_BASE64URL:
    return encode_base64(u, out);
  case LNET_ENCODING_LATIN1:
  case LNET_ENCODING_ASCII:
    return encode_latin1(u, out);
  case LNET_ENCODING_UTF16LE:
    return encode_utf16le(u, out);
  case LNET_ENCODING_BYTES:
  case LNET_ENCODING_UTF8:
    break;
  }
  memcpy(out, text, len);
  return len;
}

static size_t decode_utf8(const unsigned char *p, size_t len, char *out) {
  size_t at = 0, n = 0;
  while (at < len) {
    const size_t run = ascii_run(p + at, len - at);
    memcpy(out + n, p + at, run);
    at += run;
    n += run;
    for (uint32_t code; at < len && p[at] >= 0x80; n += write_char(code, out + n))
      at += read_char(p + at, len - at, &code);
  }
  return n;
}

static size_t decode_latin1(const unsigned char *p, size_t len, char *out) {
  size_t n = 0;
  for (size_t i = 0; i < len; i++)
    n += write_char(p[i], out + n);
  return n;
}

static size_t decode_ascii(const unsigned char *p, size_t len, char *out) {
  for (size_t i = 0; i < len; i++)
    out[i] = (char)(p[i] & 0x7f);
  return len;
}

static size_t decode_hex(const unsigned char *p, size_t len, char *out) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < len; i++) {
    out[2 * i] = digits[p[i] >> 4];
    out[2 * i + 1] = digits[p[i] & 0xf];
  }
  return 2 * len;
}

static size_t decode_base64(const unsigned char *p, size_t len, const char *digits, bool padded,
                            char *out) {
  size_t n = 0;
  for (size_t i = 0; i < len; i += 3) {
    const size_t left = len - i;
    const unsigned a = p[i], b = left > 1 ? p[i + 1] : 0, c = left > 2 ? p[i + 2] : 0;
    out[n++] = digits[a >> 2];
    out[n++] = digits[(a & 0x3) << 4 | b >> 4];
    if (left > 1) out[n++] = digits[(b & 0xf) << 2 | c >> 6];
    if (left > 2) out[n++] = digits[c & 0x3f];
  }
  while (padded && n % 4 != 0)
    out[n++] = '=';
  return n;
}

static unsigned read_unit(const unsigned char *p) {
  return (unsigned)p[1] << 8 | p[0];
}

static size_t decode_utf16le(const unsigned char *p, size_t len, char *out) {
  size_t n = 0;
  for (size_t i = 0; len - i >= 2; i += 2) {
    const unsigned unit = read_unit(p + i);
    uint32_t code = unit;
    if (unit >= 0xd800 && unit <= 0xdfff) {
      const unsigned next = unit < 0xdc00 && len - i >= 4 ? read_unit(p + i + 2) : 0;
      const bool pair = next >= 0xdc00 && next <= 0xdfff;
      code = pair ? 0x10000 + ((unit & 0x3ff) << 10 | (next & 0x3ff)) : REPLACEMENT;
      if (pair) i += 2;
    }
    n += write_char(code, out + n);
  }
  return n;
}

size_t lnet_codec_decode_max(lnet_encoding enc, size_t len) {
  if (len > SIZE_MAX / WORST_GROWTH) return SIZE_MAX;
  switch (enc) {
  case LNET_ENCODING_UTF8:
    return WORST_GROWTH * len;
  case LNET_ENCODING_HEX:
  case LNET_ENCODING_LATIN1:
    return 2 * len;
  case LNET_ENCODING_BASE64:
  case LNET_ENCODING_BASE64URL:
    return (len + 2) / 3 * 4;
  case LNET_ENCODING_UTF16LE:
    return len / 2 * 3; /* a unit becomes three bytes at most, a pair four */
  case LNET_ENCODING_BYTES:
  case LNET_ENCODING_ASCII:
    break;
  }
  return len;
}

size_t lnet_codec_decode(lnet_encoding enc, const char *bytes, size_t len, char *out) {
  static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  static const char base64url[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  if (len == 0) return 0;
  const unsigned char *p = (const unsigned char *)bytes;
  switch (enc) {
  case LNET_ENCODING_UTF8:
    return decode_utf8(p, len, out);
  case LNET_ENCODING_HEX:
    return decode_hex(p, len, out);
  case LNET_ENCODING_BASE64:
    return decode_base64(p, len, base64, true, out);
  case LNET_ENCODING_BASE64URL:
    return decode_base64(p, len, base64url, false, out);
  case LNET_ENCODING_LATIN1:
    return decode_latin1(p, len, out);
  case LNET_ENCODING_ASCII:
    return decode_ascii(p, len, out);
  case LNET_ENCODING_UTF16LE:
    return decode_utf16le(p, len, out);
  case LNET_ENCODING_BYTES:
    break;
  }
  memcpy(out, bytes, len);
  return len;
}
