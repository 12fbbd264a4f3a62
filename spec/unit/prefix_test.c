/* Tests of prefix.c: single cases, then random prefixes and ranges compared with a plain list. */
#include "check.h"
#include "prefix.h"

enum { PREFIXES = 300, CHECKS = 20000, RANGES = 2000 };

static lnet_prefix make(const unsigned char *bytes, size_t len, unsigned bits) {
  lnet_prefix prefix = {{0}, (uint8_t)bits};
  memcpy(prefix.bytes, bytes, len);
  return prefix;
}

static lnet_prefix v4(unsigned a, unsigned b, unsigned c, unsigned d, unsigned bits) {
  const unsigned char bytes[4] = {(unsigned char)a, (unsigned char)b, (unsigned char)c,
                                  (unsigned char)d};
  return make(bytes, sizeof bytes, bits);
}

static bool add(lnet_prefix_tree *tree, lnet_prefix prefix) {
  if (!lnet_prefix_reserve(tree, 1)) return false;
  lnet_prefix_add(tree, &prefix);
  return true;
}

static bool has(const lnet_prefix_tree *tree, unsigned a, unsigned b, unsigned c, unsigned d) {
  const lnet_prefix address = v4(a, b, c, d, 32);
  return lnet_prefix_check(tree, address.bytes);
}

static void check_cases(struct check *c) {
  lnet_prefix_tree tree;
  lnet_prefix_init(&tree);
  check(c, !has(&tree, 0, 0, 0, 0), "an empty tree has no address");
  add(&tree, v4(10, 0, 0, 0, 8));
  add(&tree, v4(192, 168, 1, 1, 32));
  add(&tree, v4(192, 168, 1, 0, 25));
  check(c, has(&tree, 10, 255, 0, 1) && !has(&tree, 11, 0, 0, 0), "a prefix has its addresses");
  check(c, has(&tree, 192, 168, 1, 127) && !has(&tree, 192, 168, 1, 128),
        "a prefix above an address takes its place");
  const uint32_t before = tree.count;
  add(&tree, v4(10, 1, 2, 3, 32));
  add(&tree, v4(10, 0, 0, 0, 8));
  check(c, tree.count == before, "what is covered already takes no node");
  add(&tree, v4(10, 9, 9, 9, 7)); /* bits behind the prefix do not matter */
  check(c, has(&tree, 11, 0, 0, 0) && !has(&tree, 12, 0, 0, 0), "a shorter prefix widens");
  add(&tree, v4(1, 2, 3, 4, 0));
  check(c, has(&tree, 255, 255, 255, 255) && has(&tree, 0, 0, 0, 0), "/0 has all addresses");
  lnet_prefix_free(&tree);
  check(c, !has(&tree, 10, 0, 0, 0) && add(&tree, v4(10, 0, 0, 0, 8)) && has(&tree, 10, 0, 0, 0),
        "after free the tree is empty and usable");
  lnet_prefix_free(&tree);
}

/* Refuses all memory. */
static void *refuse(void *memory, size_t size) {
  (void)memory;
  (void)size;
  return NULL;
}

static void check_memory(struct check *c) {
  lnet_prefix_tree tree;
  lnet_prefix_init(&tree);
  tree.resize = refuse;
  check(c, !lnet_prefix_reserve(&tree, 1) && tree.nodes == NULL, "no memory for the first is told");
  tree.resize = realloc;
  add(&tree, v4(10, 0, 0, 0, 8));
  tree.resize = refuse;
  const lnet_prefix_tree before = tree;
  check(c, !lnet_prefix_reserve(&tree, 1000) && memcmp(&before, &tree, sizeof tree) == 0,
        "no memory for more changes nothing");
  check(c, !lnet_prefix_reserve(&tree, SIZE_MAX) && !lnet_prefix_reserve(&tree, UINT32_MAX),
        "more than indices can name is refused");
  check(c, has(&tree, 10, 1, 1, 1) && !has(&tree, 1, 1, 1, 1), "and the tree still works");
  lnet_prefix_free(&tree);
}

static void fill(uint64_t *state, unsigned char *bytes, size_t len) {
  for (size_t i = 0; i < len; i++) /* few values, so that much is shared */
    bytes[i] = (unsigned char)(check_random(state, 4) * 85);
  bytes[len - 1] = (unsigned char)check_random(state, 256);
}

static bool listed(const lnet_prefix *list, size_t count, const unsigned char *address) {
  for (size_t i = 0; i < count; i++)
    if (lnet_prefix_common(list[i].bytes, address, list[i].bits) == list[i].bits) return true;
  return false;
}

/* Random prefixes: the tree and the list agree after each one. */
static void check_random_tree(struct check *c, unsigned width) {
  const size_t len = width / 8;
  uint64_t state = 88172645463325252u;
  static lnet_prefix list[PREFIXES];
  lnet_prefix_tree tree;
  lnet_prefix_init(&tree);
  int wrong = 0, hits = 0;
  for (size_t n = 0; n < PREFIXES; n++) {
    unsigned char bytes[LNET_PREFIX_BYTES];
    fill(&state, bytes, len);
    const unsigned longest = (unsigned)check_random(&state, width + 1);
    list[n] = make(bytes, len, longest < width / 3 ? width : longest);
    add(&tree, list[n]);
    for (int i = 0; i < CHECKS / PREFIXES; i++) {
      fill(&state, bytes, len);
      const bool in = listed(list, n + 1, bytes);
      hits += in;
      wrong += in != lnet_prefix_check(&tree, bytes);
    }
  }
  check(c, wrong == 0 && hits > 0 && hits < CHECKS / PREFIXES * PREFIXES,
        "%u bits: the tree agrees with a list (%d hits)", width, hits);
  check(c, tree.count <= 2 * PREFIXES + 1, "%u bits: two nodes a prefix at most", width);
  lnet_prefix_free(&tree);
}

/* Steps to the address after (1) or before (-1); false when there is none. */
static bool move(unsigned char *bytes, size_t len, int by) {
  for (size_t i = len; i > 0; i--) {
    bytes[i - 1] = (unsigned char)(bytes[i - 1] + by);
    if (bytes[i - 1] != (by > 0 ? 0 : 255)) return true;
  }
  return false;
}

/* Whether the prefixes are exactly what is from first to last: they join without gap or overlap. */
static bool joins(const lnet_prefix *list, size_t count, const unsigned char *first,
                  const unsigned char *last, unsigned width) {
  unsigned char at[LNET_PREFIX_BYTES];
  memcpy(at, first, width / 8);
  for (size_t i = 0; i < count; i++) {
    if (memcmp(at, list[i].bytes, width / 8) != 0) return false;
    for (unsigned bit = list[i].bits; bit < width; bit++) {
      const unsigned char mask = (unsigned char)(1u << (7 - bit % 8));
      if ((at[bit / 8] & mask) != 0) return false; /* not aligned */
      at[bit / 8] |= mask;
    }
    const bool is_last = i + 1 == count;
    if (is_last != (memcmp(at, last, width / 8) == 0)) return false;
    if (!is_last && !move(at, width / 8, 1)) return false;
  }
  return count > 0;
}

static void check_split(struct check *c, unsigned width) {
  const size_t len = width / 8;
  uint64_t state = 1181783497276652981u;
  lnet_prefix out[LNET_PREFIX_SPLIT_MAX];
  unsigned char first[LNET_PREFIX_BYTES] = {0}, last[LNET_PREFIX_BYTES] = {0};
  int wrong = 0;
  for (int i = 0; i < RANGES; i++) {
    fill(&state, first, len);
    fill(&state, last, len);
    const bool order = memcmp(first, last, len) <= 0;
    const size_t count = lnet_prefix_split(first, last, width, out);
    wrong += order ? !joins(out, count, first, last, width) : count != 0;
  }
  check(c, wrong == 0, "%u bits: a range is split without gap or overlap", width);
  memset(first, 0, len);
  memset(last, 255, len);
  check(c, lnet_prefix_split(first, last, width, out) == 1 && out[0].bits == 0,
        "%u bits: all addresses are one prefix", width);
  check(c, lnet_prefix_split(last, last, width, out) == 1 && out[0].bits == width,
        "%u bits: the last address alone", width);
  first[len - 1] = 1;
  last[len - 1] = 254;
  const size_t most = lnet_prefix_split(first, last, width, out);
  check(c, most == 2 * width - 2 && joins(out, most, first, last, width),
        "%u bits: the longest split is %u prefixes", width, 2 * width - 2);
}

int main(void) {
  struct check c = {0, 0};
  check_cases(&c);
  check_memory(&c);
  check_random_tree(&c, 32);
  check_random_tree(&c, 128);
  check_split(&c, 32);
  check_split(&c, 128);
  return check_done(&c);
}
