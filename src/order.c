/* Places in an order: a doubly linked list in an array, and a hash table of the addresses that
   places are known by. In a bucket the addresses are in the order of their places, so that the
   first one found from the top is the last one in the order. */
#include "order.h"
#include <string.h>

static lnet_order_link *links(const lnet_order *o) {
  return (lnet_order_link *)(o + 1);
}

/* Addresses are numbered: LNET_ORDER_IDS for each place; 0 and those before the first place are
   not used. */
static lnet_order_id *ids(const lnet_order *o) {
  return (lnet_order_id *)(links(o) + o->capacity + 1);
}

static lnet_order_bucket *buckets(const lnet_order *o) {
  return (lnet_order_bucket *)(ids(o) + ((size_t)o->capacity + 1) * LNET_ORDER_IDS);
}

size_t lnet_order_size(uint32_t capacity, bool known) {
  const size_t places = (size_t)capacity + 1;
  const size_t size = sizeof(lnet_order) + places * sizeof(lnet_order_link);
  if (!known) return size;
  return size + places * LNET_ORDER_IDS * sizeof(lnet_order_id) +
         capacity * sizeof(lnet_order_bucket);
}

void lnet_order_init(lnet_order *o, uint32_t capacity, bool known) {
  memset(o, 0, lnet_order_size(capacity, known));
  o->capacity = capacity;
  o->known = known;
  o->vacant = 1;
  for (uint32_t place = 1; place <= capacity; place++)
    links(o)[place] = (lnet_order_link){LNET_ORDER_FREE, place < capacity ? place + 1 : 0};
}

/* Addresses are multiples of 8 or 16: the multiplication spreads what differs to the upper half. */
static lnet_order_bucket *bucket_of(const lnet_order *o, const void *what) {
  const uint64_t spread = (uint64_t)(uintptr_t)what * UINT64_C(0x9e3779b97f4a7c15);
  return &buckets(o)[(spread >> 32) & (o->capacity - 1)];
}

static void enter(const lnet_order *o, bool front, uint32_t number, const void *what) {
  lnet_order_id *all = ids(o);
  lnet_order_bucket *bucket = bucket_of(o, what);
  all[number] = (lnet_order_id){what, front ? 0 : bucket->top, front ? bucket->bottom : 0};
  if (bucket->top == 0)
    bucket->top = bucket->bottom = number;
  else if (front)
    bucket->bottom = all[bucket->bottom].below = number;
  else
    bucket->top = all[bucket->top].above = number;
}

static void leave(const lnet_order *o, uint32_t number) {
  lnet_order_id *all = ids(o);
  const lnet_order_id id = all[number];
  if (id.what == NULL) return;
  lnet_order_bucket *bucket = bucket_of(o, id.what);
  if (id.above != 0)
    all[id.above].below = id.below;
  else
    bucket->top = id.below;
  if (id.below != 0)
    all[id.below].above = id.above;
  else
    bucket->bottom = id.above;
  all[number].what = NULL;
}

uint32_t lnet_order_take(lnet_order *o, bool front, const void *id, const void *other) {
  lnet_order_link *all = links(o);
  const uint32_t place = o->vacant;
  o->vacant = all[place].after;
  all[place] = (lnet_order_link){front ? 0 : o->last, front ? o->first : 0};
  if (o->count++ == 0)
    o->first = o->last = place;
  else if (front)
    o->first = all[o->first].before = place;
  else
    o->last = all[o->last].after = place;
  if (o->known) {
    if (id != NULL) enter(o, front, place * LNET_ORDER_IDS, id);
    if (other != NULL && other != id) enter(o, front, place * LNET_ORDER_IDS + 1, other);
  }
  return place;
}

void lnet_order_free(lnet_order *o, uint32_t place) {
  lnet_order_link *all = links(o);
  if (place == 0 || place > o->capacity || all[place].before == LNET_ORDER_FREE) return;
  const lnet_order_link link = all[place];
  if (link.before != 0)
    all[link.before].after = link.after;
  else
    o->first = link.after;
  if (link.after != 0)
    all[link.after].before = link.before;
  else
    o->last = link.before;
  if (o->known) {
    leave(o, place * LNET_ORDER_IDS);
    leave(o, place * LNET_ORDER_IDS + 1);
  }
  all[place] = (lnet_order_link){LNET_ORDER_FREE, o->vacant};
  o->vacant = place;
  o->count--;
}

uint32_t lnet_order_find(lnet_order *o, const void *what) {
  const lnet_order_id *all = ids(o);
  if (what == NULL || !o->known) return 0;
  for (uint32_t number = bucket_of(o, what)->top; number != 0; number = all[number].below) {
    o->looked++;
    if (all[number].what == what) return number / LNET_ORDER_IDS;
  }
  return 0;
}

uint32_t lnet_order_next(const lnet_order *o, uint32_t place) {
  return place == 0 ? o->first : links(o)[place].after;
}
