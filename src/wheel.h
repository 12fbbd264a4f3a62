/* Timer wheel for idle timeouts: the time is passed in, nothing is allocated, and adding, moving
   and removing take constant time however many nodes wait. Times are ms of any steady clock. */
#ifndef LNET_WHEEL_H
#define LNET_WHEEL_H

#include "list.h"

#include <stdint.h>

enum {
  LNET_WHEEL_BITS = 6,                     /* of a time, a level: 64 slots, one bitmap's worth */
  LNET_WHEEL_SLOTS = 1 << LNET_WHEEL_BITS, /* each LNET_WHEEL_SLOTS^level ms wide */
  LNET_WHEEL_LEVELS = 64 / LNET_WHEEL_BITS + 1 /* enough for any uint64_t: no deadline is too far */
};

/* Belongs to its user, who must remove it before its memory goes. While it is in a wheel `deadline`
   says where, so only lnet_wheel_add may change it. */
typedef struct lnet_wheel_node {
  struct lnet_list link;
  uint64_t deadline; /* ms */
} lnet_wheel_node;

/* Must not be moved in memory while there are nodes in it. */
typedef struct lnet_wheel {
  uint64_t now;                         /* of the last lnet_wheel_expire; ms */
  uint64_t occupied[LNET_WHEEL_LEVELS]; /* bit n is set while slot n has nodes */
  struct lnet_list slots[LNET_WHEEL_LEVELS][LNET_WHEEL_SLOTS];
} lnet_wheel;

/* Makes an empty wheel. */
void lnet_wheel_init(lnet_wheel *w, uint64_t now);

/* Makes a node that is in no wheel. Needed once before a node is first added or removed. */
void lnet_wheel_node_init(lnet_wheel_node *node);

/* Has the node reported at `deadline`; a node that already waits, or is due, is moved. A deadline
   that was over at the last lnet_wheel_expire counts as that moment, also in `node->deadline`. */
void lnet_wheel_add(lnet_wheel *w, lnet_wheel_node *node, uint64_t deadline);

/* Takes the node out of the wheel, or out of the list of due ones; harmless if it is in neither. */
void lnet_wheel_remove(lnet_wheel *w, lnet_wheel_node *node);

/* The ms until lnet_wheel_expire should be called next, UINT64_MAX when the wheel is empty. Never
   late; exact when the first deadline is in the same 64 ms (by the clock's multiples of 64) as the
   last lnet_wheel_expire, else maybe early: then expire moves nodes closer and reports none. A
   deadline is reached after LNET_WHEEL_LEVELS such calls at most. */
uint64_t lnet_wheel_next(const lnet_wheel *w, uint64_t now);

/* Moves all nodes whose deadline is `now` or earlier to the end of `due`, an initialised head, in
   order of deadline, then of adding; never one whose deadline is to come. `now` may be hours after
   the last call; a time before it reports nothing new. Each of them leaves `due` by
   lnet_wheel_remove or lnet_wheel_add, so the callbacks may do either to any node. */
void lnet_wheel_expire(lnet_wheel *w, uint64_t now, struct lnet_list *due);

#endif
