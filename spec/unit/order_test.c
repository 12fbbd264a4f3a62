/* Tests of order.c: a random order, compared with a plain list. */
#include "check.h"
#include "order.h"

enum { CAPACITY = 64, STEPS = 200000, NAMES = 24 };

struct entry {
  uint32_t place;
  const void *id;
  const void *other;
};

struct list {
  struct entry entries[CAPACITY];
  uint32_t count;
};

static void insert(struct list *list, bool front, struct entry entry) {
  if (front) memmove(list->entries + 1, list->entries, list->count * sizeof entry);
  list->entries[front ? 0 : list->count] = entry;
  list->count++;
}

static uint32_t find(const struct list *list, const void *what) {
  for (uint32_t i = list->count; i > 0; i--)
    if (list->entries[i - 1].id == what || list->entries[i - 1].other == what)
      return list->entries[i - 1].place;
  return 0;
}

static void drop(struct list *list, uint32_t at) {
  list->count--;
  memmove(list->entries + at, list->entries + at + 1, (list->count - at) * sizeof *list->entries);
}

static bool same(const lnet_order *o, const struct list *list) {
  uint32_t place = 0;
  for (uint32_t i = 0; i < list->count; i++) {
    place = lnet_order_next(o, place);
    if (place != list->entries[i].place) return false;
  }
  return lnet_order_next(o, place) == 0 && o->count == list->count;
}

static void check_shuffled(struct check *c) {
  static char names[NAMES];
  lnet_order *o = malloc(lnet_order_size(CAPACITY, true));
  struct list list = {.count = 0};
  uint64_t state = 1;
  bool ordered = true;
  bool found = true;
  lnet_order_init(o, CAPACITY, true);
  for (int step = 0; step < STEPS; step++) {
    const bool growing = step / 1000 % 2 == 0;
    const bool add = check_random(&state, 100) < (growing ? 80u : 20u);
    if (add && list.count < CAPACITY) {
      const bool front = check_random(&state, 2) == 0;
      struct entry entry = {0, names + check_random(&state, NAMES), NULL};
      if (check_random(&state, 2) == 0) entry.other = names + check_random(&state, NAMES);
      entry.place = lnet_order_take(o, front, entry.id, entry.other);
      insert(&list, front, entry);
    } else if (!add && list.count > 0) {
      const uint32_t at = (uint32_t)check_random(&state, list.count);
      lnet_order_free(o, list.entries[at].place);
      lnet_order_free(o, list.entries[at].place); /* a second time it does nothing */
      drop(&list, at);
    }
    const void *what = names + check_random(&state, NAMES);
    found = found && lnet_order_find(o, what) == find(&list, what);
    if (step % 10 == 0) ordered = ordered && same(o, &list);
  }
  check(c, ordered, "places are in the order of a list");
  check(c, found, "the last place of an address is found");
  free(o);
}

static void check_full(struct check *c) {
  lnet_order *o = malloc(lnet_order_size(CAPACITY, false));
  lnet_order_init(o, CAPACITY, false);
  for (int i = 0; i < CAPACITY; i++)
    lnet_order_take(o, false, NULL, NULL);
  check(c, o->vacant == 0, "no place is free when all are taken");
  check(c, lnet_order_find(o, o) == 0, "nothing is found where places are not known");
  lnet_order_free(o, 0);
  lnet_order_free(o, CAPACITY + 1);
  check(c, o->count == CAPACITY, "a place that does not exist is not given back");
  lnet_order_free(o, 7);
  check(c, o->vacant == 7, "a place that was given back is the next one");
  free(o);
}

int main(void) {
  struct check c = {0};
  check_shuffled(&c);
  check_full(&c);
  return check_done(&c);
}
