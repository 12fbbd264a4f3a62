/* Timer wheel for idle timeouts. Knows no clock and calls nobody: alarm.c does both. */
#include "wheel.h"

/* Deadlines and `now` are read as numbers of base 64: a node waits on the level of the highest
   digit in which its deadline differs from `now`, in the slot of that digit. It follows that
   (1) a slot of level 0 is one ms;
   (2) a lower level comes before all higher ones, and the slots of a level come in order;
   (3) equal deadlines share a slot, in order of adding. */

enum { DIGIT = LNET_WHEEL_SLOTS - 1 };

static unsigned level_of(const lnet_wheel *w, uint64_t deadline) {
  unsigned level = 0;
  for (uint64_t differ = w->now ^ deadline; differ > DIGIT; differ >>= LNET_WHEEL_BITS)
    level++;
  return level;
}

static unsigned digit_of(uint64_t time, unsigned level) {
  return (unsigned)(time >> (level * LNET_WHEEL_BITS) & DIGIT);
}

static void set_occupied(lnet_wheel *w, unsigned level, unsigned slot) {
  const uint64_t bit = UINT64_C(1) << slot;
  if (lnet_list_empty(&w->slots[level][slot]))
    w->occupied[level] &= ~bit;
  else
    w->occupied[level] |= bit;
}

static void place(lnet_wheel *w, lnet_wheel_node *node) {
  const unsigned level = level_of(w, node->deadline);
  const unsigned slot = digit_of(node->deadline, level);
  lnet_list_append(&w->slots[level][slot], &node->link);
  set_occupied(w, level, slot);
}

/* Finds the slot that comes first in time and the moment at which it begins; false if all are
   empty. */
static bool first_slot(const lnet_wheel *w, unsigned *level, unsigned *slot, uint64_t *start) {
  unsigned l = 0;
  while (l < LNET_WHEEL_LEVELS && w->occupied[l] == 0)
    l++;
  if (l == LNET_WHEEL_LEVELS) return false;
  const unsigned shift = l * LNET_WHEEL_BITS;
  *level = l;
  *slot = (unsigned)__builtin_ctzll(w->occupied[l]);
  *start = ((w->now >> shift & ~(uint64_t)DIGIT) | *slot) << shift;
  return true;
}

/* Moves the nodes of a slot that `now` has just reached to the lower levels where they belong. */
static void cascade(lnet_wheel *w, struct lnet_list *nodes) {
  for (struct lnet_list *link; (link = lnet_list_first(nodes)) != NULL;) {
    lnet_list_remove(link);
    place(w, LNET_CONTAINER(link, lnet_wheel_node, link));
  }
}

void lnet_wheel_init(lnet_wheel *w, uint64_t now) {
  w->now = now;
  for (unsigned level = 0; level < LNET_WHEEL_LEVELS; level++) {
    w->occupied[level] = 0;
    for (unsigned slot = 0; slot < LNET_WHEEL_SLOTS; slot++)
      lnet_list_init(&w->slots[level][slot]);
  }
}

void lnet_wheel_node_init(lnet_wheel_node *node) {
  lnet_list_init(&node->link);
  node->deadline = 0;
}

void lnet_wheel_add(lnet_wheel *w, lnet_wheel_node *node, uint64_t deadline) {
  lnet_wheel_remove(w, node);
  node->deadline = deadline > w->now ? deadline : w->now;
  place(w, node);
}

/* A due or unused node names a slot it is not in: its bit is only made to say what is true. */
void lnet_wheel_remove(lnet_wheel *w, lnet_wheel_node *node) {
  const unsigned level = level_of(w, node->deadline);
  lnet_list_remove(&node->link);
  set_occupied(w, level, digit_of(node->deadline, level));
}

uint64_t lnet_wheel_next(const lnet_wheel *w, uint64_t now) {
  unsigned level, slot;
  uint64_t start;
  if (!first_slot(w, &level, &slot, &start)) return UINT64_MAX;
  return start > now ? start - now : 0;
}

/* `now` goes from one occupied slot to the next, never past one, so what wait further up stay on
   the level where they are looked for. */
void lnet_wheel_expire(lnet_wheel *w, uint64_t now, struct lnet_list *due) {
  unsigned level, slot;
  uint64_t start;
  while (first_slot(w, &level, &slot, &start) && start <= now) {
    struct lnet_list reached;
    lnet_list_init(&reached);
    lnet_list_move(&w->slots[level][slot], &reached);
    set_occupied(w, level, slot);
    w->now = start;
    if (level == 0)
      lnet_list_move(&reached, due);
    else
      cascade(w, &reached);
  }
  if (now > w->now) w->now = now;
}
