/* Stream to stream in C. What a pipe is, and when it pauses and ends, is in pipe.lua; here is only
   what runs for each chunk. */
#include "pipe.h"
#include "call.h"
#include "check.h"
#include "error.h"
#include "writer.h"

/* Upvalues of the listener, behind the context. */
enum { UP_DEST = 2, UP_PAUSE = 3 };

/* The listener: dest:write(chunk), or pause(). */
static int l_data(lua_State *L) {
  lua_settop(L, 1);
  lua_getfield(L, lua_upvalueindex(UP_DEST), "write");
  lua_pushvalue(L, lua_upvalueindex(UP_DEST));
  lua_pushvalue(L, 1);
  lua_call(L, 2, 1);
  if (lua_isboolean(L, -1) && !lua_toboolean(L, -1)) {
    lua_pushvalue(L, lua_upvalueindex(UP_PAUSE));
    lua_call(L, 0, 0);
  }
  return 0;
}

int lnet_l_pipeListener(lua_State *L) {
  lua_settop(L, 2);
  lnet_check_function(L, 2, "pause");
  lua_pushlightuserdata(L, lnet_ctx_of(L));
  lua_insert(L, 1);
  lua_pushcclosure(L, l_data, 3);
  return 1;
}

void lnet_pipe_hot_changed(lua_State *L, void *stream) {
  lnet_stream *s = stream;
  s->pipe_to = NULL;
  if (lua_tocfunction(L, -1) != l_data || lua_getupvalue(L, -1, UP_DEST) == NULL) return;
  s->pipe_to = lnet_stream_test(L, -1);
  lua_pop(L, 1);
}

/* Protected: calls the listener's pause(). [-0, +0, e] */
static int body_pause(lua_State *L) {
  const lnet_stream *s = lua_touserdata(L, 1);
  lnet_object_push(L, &s->base.object);
  lua_getiuservalue(L, -1, LNET_UV_HOT);
  if (lua_tocfunction(L, -1) != l_data) return 0;
  lua_getupvalue(L, -1, UP_PAUSE);
  lua_call(L, 0, 0);
  return 0;
}

bool lnet_pipe_feed(lnet_stream *s, const char *base, size_t len) {
  lnet_stream *dest = s->pipe_to;
  if ((dest->w & W_ENDING) != 0 || (dest->s & (S_DESTROYED | S_OWN_WRITE)) != 0 ||
      dest->default_encoding != LNET_ENCODING_BYTES || dest->base.object.holds == 0)
    return false;
  s->r |= R_DATA_EMITTED;
  if (!lnet_writer_put_now(dest, base, len)) lnet_enter(lnet_stream_ctx(s), body_pause, s);
  return true;
}
