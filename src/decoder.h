/* Decodes data that comes in chunks, as Node's string_decoder does: what a chunk ends with and only
   the next one completes (a character, a surrogate pair, a base64 triple) is held back. */
#ifndef LNET_DECODER_H
#define LNET_DECODER_H

#include "codec.h"

#include <stddef.h>
#include <stdint.h>

/* A plain value: it may be copied or dropped at any time and owns nothing. */
typedef struct lnet_decoder {
  uint8_t encoding;   /* an lnet_encoding */
  uint8_t held_count; /* bytes in `held`; three at most between calls */
  char held[6];       /* seen, but not decoded yet */
} lnet_decoder;

/* The most that lnet_decoder_finish may write. */
enum { LNET_DECODER_FINISH_MAX = 12 };

/* Starts anew in that encoding; what was held back is forgotten. */
void lnet_decoder_init(lnet_decoder *d, lnet_encoding enc);

/* The most bytes of text that lnet_decoder_feed may write for `len` more bytes; SIZE_MAX, which no
   allocator grants, when that would overflow. */
size_t lnet_decoder_max(const lnet_decoder *d, size_t len);

/* Decodes one more chunk and returns the length of the text, which may be 0. The text is that of
   Node's decoder.write, with one exception: where Node's ends in the first half of a surrogate pair
   (UTF16LE cut at odd bytes), that half comes with the next call. JavaScript puts the pair together
   again when it joins the strings; two texts in UTF-8 would have lost it. */
size_t lnet_decoder_feed(lnet_decoder *d, const char *bytes, size_t len, char *out);

/* Decodes what is held back, as Node's decoder.end does, into at most LNET_DECODER_FINISH_MAX bytes
   and returns their number; the decoder is ready for new data. Incomplete characters become U+FFFD,
   a lone last byte of UTF16LE vanishes. */
size_t lnet_decoder_finish(lnet_decoder *d, char *out);

#endif
