/* Intrusive doubly linked circular lists: the links live inside what is listed, so that linking
   and unlinking never allocate and take the same time however long the list is. */
#ifndef LNET_LIST_H
#define LNET_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* Either the head of a list or a node in one. A node in no list points to itself. */
typedef struct lnet_list {
  struct lnet_list *prev;
  struct lnet_list *next;
} lnet_list;

/* The struct of that type whose `member` is at ptr. A macro, since no function can take a type. */
#define LNET_CONTAINER(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/* Makes a head of an empty list, or a node that is in no list. */
static inline void lnet_list_init(lnet_list *list) {
  list->prev = list;
  list->next = list;
}

/* True for a head without nodes, and for a node that is in no list. */
static inline bool lnet_list_empty(const lnet_list *list) {
  return list->next == list;
}

/* The first node, or NULL when there is none. */
static inline lnet_list *lnet_list_first(const lnet_list *list) {
  return lnet_list_empty(list) ? NULL : list->next;
}

/* Makes the node, which must be in no list and need not be initialised, the last one. Given a
   node in place of the head, it links before that node. */
static inline void lnet_list_append(lnet_list *list, lnet_list *node) {
  node->prev = list->prev;
  node->next = list;
  list->prev->next = node;
  list->prev = node;
}

/* As lnet_list_append, but makes it the first one; given a node, links after that node. */
static inline void lnet_list_prepend(lnet_list *list, lnet_list *node) {
  lnet_list_append(list->next, node);
}

/* Takes an initialised node out of whichever list it is in. It is initialised again, so removing
   it twice is harmless, and so is removing it from a list that was moved to another head. */
static inline void lnet_list_remove(lnet_list *node) {
  node->prev->next = node->next;
  node->next->prev = node->prev;
  lnet_list_init(node);
}

/* Moves all nodes of `from`, in their order, behind those of `to`; `from` is left empty. To go
   through a list whose nodes may come and go meanwhile, move it to a head of your own first. */
static inline void lnet_list_move(lnet_list *from, lnet_list *to) {
  if (lnet_list_empty(from)) return;
  from->next->prev = to->prev;
  to->prev->next = from->next;
  from->prev->next = to;
  to->prev = from->prev;
  lnet_list_init(from);
}

#endif
