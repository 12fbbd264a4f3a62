/* Tests of list.h. */
#include "check.h"
#include "list.h"

struct item {
  char name;
  struct lnet_list link; /* not first, so that LNET_CONTAINER has something to do */
};

/* True if the list holds these names in this order, seen from either end. */
static bool holds(const struct lnet_list *list, const char *names) {
  const size_t count = strlen(names);
  const struct lnet_list *forth = list->next, *back = list->prev;
  for (size_t i = 0; i < count; i++, forth = forth->next, back = back->prev) {
    if (forth == list || LNET_CONTAINER(forth, struct item, link)->name != names[i]) return false;
    if (back == list || LNET_CONTAINER(back, struct item, link)->name != names[count - 1 - i])
      return false;
  }
  return forth == list && back == list;
}

static void fill(struct lnet_list *list, struct item *items, const char *names) {
  lnet_list_init(list);
  for (size_t i = 0; names[i] != '\0'; i++) {
    items[i].name = names[i];
    lnet_list_append(list, &items[i].link);
  }
}

static void check_one_list(struct check *c) {
  struct lnet_list list;
  struct item items[4], extra = {.name = 'x'};
  lnet_list_init(&list);
  check(c, lnet_list_empty(&list) && lnet_list_first(&list) == NULL, "a new list is empty");
  lnet_list_init(&extra.link);
  lnet_list_remove(&extra.link);
  check(c, lnet_list_empty(&extra.link), "a node that is in no list may be removed");
  fill(&list, items, "abcd");
  check(c, holds(&list, "abcd") && !lnet_list_empty(&list), "append keeps the order");
  check(c, lnet_list_first(&list) == &items[0].link, "first is the one appended first");
  lnet_list_prepend(&list, &extra.link);
  check(c, holds(&list, "xabcd"), "prepend puts a node first");
  lnet_list_remove(&extra.link);
  lnet_list_remove(&items[1].link);
  lnet_list_remove(&items[1].link);
  lnet_list_remove(&items[3].link);
  check(c, holds(&list, "ac") && lnet_list_empty(&items[1].link), "remove, even twice, takes one");
  lnet_list_append(&items[2].link, &items[1].link);
  check(c, holds(&list, "abc"), "append to a node links before it");
  for (struct lnet_list *link; (link = lnet_list_first(&list)) != NULL;)
    lnet_list_remove(link);
  check(c, lnet_list_empty(&list), "a list can be emptied from the front");
}

static void check_move(struct check *c) {
  struct lnet_list from, to;
  struct item items[3], others[3];
  fill(&from, items, "abc");
  fill(&to, others, "");
  lnet_list_move(&from, &to);
  check(c, holds(&from, "") && holds(&to, "abc"), "move to an empty list");
  fill(&from, others, "xyz");
  lnet_list_move(&from, &to);
  check(c, holds(&from, "") && holds(&to, "abcxyz"), "move puts the nodes behind those there");
  lnet_list_move(&from, &to);
  check(c, holds(&to, "abcxyz"), "moving an empty list changes nothing");
  lnet_list_remove(&items[1].link);
  check(c, holds(&to, "acxyz"), "a node can be removed after its list was moved");
}

int main(void) {
  struct check c = {0, 0};
  check_one_list(&c);
  check_move(&c);
  return check_done(&c);
}
