/* Class BlockList: rules about addresses, and whether one applies. */
#ifndef LNET_BLOCKLIST_H
#define LNET_BLOCKLIST_H

#include "ctx.h"

struct lnet_blocklist;

/* The list at idx, or NULL when it is something else. [-0, +0, -] */
const struct lnet_blocklist *lnet_blocklist_test(lua_State *L, const lnet_ctx *ctx, int idx);

/* The list at idx, NULL for nil; raises ERR_INVALID_ARG_TYPE for what is neither. [-0, +0, v] */
const struct lnet_blocklist *lnet_blocklist_opt(lua_State *L, const lnet_ctx *ctx, int idx,
                                                const char *name);

/* Whether a rule applies to the address; none does to what is no IP address. [-0, +0, -] */
bool lnet_blocklist_blocks(const struct lnet_blocklist *list, const struct sockaddr_storage *addr);

/* core.newBlockList() */
int lnet_l_newBlockList(lua_State *L);

/* core.isBlockList(value) */
int lnet_l_isBlockList(lua_State *L);

/* Pushes the class table of net.BlockList. [-0, +1, m] */
void lnet_blocklist_init(lua_State *L, lnet_ctx *ctx);

#endif
