/* The radix tree. A node stands for the bits that all below it begin with, and branches at the bit
   behind them. Nodes are in one array and name each other by index, so that room for a whole rule
   is made by one reallocation before anything is linked. */
#include "prefix.h"
#include <stdlib.h>
#include <string.h>

struct lnet_prefix_node {
  uint32_t child[2]; /* by the bit at `bits`; 0: none */
  lnet_prefix prefix;
  bool full; /* every address below is in the set; what is further down is never looked at */
};

typedef struct lnet_prefix_node node;

enum {
  NONE = 0,
  NODES_FOR_ONE = 2, /* what adding a prefix takes at most: its own node and a branch above it */
  FIRST_CAPACITY = 16
};

void lnet_prefix_init(lnet_prefix_tree *tree) {
  memset(tree, 0, sizeof *tree);
  tree->count = 1; /* behind NONE */
  tree->resize = realloc;
}

void lnet_prefix_free(lnet_prefix_tree *tree) {
  void *(*resize)(void *, size_t) = tree->resize;
  free(tree->nodes);
  lnet_prefix_init(tree);
  tree->resize = resize;
}

bool lnet_prefix_reserve(lnet_prefix_tree *tree, size_t prefixes) {
  const size_t most = UINT32_MAX / sizeof(node); /* so that no size below overflows */
  if (prefixes > most / NODES_FOR_ONE) return false;
  const size_t needed = tree->count + prefixes * NODES_FOR_ONE;
  if (needed <= tree->capacity) return true;
  if (needed > most) return false;
  size_t capacity = tree->capacity + tree->capacity / 2 + FIRST_CAPACITY;
  if (capacity < needed || capacity > most) capacity = needed;
  node *nodes = tree->resize(tree->nodes, capacity * sizeof *nodes);
  if (nodes == NULL) return false;
  tree->nodes = nodes;
  tree->capacity = (uint32_t)capacity;
  return true;
}

static unsigned bit_at(const unsigned char *bytes, unsigned i) {
  return (unsigned)bytes[i / 8] >> (7 - i % 8) & 1;
}

unsigned lnet_prefix_common(const unsigned char *a, const unsigned char *b, unsigned max) {
  unsigned bits = 0;
  while (bits < max && a[bits / 8] == b[bits / 8])
    bits += 8;
  while (bits < max && bit_at(a, bits) == bit_at(b, bits))
    bits++;
  return bits < max ? bits : max;
}

static uint32_t new_node(lnet_prefix_tree *tree, const lnet_prefix *prefix, unsigned bits) {
  const uint32_t at = tree->count++;
  node *n = &tree->nodes[at];
  n->child[0] = n->child[1] = NONE;
  n->prefix = *prefix;
  n->prefix.bits = (uint8_t)bits;
  n->full = bits == prefix->bits;
  return at;
}

void lnet_prefix_add(lnet_prefix_tree *tree, const lnet_prefix *prefix) {
  uint32_t *link = &tree->root;
  while (*link != NONE) {
    node *n = &tree->nodes[*link];
    const unsigned shorter = n->prefix.bits < prefix->bits ? n->prefix.bits : prefix->bits;
    const unsigned common = lnet_prefix_common(n->prefix.bytes, prefix->bytes, shorter);
    if (common < n->prefix.bits) { /* a node comes above: the prefix itself, or a branch */
      const uint32_t above = new_node(tree, prefix, common);
      tree->nodes[above].child[bit_at(n->prefix.bytes, common)] = *link;
      *link = above;
      if (common == prefix->bits) return;
      n = &tree->nodes[above];
    }
    if (n->full) return; /* covered already */
    if (n->prefix.bits == prefix->bits) {
      n->full = true;
      return;
    }
    link = &n->child[bit_at(prefix->bytes, n->prefix.bits)];
  }
  *link = new_node(tree, prefix, prefix->bits);
}

bool lnet_prefix_check(const lnet_prefix_tree *tree, const unsigned char *address) {
  uint32_t at = tree->root;
  while (at != NONE) {
    const node *n = &tree->nodes[at];
    const unsigned bits = n->prefix.bits;
    if (lnet_prefix_common(n->prefix.bytes, address, bits) < bits) return false;
    if (n->full) return true;
    at = n->child[bit_at(address, bits)];
  }
  return false;
}

/* The zero bits at the end of the address. */
static unsigned zeros_at_end(const unsigned char *bytes, unsigned width) {
  unsigned zeros = 0;
  while (zeros < width && bit_at(bytes, width - 1 - zeros) == 0)
    zeros++;
  return zeros;
}

static void set_bit(unsigned char *bytes, unsigned i) {
  bytes[i / 8] |= (unsigned char)(1u << (7 - i % 8));
}

/* Steps to the next address; the last one has none. */
static void step(unsigned char *bytes, unsigned width) {
  for (unsigned i = width / 8; i > 0; i--)
    if (++bytes[i - 1] != 0) return;
}

size_t lnet_prefix_split(const unsigned char *first, const unsigned char *last, unsigned width,
                         lnet_prefix out[LNET_PREFIX_SPLIT_MAX]) {
  const size_t len = width / 8;
  unsigned char at[LNET_PREFIX_BYTES] = {0};
  memcpy(at, first, len);
  size_t count = 0;
  while (memcmp(at, last, len) <= 0) {
    lnet_prefix *prefix = &out[count++];
    memcpy(prefix->bytes, at, sizeof at);
    const unsigned most = zeros_at_end(at, width);
    unsigned free_bits = 0; /* the largest block that begins here and ends by `last` */
    while (free_bits < most) {
      unsigned char end[LNET_PREFIX_BYTES];
      memcpy(end, at, sizeof end);
      set_bit(end, width - 1 - free_bits);
      if (memcmp(end, last, len) > 0) break;
      memcpy(at, end, sizeof at);
      free_bits++;
    }
    prefix->bits = (uint8_t)(width - free_bits);
    if (memcmp(at, last, len) == 0) break; /* there may be no next one */
    step(at, width);
  }
  return count;
}
