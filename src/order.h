/* Places in an order, for lists so long that nothing in them may be searched for or moved. One
   block of memory with a fixed number of places, numbered from 1; taking one, giving it back and
   finding the last one that is known by an address cost the same however many are taken. It knows
   neither Lua nor the things that stand in the places, only their addresses. */
#ifndef LNET_ORDER_H
#define LNET_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Addresses that a place may be known by. */
#define LNET_ORDER_IDS 2

#define LNET_ORDER_FREE UINT32_MAX

typedef struct lnet_order_link {
  uint32_t before; /* place in front of this one, or 0; of a place that is free LNET_ORDER_FREE */
  uint32_t after;  /* place behind it, or 0; of a place that is free the next free one */
} lnet_order_link;

typedef struct lnet_order_id {
  const void *what; /* NULL: none */
  uint32_t below;   /* the next one in its bucket that is nearer to the front, or 0 */
  uint32_t above;
} lnet_order_id;

typedef struct lnet_order_bucket {
  uint32_t top; /* the one nearest to the end, or 0 */
  uint32_t bottom;
} lnet_order_bucket;

typedef struct lnet_order {
  _Alignas(lnet_order_id) uint32_t capacity; /* a power of two */
  uint32_t count;                            /* of places that are taken */
  uint32_t first;                            /* in the order, or 0 */
  uint32_t last;
  uint32_t vacant; /* the next place that will be taken, or 0 */
  uint32_t looked; /* how many addresses lnet_order_find has compared, for specs of growth */
  bool known;      /* places are known by addresses */
} lnet_order;

/* Bytes of a block with so many places. */
size_t lnet_order_size(uint32_t capacity, bool known);

/* Makes a block of that size one whose places are all free. */
void lnet_order_init(lnet_order *o, uint32_t capacity, bool known);

/* Takes the place `vacant`, which must not be 0, at the front or the end of the order. Where places
   are known, it is known by `id` and, unless that is NULL or the same, by `other`. */
uint32_t lnet_order_take(lnet_order *o, bool front, const void *id, const void *other);

/* Gives a place back; nothing happens where it is none that is taken. */
void lnet_order_free(lnet_order *o, uint32_t place);

/* The last place in the order that is known by this address, or 0. */
uint32_t lnet_order_find(lnet_order *o, const void *what);

/* The place behind this one, the first one behind 0; 0: there is none. */
uint32_t lnet_order_next(const lnet_order *o, uint32_t place);

#endif
