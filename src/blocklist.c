/* Class BlockList. A rule is kept as it was given, for `rules`, and as prefixes in two trees. What
   node compares across families is decided when a rule is added: the IPv4 addresses that an IPv6
   rule means are in the tree of IPv4, and a v4-mapped IPv6 address is looked up in both trees.
   fromJSON is in blocklist.lua. */
#include "blocklist.h"
#include "check.h"
#include "class.h"
#include "error.h"
#include "ip.h"
#include "prefix.h"
#include "socketaddress.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct address {
  unsigned char bytes[16];
  uint8_t version; /* 4 or 6 */
};

enum rule_kind { RULE_ADDRESS, RULE_RANGE, RULE_SUBNET };

struct rule {
  struct address start; /* or the address, the network */
  struct address end;   /* of a range */
  uint8_t bits;         /* of a subnet */
  uint8_t kind;
};

typedef struct lnet_blocklist {
  const void *kind;
  lnet_prefix_tree v4;
  lnet_prefix_tree v6;
  struct rule *rules; /* owned; the oldest first */
  size_t count;
  size_t capacity;
} lnet_blocklist;

static const char kind = 0; /* its address is what each list begins with */

/* What a rule adds to a tree. */
struct prefixes {
  lnet_prefix list[LNET_PREFIX_SPLIT_MAX];
  size_t count;
};

/* How a v4-mapped address begins: ::ffff:0:0/96. */
enum { MAPPED_LEN = 12, MAPPED_BITS = 96 };
static const unsigned char mapped[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
static const unsigned char mapped_last[16] = {0, 0, 0,    0,    0,    0,    0,    0,
                                              0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

const lnet_blocklist *lnet_blocklist_test(lua_State *L, const lnet_ctx *ctx, int idx) {
  return lnet_class_test(L, idx, ctx->blocklist_meta);
}

const lnet_blocklist *lnet_blocklist_opt(lua_State *L, const lnet_ctx *ctx, int idx,
                                         const char *name) {
  if (lua_isnoneornil(L, idx)) return NULL;
  const lnet_blocklist *list = lnet_blocklist_test(L, ctx, idx);
  if (list == NULL) lnet_check_fail(L, idx, name, "an net.BlockList"); /* node's words */
  return list;
}

static lnet_blocklist *check_list(lua_State *L) {
  return lnet_class_check(L, 1, lnet_ctx_of(L)->blocklist_meta, "BlockList");
}

/* The IPv4 part of an address, NULL where there is none. */
static const unsigned char *v4_of(const struct address *a) {
  if (a->version == 4) return a->bytes;
  return memcmp(a->bytes, mapped, MAPPED_LEN) == 0 ? a->bytes + MAPPED_LEN : NULL;
}

static void to_v6(const struct address *a, unsigned char out[16]) {
  memcpy(out, a->version == 4 ? mapped : a->bytes, 16);
  if (a->version == 4) memcpy(out + MAPPED_LEN, a->bytes, 4);
}

static bool blocks(const lnet_blocklist *list, const struct address *a) {
  const unsigned char *v4 = v4_of(a);
  if (v4 != NULL && lnet_prefix_check(&list->v4, v4)) return true;
  return a->version == 6 && lnet_prefix_check(&list->v6, a->bytes);
}

bool lnet_blocklist_blocks(const lnet_blocklist *list, const struct sockaddr_storage *addr) {
  struct address a = {{0}, 6};
  if (addr->ss_family == AF_INET6) {
    memcpy(a.bytes, &((const struct sockaddr_in6 *)(const void *)addr)->sin6_addr, 16);
  } else if (addr->ss_family == AF_INET) {
    a.version = 4;
    memcpy(a.bytes, &((const struct sockaddr_in *)(const void *)addr)->sin_addr, 4);
  } else {
    return false;
  }
  return blocks(list, &a);
}

/* ---- what a rule means ---- */

static void one_prefix(struct prefixes *p, const unsigned char *bytes, size_t len, unsigned bits) {
  memset(p->list[0].bytes, 0, sizeof p->list[0].bytes);
  memcpy(p->list[0].bytes, bytes, len);
  p->list[0].bits = (uint8_t)bits;
  p->count = 1;
}

static void expand_subnet(const struct rule *rule, struct prefixes *v4, struct prefixes *v6) {
  const unsigned char *network = rule->start.bytes;
  if (rule->start.version == 4) {
    one_prefix(v4, network, 4, rule->bits);
    return;
  }
  one_prefix(v6, network, 16, rule->bits);
  const unsigned shared = rule->bits < MAPPED_BITS ? rule->bits : MAPPED_BITS;
  if (lnet_prefix_common(network, mapped, shared) == shared)
    one_prefix(v4, network + MAPPED_LEN, 4, rule->bits - shared);
}

/* node finds an IPv4 address in a range only when both ends are IPv4 or mapped, and compares an
   IPv6 address with an end that is IPv4 only when it is mapped. */
static void expand_range(const struct rule *rule, struct prefixes *v4, struct prefixes *v6) {
  const unsigned char *first4 = v4_of(&rule->start), *last4 = v4_of(&rule->end);
  if (first4 != NULL && last4 != NULL) v4->count = lnet_prefix_split(first4, last4, 32, v4->list);
  const bool mixed = rule->start.version == 4 || rule->end.version == 4;
  if (rule->start.version == 4 && rule->end.version == 4) return; /* mapped ones: in both trees */
  unsigned char first[16], last[16];
  to_v6(&rule->start, first);
  to_v6(&rule->end, last);
  if (mixed && memcmp(first, mapped, 16) < 0) memcpy(first, mapped, 16);
  if (mixed && memcmp(last, mapped_last, 16) > 0) memcpy(last, mapped_last, 16);
  v6->count = lnet_prefix_split(first, last, 128, v6->list);
}

static void expand(const struct rule *rule, struct prefixes *v4, struct prefixes *v6) {
  v4->count = v6->count = 0;
  if (rule->kind == RULE_RANGE) {
    expand_range(rule, v4, v6);
  } else {
    struct rule subnet = *rule;
    if (rule->kind == RULE_ADDRESS) subnet.bits = rule->start.version == 4 ? 32 : 128;
    expand_subnet(&subnet, v4, v6);
  }
}

static bool reserve_rule(lnet_blocklist *list) {
  if (list->count < list->capacity) return true;
  const size_t capacity = list->capacity + list->capacity / 2 + 8;
  struct rule *rules = realloc(list->rules, capacity * sizeof *rules);
  if (rules == NULL) return false;
  list->rules = rules;
  list->capacity = capacity;
  return true;
}

/* Adds the rule, or raises and has added nothing. [-0, +0, v] */
static void add_rule(lua_State *L, lnet_blocklist *list, const struct rule *rule) {
  struct prefixes v4, v6;
  expand(rule, &v4, &v6);
  if (!reserve_rule(list) || !lnet_prefix_reserve(&list->v4, v4.count) ||
      !lnet_prefix_reserve(&list->v6, v6.count))
    lnet_error_memory(L);
  for (size_t i = 0; i < v4.count; i++)
    lnet_prefix_add(&list->v4, &v4.list[i]);
  for (size_t i = 0; i < v6.count; i++)
    lnet_prefix_add(&list->v6, &v6.list[i]);
  list->rules[list->count++] = *rule;
}

/* ---- arguments ---- */

/* Takes a SocketAddress, or a string with a family, at 0 the default. False when the text is no
   address of that family; *family is then 0 where the family is none. [-0, +0, v] */
static bool read_address(lua_State *L, int idx, int family_idx, const char *name, int *family,
                         struct address *out) {
  const lnet_socketaddress *given = lnet_socketaddress_test(L, idx);
  memset(out, 0, sizeof *out);
  if (given != NULL) {
    memcpy(out->bytes, given->bytes, sizeof out->bytes);
    out->version = given->version;
    return true;
  }
  if (lua_type(L, idx) != LUA_TSTRING) lnet_check_fail(L, idx, name, "of type string");
  *family = 4;
  if (!lua_isnoneornil(L, family_idx)) {
    if (lua_type(L, family_idx) != LUA_TSTRING)
      lnet_check_fail(L, family_idx, "family", "of type string");
    *family = lnet_socketaddress_family(L, family_idx);
  }
  size_t len = 0;
  const char *text = lua_tolstring(L, idx, &len);
  out->version = (uint8_t)lnet_ip_parse_loose(text, len, out->bytes);
  return *family != 0 && out->version == *family;
}

static void check_address(lua_State *L, int idx, int family_idx, const char *name,
                          struct address *out) {
  int family = 0;
  if (read_address(L, idx, family_idx, name, &family, out)) return;
  if (family == 0)
    lnet_socketaddress_bad_family(L, family_idx);
  else
    lnet_socketaddress_bad(L);
}

/***
Blocks an address. Source: node v20, blockList.addAddress.
@function addAddress
@tparam string|net.SocketAddress address
@tparam[opt="ipv4"] string family `"ipv4"` or `"ipv6"`
@raise `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_INVALID_ADDRESS`
*/
static int l_addAddress(lua_State *L) {
  lnet_blocklist *list = check_list(L);
  struct rule rule = {.kind = RULE_ADDRESS};
  check_address(L, 2, 3, "address", &rule.start);
  add_rule(L, list, &rule);
  return 0;
}

/* Whether start comes after end; addresses that cannot be compared come in no order. */
static bool comes_after(const struct address *start, const struct address *end) {
  if (start->version == end->version)
    return memcmp(start->bytes, end->bytes, sizeof start->bytes) > 0;
  const unsigned char *a = v4_of(start), *b = v4_of(end);
  return a != NULL && b != NULL && memcmp(a, b, 4) > 0;
}

/* Pushes the start of a range as node's inspect shows it: on one line, unless that is too long.
   `given` may be NULL. [-0, +1, m] */
static void describe_start(lua_State *L, const struct address *start,
                           const lnet_socketaddress *given) {
  enum { LONGEST_LINE = 80, UNSEEN = 19 }; /* node counts so much for braces and commas */
  char address[LNET_IP_TEXT_MAX], fields[4][LNET_IP_TEXT_MAX + 16];
  size_t len = UNSEEN;
  lnet_ip_format(start->version, start->bytes, address, sizeof address);
  snprintf(fields[0], sizeof fields[0], "address: '%s'", address);
  snprintf(fields[1], sizeof fields[1], "port: %d", given != NULL ? (int)given->port : 0);
  snprintf(fields[2], sizeof fields[2], "family: 'ipv%d'", (int)start->version);
  snprintf(fields[3], sizeof fields[3], "flowlabel: %d", given != NULL ? (int)given->flowlabel : 0);
  for (int i = 0; i < 4; i++)
    len += strlen(fields[i]);
  lua_pushfstring(L,
                  len > LONGEST_LINE ? "SocketAddress {\n  %s,\n  %s,\n  %s,\n  %s\n}"
                                     : "SocketAddress { %s, %s, %s, %s }",
                  fields[0], fields[1], fields[2], fields[3]);
}

/***
Blocks the addresses from start to end, both included. Source: node v20, blockList.addRange.
@function addRange
@tparam string|net.SocketAddress start
@tparam string|net.SocketAddress end
@tparam[opt="ipv4"] string family `"ipv4"` or `"ipv6"`
@raise `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_INVALID_ADDRESS`
*/
static int l_addRange(lua_State *L) {
  lnet_blocklist *list = check_list(L);
  struct rule rule = {.kind = RULE_RANGE};
  check_address(L, 2, 4, "start", &rule.start);
  check_address(L, 3, 4, "end", &rule.end);
  if (comes_after(&rule.start, &rule.end)) {
    describe_start(L, &rule.start, lnet_socketaddress_test(L, 2));
    return lnet_error_raise(L, "TypeError", "ERR_INVALID_ARG_VALUE",
                            "The argument 'start' must come before end. Received %s",
                            lua_tostring(L, -1));
  }
  add_rule(L, list, &rule);
  return 0;
}

/***
Blocks the addresses that begin as the network does. Source: node v20, blockList.addSubnet.
@function addSubnet
@tparam string|net.SocketAddress network
@tparam integer prefix bits, up to 32 or 128
@tparam[opt="ipv4"] string family `"ipv4"` or `"ipv6"`
@raise `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_INVALID_ADDRESS`, `ERR_OUT_OF_RANGE`
*/
static int l_addSubnet(lua_State *L) {
  lnet_blocklist *list = check_list(L);
  struct rule rule = {.kind = RULE_SUBNET};
  lua_settop(L, 4);
  check_address(L, 2, 4, "network", &rule.start);
  const double bits = lnet_check_number(L, 3, "prefix");
  const bool v4 = rule.start.version == 4;
  if (floor(bits) != bits || isinf(bits)) return lnet_check_range(L, 3, "prefix", "an integer");
  if (bits < 0 || bits > (v4 ? 32 : 128))
    return lnet_check_range(L, 3, "prefix", v4 ? ">= 0 && <= 32" : ">= 0 && <= 128");
  rule.bits = (uint8_t)bits;
  add_rule(L, list, &rule);
  return 0;
}

/***
Whether a rule applies to the address. Source: node v20, blockList.check.
@function check
@tparam string|net.SocketAddress address
@tparam[opt="ipv4"] string family `"ipv4"` or `"ipv6"`
@treturn boolean false for a text that is no address of that family
@raise `ERR_INVALID_ARG_TYPE`
*/
static int l_check(lua_State *L) {
  const lnet_blocklist *list = check_list(L);
  struct address address;
  int family = 0;
  const bool is = read_address(L, 2, 3, "address", &family, &address);
  lua_pushboolean(L, is && blocks(list, &address));
  return 1;
}

/* ---- the object ---- */

/* Pushes the rule as node writes it. [-0, +1, m] */
static void push_rule(lua_State *L, const struct rule *rule) {
  char start[LNET_IP_TEXT_MAX], end[LNET_IP_TEXT_MAX];
  const int version = rule->start.version;
  lnet_ip_format(version, rule->start.bytes, start, sizeof start);
  if (rule->kind == RULE_ADDRESS) {
    lua_pushfstring(L, "Address: IPv%d %s", version, start);
  } else if (rule->kind == RULE_SUBNET) {
    lua_pushfstring(L, "Subnet: IPv%d %s/%d", version, start, (int)rule->bits);
  } else {
    lnet_ip_format(rule->end.version, rule->end.bytes, end, sizeof end);
    lua_pushfstring(L, "Range: IPv%d %s-%s", version, start, end);
  }
}

/* The only property: `rules`, the newest first. */
static int get(lua_State *L, void *object, int number) {
  const lnet_blocklist *list = object;
  (void)number;
  lua_createtable(L, list->count < INT32_MAX ? (int)list->count : 0, 0);
  for (size_t i = 0; i < list->count; i++) {
    push_rule(L, &list->rules[list->count - 1 - i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/* A server may still have the list while the state is closed: it is empty then. */
static int l_gc(lua_State *L) {
  lnet_blocklist *list = lua_touserdata(L, 1);
  if (lua_rawlen(L, 1) < sizeof *list || list->kind != &kind)
    return 0; /* ours by debug.setmetatable alone */
  lnet_prefix_free(&list->v4);
  lnet_prefix_free(&list->v6);
  free(list->rules);
  list->rules = NULL;
  list->count = list->capacity = 0;
  return 0;
}

int lnet_l_newBlockList(lua_State *L) {
  lnet_ctx *ctx = lnet_ctx_of(L);
  lnet_blocklist *list = lua_newuserdatauv(L, sizeof *list, LNET_UV_COMMON);
  memset(list, 0, sizeof *list);
  list->kind = &kind;
  lnet_prefix_init(&list->v4);
  lnet_prefix_init(&list->v6);
  lua_rawgeti(L, LUA_REGISTRYINDEX, ctx->blocklist_meta_ref);
  lua_setmetatable(L, -2);
  return 1;
}

int lnet_l_isBlockList(lua_State *L) {
  lua_pushboolean(L, lnet_blocklist_test(L, lnet_ctx_of(L), 1) != NULL);
  return 1;
}

void lnet_blocklist_init(lua_State *L, lnet_ctx *ctx) {
  static const luaL_Reg methods[] = {{"addAddress", l_addAddress},
                                     {"addRange", l_addRange},
                                     {"addSubnet", l_addSubnet},
                                     {"check", l_check},
                                     {NULL, NULL}};
  static const lnet_property properties[] = {{"rules", 1, false}, {NULL, 0, false}};
  static const lnet_class_spec spec = {.name = "BlockList",
                                       .size = sizeof(lnet_blocklist),
                                       .kind_at = offsetof(lnet_blocklist, kind),
                                       .kind = &kind,
                                       .methods = methods,
                                       .properties = properties,
                                       .get = get,
                                       .gc = l_gc};
  lnet_class_new(L, ctx, &spec, &ctx->blocklist_meta, &ctx->blocklist_meta_ref);
}
