/* Sets of address prefixes: a binary radix tree, path-compressed, for addresses of 32 or of 128
   bits. A check costs as much as the longest chain of prefixes that share their first bits, never
   as much as there are prefixes. Not for text, and not for what a rule was called. */
#ifndef LNET_PREFIX_H
#define LNET_PREFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  LNET_PREFIX_BYTES = 16,
  LNET_PREFIX_SPLIT_MAX = 254 /* prefixes that a range of 128 bits may need: 2 * 128 - 2 */
};

/* The addresses that begin with these bits; what is behind them does not matter. */
typedef struct lnet_prefix {
  unsigned char bytes[LNET_PREFIX_BYTES];
  uint8_t bits;
} lnet_prefix;

struct lnet_prefix_node;

typedef struct lnet_prefix_tree {
  struct lnet_prefix_node *nodes; /* owned; index 0 stands for "none" */
  uint32_t count;
  uint32_t capacity;
  uint32_t root;
  void *(*resize)(void *, size_t); /* realloc, or what a test puts in its place */
} lnet_prefix_tree;

void lnet_prefix_init(lnet_prefix_tree *tree);

/* Frees the nodes; the tree is empty then, and may be used again. */
void lnet_prefix_free(lnet_prefix_tree *tree);

/* Makes room for so many more prefixes. Returns false, with nothing changed, when there is no
   memory. */
bool lnet_prefix_reserve(lnet_prefix_tree *tree, size_t prefixes);

/* Adds a prefix for which there is room: it cannot fail. */
void lnet_prefix_add(lnet_prefix_tree *tree, const lnet_prefix *prefix);

/* Whether a prefix of the tree covers the address. All addresses and prefixes of one tree have the
   same width, 4 or 16 bytes. */
bool lnet_prefix_check(const lnet_prefix_tree *tree, const unsigned char *address);

/* Splits the addresses from first to last, both of `width` bits and both included, into prefixes.
   Returns how many they are; 0 when last is before first. */
size_t lnet_prefix_split(const unsigned char *first, const unsigned char *last, unsigned width,
                         lnet_prefix out[LNET_PREFIX_SPLIT_MAX]);

/* How many bits the addresses share at their beginning, at most `max`. */
unsigned lnet_prefix_common(const unsigned char *a, const unsigned char *b, unsigned max);

#endif
