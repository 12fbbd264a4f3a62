/* The pipes of one source, in order. To add one, to take one out and to see whether one waits for
   its destination costs the same however many there are. */
#ifndef LNET_PIPES_H
#define LNET_PIPES_H

#include "stream.h"

typedef struct lnet_pipe {
  lnet_native native;
  lnet_stream *source;
  lnet_stream *dest; /* NULL: an object whose methods are the user's */
  bool ends;         /* the source's end finishes the destination */
  bool listed;       /* it is among those of its source */
  bool cleaned_up;
  bool waiting;     /* for 'drain', so the source is paused */
  bool hears_drain; /* listens to it */
  bool in_life;     /* life is known: dest was not destroyed */
  uint32_t life;    /* of dest, in which this pipe ends */
} lnet_pipe;

/* User values of a pipe. The last one only where dest is NULL. */
enum {
  UV_PIPE_SOURCE = 1,
  UV_PIPE_DEST = 2,
  UV_PIPE_NEXT = 3, /* the pipe of the same source behind this one */
  UV_PIPE_BEFORE = 4,
  UV_PIPE_SAME = 5,     /* the next one to the same destination */
  UV_PIPE_FUNCTIONS = 6 /* a table event -> function */
};

static inline lnet_pipe *lnet_pipe_at(lua_State *L, int idx) {
  return lua_touserdata(L, idx);
}

/* Replaces the pipe on top by the one behind it, or nil; order: UV_PIPE_NEXT or UV_PIPE_SAME.
   [-1, +1, -] */
void lnet_pipes_step(lua_State *L, int order);

/* Adds the pipe at `self` at the end. [-0, +0, m] */
void lnet_pipes_append(lua_State *L, int source, int self);

/* So many more, or less, of the pipes wait: called where `waiting` of a listed one is changed.
   [-0, +0, -] */
void lnet_pipes_count_waiting(lua_State *L, int source, int change);

/* Whether there is one. [-0, +0, -] */
bool lnet_pipes_some(lua_State *L, int source);

/* Whether one of them waits. [-0, +0, -] */
bool lnet_pipes_some_wait(lua_State *L, int source);

/* Pushes the first pipe to the value at `dest`, or nil. [-0, +1, -] */
void lnet_pipes_push_to(lua_State *L, int source, int dest);

/* Takes out the first pipe to the value at `dest`. Pushes it, or nil. [-0, +1, -] */
void lnet_pipes_take_out(lua_State *L, int source, int dest);

/* Takes all out. Pushes the first one, from which one goes on with UV_PIPE_NEXT, or nil.
   [-0, +1, -] */
void lnet_pipes_take_all(lua_State *L, int source);

#endif
