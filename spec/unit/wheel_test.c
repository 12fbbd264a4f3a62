/* Tests of wheel.c: single cases, then random use compared with a plain array of deadlines. */
#include "check.h"
#include "wheel.h"

#include <inttypes.h>

enum { NODES = 200 };

/* A wheel and what it should hold. */
struct model {
  lnet_wheel wheel;
  uint64_t now;   /* ms */
  uint64_t added; /* how many times a node was added, ever */
  struct timer {
    lnet_wheel_node node;
    uint64_t deadline;
    uint64_t order; /* of adding */
    bool waits;
  } timers[NODES];
};

static void model_init(struct model *m, uint64_t now) {
  memset(m, 0, sizeof *m);
  m->now = now;
  lnet_wheel_init(&m->wheel, now);
  for (int i = 0; i < NODES; i++)
    lnet_wheel_node_init(&m->timers[i].node);
}

static void model_add(struct model *m, struct timer *t, uint64_t deadline) {
  lnet_wheel_add(&m->wheel, &t->node, deadline);
  t->deadline = deadline > m->now ? deadline : m->now;
  t->order = m->added++;
  t->waits = true;
}

static void model_remove(struct model *m, struct timer *t) {
  lnet_wheel_remove(&m->wheel, &t->node);
  t->waits = false;
}

/* The timer that is due before all others; NULL when none waits. */
static struct timer *model_first(struct model *m) {
  struct timer *first = NULL;
  for (struct timer *t = m->timers; t < m->timers + NODES; t++) {
    if (!t->waits) continue;
    const bool sooner = first == NULL || t->deadline < first->deadline;
    if (sooner || (t->deadline == first->deadline && t->order < first->order)) first = t;
  }
  return first;
}

/* Never late, never without need far too early: exact within the same 64 ms. */
static bool next_is_right(struct model *m) {
  const struct timer *first = model_first(m);
  const uint64_t next = lnet_wheel_next(&m->wheel, m->now);
  if (first == NULL) return next == UINT64_MAX;
  const uint64_t wait = first->deadline - m->now;
  const bool close = first->deadline / LNET_WHEEL_SLOTS == m->now / LNET_WHEEL_SLOTS;
  return close ? next == wait : next > 0 && next <= wait;
}

/* Lets the time come, and compares what is due with the array, node for node. */
static bool expires_right(struct model *m, uint64_t now) {
  struct lnet_list due;
  lnet_list_init(&due);
  lnet_wheel_expire(&m->wheel, now, &due);
  m->now = now;
  for (struct timer *t; (t = model_first(m)) != NULL && t->deadline <= now;) {
    if (lnet_list_first(&due) != &t->node.link || t->node.deadline != t->deadline) return false;
    model_remove(m, t);
  }
  return lnet_list_empty(&due) && next_is_right(m);
}

/* Goes by lnet_wheel_next alone to the first deadline; false if that takes too many steps. */
static bool reaches_first(struct model *m) {
  const uint64_t deadline = model_first(m)->deadline;
  int steps = 0;
  do {
    if (++steps > LNET_WHEEL_LEVELS) return false;
    if (!expires_right(m, m->now + lnet_wheel_next(&m->wheel, m->now))) return false;
  } while (m->now < deadline);
  return m->now == deadline;
}

/* Delays as they occur: idle timeouts, many of them equal, and sometimes anything. */
static uint64_t random_delay(uint64_t *state) {
  const uint64_t usual[] = {0, 1, 63, 64, 65, 1000, 5000, 4095, 4096, 120000, 2147483647};
  switch (check_random(state, 4)) {
  case 0:
    return usual[check_random(state, sizeof usual / sizeof usual[0])];
  case 1:
    return check_random(state, 200);
  case 2:
    return check_random(state, 200000);
  default:
    return check_random(state, UINT64_C(1) << check_random(state, 60));
  }
}

static bool survives_random_use(struct model *m, uint64_t start, int rounds) {
  uint64_t state = start + 77;
  model_init(m, start);
  for (int i = 0; i < rounds; i++) {
    struct timer *t = &m->timers[check_random(&state, NODES)];
    const uint64_t what = check_random(&state, 16);
    if (what < 9) {
      const uint64_t delay = random_delay(&state);
      model_add(m, t, delay > UINT64_MAX - m->now ? UINT64_MAX : m->now + delay);
    } else if (what < 11) {
      model_remove(m, t);
    } else if (what < 13 && model_first(m) != NULL) {
      if (!reaches_first(m)) return false;
    } else if (!expires_right(m, m->now + check_random(&state, what == 15 ? 20000000 : 300))) {
      return false;
    }
    if (!next_is_right(m)) return false;
  }
  while (model_first(m) != NULL)
    if (!reaches_first(m)) return false;
  return lnet_wheel_next(&m->wheel, m->now) == UINT64_MAX;
}

static void check_random_use(struct check *c, struct model *m) {
  const uint64_t starts[] = {
      0, 1, 63, 4095, UINT64_C(1) << 36, UINT64_C(1234567890123), UINT64_MAX / 2};
  for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
    check(c, survives_random_use(m, starts[i], 20000), "random use from %" PRIu64 " ms on",
          starts[i]);
}

/* Deadlines on both sides of each level's border, reached step by step and in one jump. */
static void check_borders(struct check *c, struct model *m) {
  bool step = true, jump = true, early = true;
  for (unsigned bits = 0; bits < 64; bits++) {
    for (int off = -1; off <= 1; off++) {
      const uint64_t delay = (UINT64_C(1) << bits) + (uint64_t)off;
      model_init(m, 5);
      model_add(m, &m->timers[0], 5 + delay);
      step = step && next_is_right(m) && reaches_first(m) && model_first(m) == NULL;
      model_init(m, 5);
      model_add(m, &m->timers[0], 5 + delay);
      if (delay > 0) early = early && expires_right(m, 5 + delay - 1) && model_first(m) != NULL;
      jump = jump && expires_right(m, 5 + delay) && model_first(m) == NULL;
    }
  }
  check(c, step, "any deadline is reached by lnet_wheel_next alone, in few steps");
  check(c, early, "no deadline is reported a millisecond early");
  check(c, jump, "any deadline is reported after a jump");
  model_init(m, 0);
  model_add(m, &m->timers[0], UINT64_MAX);
  model_add(m, &m->timers[1], UINT64_MAX - 1);
  check(c,
        expires_right(m, UINT64_MAX - 2) && expires_right(m, UINT64_MAX) && model_first(m) == NULL,
        "the last moment there is can be a deadline");
}

static void check_order(struct check *c, struct model *m) {
  model_init(m, 1000);
  for (int i = 0; i < NODES; i++)
    model_add(m, &m->timers[i], 1000 + (uint64_t)(i * 37 % 50) * 5000);
  model_add(m, &m->timers[7], 6000); /* moved: now behind all others of 6000 */
  check(c, expires_right(m, 1000000), "hours later all are due in order, ties as added");
  model_init(m, 1000);
  model_add(m, &m->timers[0], 990);
  model_add(m, &m->timers[1], 980);
  check(c, m->timers[0].node.deadline == 1000 && lnet_wheel_next(&m->wheel, 1000) == 0,
        "a deadline that is over counts as now");
  check(c, expires_right(m, 1000) && model_first(m) == NULL, "and is reported at once, as added");
  model_add(m, &m->timers[0], 1010);
  struct lnet_list due;
  lnet_list_init(&due);
  lnet_wheel_expire(&m->wheel, 900, &due);
  check(c, lnet_list_empty(&due) && lnet_wheel_next(&m->wheel, 900) == 110,
        "a time that goes back reports nothing");
  check(c, lnet_wheel_next(&m->wheel, 2000) == 0, "what is late is to be done at once");
}

/* A callback of one due node may remove or add the others. */
static void check_due(struct check *c, struct model *m) {
  struct lnet_list due;
  model_init(m, 0);
  for (int i = 0; i < 4; i++)
    lnet_wheel_add(&m->wheel, &m->timers[i].node, 10);
  lnet_list_init(&due);
  lnet_wheel_expire(&m->wheel, 10, &due);
  lnet_wheel_remove(&m->wheel, &m->timers[0].node);
  lnet_wheel_remove(&m->wheel, &m->timers[0].node);
  lnet_wheel_add(&m->wheel, &m->timers[1].node, 10);
  lnet_wheel_add(&m->wheel, &m->timers[2].node, 70);
  check(c, lnet_list_first(&due) == &m->timers[3].node.link && due.next == due.prev,
        "removed and added nodes leave the list of due ones");
  check(c, lnet_wheel_next(&m->wheel, 10) == 0, "one that is due again at once waits in the wheel");
  lnet_wheel_remove(&m->wheel, &m->timers[3].node);
  lnet_wheel_remove(&m->wheel, &m->timers[1].node);
  check(c, lnet_list_empty(&due) && lnet_wheel_next(&m->wheel, 10) == 54, "the wheel forgets none");
  lnet_wheel_remove(&m->wheel, &m->timers[2].node);
  check(c, lnet_wheel_next(&m->wheel, 10) == UINT64_MAX, "an empty wheel wants no call");
}

int main(void) {
  struct check c = {0, 0};
  struct model *m = malloc(sizeof *m);
  if (m == NULL) return EXIT_FAILURE;
  check_order(&c, m);
  check_due(&c, m);
  check_borders(&c, m);
  check_random_use(&c, m);
  free(m);
  return check_done(&c);
}
