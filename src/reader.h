/* The reading half of a stream: node's Readable, as a socket's user sees it. */
#ifndef LNET_READER_H
#define LNET_READER_H

#include "stream.h"

/* Asks for bytes without taking any: node's read(0). [-0, +0, -] */
void lnet_reader_read0(lnet_stream *s);

/* Starts uv_read_start unless it is in force. [-0, +0, -] */
void lnet_reader_start(lnet_stream *s);

/* The connection is there: what was asked for before starts now. [-0, +0, -] */
void lnet_reader_connected(lnet_stream *s);

/* A listener of the stream at idx was added or removed. [-0, +0, m] */
void lnet_reader_added(lua_State *L, int idx, void *stream, int event);
void lnet_reader_removed(lua_State *L, int idx, void *stream, int event);

/* Undecided, paused or flowing: node's resume() and pause() behind their events. [-0, +0, -] */
void lnet_reader_resume(lnet_stream *s);
/* Returns whether 'pause' is due. [-0, +0, -] */
bool lnet_reader_pause(lnet_stream *s);

/* Methods, with the stream at 1. [-0, +1, e] */
int lnet_l_read(lua_State *L);
int lnet_l_pause(lua_State *L);
int lnet_l_resume(lua_State *L);
int lnet_l_isPaused(lua_State *L);
int lnet_l_setEncoding(lua_State *L);
int lnet_l_unshift(lua_State *L);

#endif
