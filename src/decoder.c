/* Decodes data that comes in chunks: finds what a chunk leaves incomplete and holds it back. How
   complete parts are decoded is codec.c's business. */
#include "decoder.h"

#include <stdbool.h>
#include <string.h>

_Static_assert(sizeof(lnet_decoder) == 8, "there is one in every stream with an encoding");

static bool continues_utf8(char byte) {
  return ((unsigned char)byte & 0xc0) == 0x80;
}

/* The length that the first byte of a character announces. As in Node, it is believed even where
   no valid character begins so (C0, F5): what follows is waited for, though it cannot help. */
static size_t announced_utf8(char lead) {
  const unsigned char c = (unsigned char)lead;
  if ((c & 0xe0) == 0xc0) return 2;
  if ((c & 0xf0) == 0xe0) return 3;
  if ((c & 0xf8) == 0xf0) return 4;
  return 1;
}

static size_t tail_utf8(const char *bytes, size_t len) {
  for (size_t tail = 1; tail <= len && tail < 4; tail++) {
    const char byte = bytes[len - tail];
    if (!continues_utf8(byte)) return announced_utf8(byte) > tail ? tail : 0;
  }
  return 0; /* no beginning in reach: nothing that comes could complete it */
}

static size_t tail_utf16le(const char *bytes, size_t len) {
  const size_t odd = len % 2;
  if (len < 2) return odd;
  const unsigned char high = (unsigned char)bytes[len - odd - 1];
  return (high & 0xfc) == 0xd8 ? 2 + odd : odd; /* the first half of a pair */
}

/* How many of the last bytes are to be held back; three at most. */
static size_t incomplete_tail(lnet_encoding enc, const char *bytes, size_t len) {
  switch (enc) {
  case LNET_ENCODING_UTF8:
    return tail_utf8(bytes, len);
  case LNET_ENCODING_UTF16LE:
    return tail_utf16le(bytes, len);
  case LNET_ENCODING_BASE64:
  case LNET_ENCODING_BASE64URL:
    return len % 3;
  case LNET_ENCODING_BYTES:
  case LNET_ENCODING_HEX:
  case LNET_ENCODING_LATIN1:
  case LNET_ENCODING_ASCII:
    break;
  }
  return 0;
}

/* Adds one byte to those held back and decodes what that completes. */
static size_t add_held(lnet_decoder *d, char byte, char *out) {
  const lnet_encoding enc = (lnet_encoding)d->encoding;
  d->held[d->held_count++] = byte;
  const size_t tail = incomplete_tail(enc, d->held, d->held_count);
  const size_t complete = d->held_count - tail;
  const size_t n = lnet_codec_decode(enc, d->held, complete, out);
  memmove(d->held, d->held + complete, tail);
  d->held_count = (uint8_t)tail;
  return n;
}

void lnet_decoder_init(lnet_decoder *d, lnet_encoding enc) {
  *d = (lnet_decoder){.encoding = (uint8_t)enc};
}

size_t lnet_decoder_max(const lnet_decoder *d, size_t len) {
  if (len > SIZE_MAX - d->held_count) return SIZE_MAX;
  return lnet_codec_decode_max((lnet_encoding)d->encoding, len + d->held_count);
}

size_t lnet_decoder_feed(lnet_decoder *d, const char *bytes, size_t len, char *out) {
  const lnet_encoding enc = (lnet_encoding)d->encoding;
  size_t n = 0;
  for (; d->held_count > 0 && len > 0; len--)
    n += add_held(d, *bytes++, out + n);
  if (len == 0) return n;
  const size_t tail = incomplete_tail(enc, bytes, len);
  n += lnet_codec_decode(enc, bytes, len - tail, out + n);
  memcpy(d->held, bytes + len - tail, tail);
  d->held_count = (uint8_t)tail;
  return n;
}

size_t lnet_decoder_finish(lnet_decoder *d, char *out) {
  const size_t n = lnet_codec_decode((lnet_encoding)d->encoding, d->held, d->held_count, out);
  d->held_count = 0;
  return n;
}
