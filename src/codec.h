/* Encodings of whole buffers, as Node's Buffer has them. Text is UTF-8, which is what a Lua string
   is taken for; decoder.h does the same for data that comes in chunks. */
#ifndef LNET_CODEC_H
#define LNET_CODEC_H

#include <stddef.h>

typedef enum {
  LNET_ENCODING_BYTES = 0, /* no encoding: text and bytes are the same */
  LNET_ENCODING_UTF8,
  LNET_ENCODING_HEX,
  LNET_ENCODING_BASE64,
  LNET_ENCODING_BASE64URL,
  LNET_ENCODING_LATIN1,
  LNET_ENCODING_ASCII,
  LNET_ENCODING_UTF16LE
} lnet_encoding;

/* The encoding of that name or alias, in any letter case; -1 when there is none.
   LNET_ENCODING_BYTES has no name to be found by. */
int lnet_encoding_find(const char *name, size_t len);

/* Node's own name of the encoding ("utf16le" for ucs2, "latin1" for binary), a constant; "buffer",
   which is what Node says for bytes, for LNET_ENCODING_BYTES. */
const char *lnet_encoding_name(lnet_encoding enc);

/* The most bytes that lnet_codec_encode may write for `len` bytes of text; SIZE_MAX, which no
   allocator grants, when that would overflow. */
size_t lnet_codec_encode_max(lnet_encoding enc, size_t len);

/* Turns text into bytes as Node's Buffer.from(text, enc) does and returns their number. Hex stops
   at the first pair that is not hex and drops an odd last digit; both base64 take both alphabets,
   skip what is in neither and stop at '='; latin1 and ascii keep the low byte of each UTF-16 unit.
   Invalid UTF-8 counts as U+FFFD, except for UTF8 and BYTES, which pass all bytes unchanged. */
size_t lnet_codec_encode(lnet_encoding enc, const char *text, size_t len, char *out);

/* The most bytes of text that lnet_codec_decode may write for `len` bytes; SIZE_MAX on overflow. */
size_t lnet_codec_decode_max(lnet_encoding enc, size_t len);

/* Turns bytes into text as Node's buffer.toString(enc) does and returns its length. UTF8 text comes
   out valid: U+FFFD replaces what is not, by the WHATWG's rule. UTF16LE: lone surrogates become
   U+FFFD, since UTF-8 has no form for them, and an odd last byte is dropped. */
size_t lnet_codec_decode(lnet_encoding enc, const char *bytes, size_t len, char *out);

#endif
