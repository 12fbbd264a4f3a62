/* Properties of a socket, for its class (socket.c). */
#ifndef LNET_PROPERTIES_H
#define LNET_PROPERTIES_H

#include "class.h"

struct lnet_stream;

extern const lnet_property lnet_properties[];
int lnet_properties_get(lua_State *L, void *object, int number);
void lnet_properties_set(lua_State *L, void *object, int number);

/* Keeps the number at `value` as the property `timeout` of the socket at 1. [-0, +0, m] */
void lnet_properties_set_timeout(lua_State *L, struct lnet_stream *s, int value);

/* Pushes the own address, or an empty table. [-0, +1, m] */
void lnet_properties_push_address(lua_State *L, const struct lnet_stream *s);

/* The properties `readable` and `writable`. [-0, +0, -] */
bool lnet_properties_readable(const struct lnet_stream *s);
bool lnet_properties_writable(const struct lnet_stream *s);

#endif
