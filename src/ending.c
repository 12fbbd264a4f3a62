/* The end of the writing half: finish(), the FIN, 'finish'. The steps are node v20's (finishMaybe,
   prefinish, and the socket's _final). */
#include "ending.h"
#include "call.h"
#include "entries.h"
#include "gather.h"
#include "immediate.h"
#include "os.h"
#include "owed.h"
#include "tick.h"
#include "writer.h"
#include <stdlib.h>

static bool need_finish(const lnet_stream *s) {
  return (s->w & (W_ENDING | W_FINISHED | W_WRITING)) == W_ENDING &&
         (s->s & (S_DESTROYED | S_ERROR_EMITTED | S_CLOSE_EMITTED | S_ERRORED)) == 0 &&
         !lnet_writer_buffered(s) && lnet_waiting(s) == 0;
}

/* Returns whether the stream is still in the same life. */
static bool finish(lnet_stream *s) {
  lnet_stream_rare(s)->pendingcb--;
  s->w |= W_FINISHED;
  if (!lnet_entries_call_finish(s, lnet_fault_of(LNET_FAULT_NONE)) ||
      !lnet_stream_tell(s, LNET_EV_FINISH))
    return false;
  if ((s->r & (R_END_EMITTED | R_DISABLED)) != 0)
    lnet_stream_destroy(s, lnet_fault_of(LNET_FAULT_NONE));
  return true;
}

static void finish_tick(lnet_object *object) {
  finish((lnet_stream *)object);
}

static void finish_if_needed_tick(lnet_object *object) {
  lnet_stream *s = (lnet_stream *)object;
  if (need_finish(s))
    finish(s);
  else
    lnet_stream_rare(s)->pendingcb--;
}

/* node's onFinish: the FIN is out, or failed. Returns whether finish_tick is due. */
static bool final_done(lnet_stream *s, int status) {
  if ((s->w & W_PREFINISHED) != 0) return false;
  lnet_stream_rare(s)->pendingcb--;
  if (status < 0) {
    lnet_stream_set_errored(s, lnet_fault_system(status, LNET_SYSCALL_SHUTDOWN));
    if (lnet_entries_call_finish(s, lnet_fault_of(LNET_FAULT_VALUE)))
      lnet_stream_destroy(s, lnet_fault_system(status, LNET_SYSCALL_SHUTDOWN));
    return false;
  }
  if (!need_finish(s)) return false;
  s->w |= W_PREFINISHED;
  if (!lnet_stream_tell(s, LNET_EV_PREFINISH)) return false;
  lnet_stream_rare(s)->pendingcb++;
  return true;
}

/* A uv_shutdown, malloc'ed. */
struct shutdown {
  uv_shutdown_t req;
  lnet_stream *stream;
  uint32_t life;
};

static void on_shutdown(uv_shutdown_t *req, int status) {
  struct shutdown *shutdown = LNET_CONTAINER(req, struct shutdown, req);
  lnet_stream *s = shutdown->stream;
  lnet_ctx *ctx = lnet_stream_ctx(s);
  const bool past = lnet_stream_is_past(s, shutdown->life);
  free(shutdown);
  (void)status; /* as node: what fails here shows in reading */
  if (ctx->shut || past) return;
  if (ctx->halted) {
    lnet_object_owe(&s->base.object, OWE_SHUTDOWN);
    return;
  }
  lnet_ending_resume(s);
  lnet_leave(ctx);
}

void lnet_ending_resume(lnet_stream *s) {
  if (final_done(s, 0)) lnet_stream_tick_last(s, finish_tick);
}

/* Whether to close the descriptor, which follows 'finish', sends the FIN as well: the other side
   has ended and nobody else has it. That is two system calls and a turn of the loop less. */
static bool close_is_fin(const lnet_stream *s) {
  return (s->r & (R_END_EMITTED | R_DISABLED)) == R_END_EMITTED && (s->s & S_SHARED) == 0;
}

bool lnet_ending_send_fin(lnet_stream *s) {
  if ((s->s & S_HANDLE) == 0 || (s->s & S_CONNECTING) != 0) {
    s->w |= W_FINAL_ON_CONNECT;
    return true;
  }
  if (close_is_fin(s)) { /* over when node's shutdown would be: before a poll, or behind this one */
    s->w |= W_CLOSE_IS_FIN;
    lnet_object_owe(&s->base.object, OWE_SHUTDOWN);
    lnet_immediate_soon(lnet_stream_ctx(s), false);
    return true;
  }
  int status = UV_ENOMEM;
  struct shutdown *shutdown = malloc(sizeof *shutdown);
  if (shutdown != NULL) {
    shutdown->stream = s;
    shutdown->life = lnet_stream_life(s);
    status = uv_shutdown(&shutdown->req, &s->h.stream, on_shutdown);
    if (status == 0) return true;
    free(shutdown);
  }
  const uint32_t life = lnet_stream_life(s);
  if (final_done(s, status == UV_ENOTCONN ? 0 : status)) lnet_stream_tick(s, finish_tick);
  return !lnet_stream_is_past(s, life);
}

void lnet_ending_share(lnet_stream *s) {
  uv_os_fd_t fd;
  s->s |= S_SHARED;
  if ((s->s & S_NAGLE_OFF) != 0) lnet_writer_nagle(s, true);
  if ((s->w & W_CLOSE_IS_FIN) != 0 && uv_fileno(&s->h.handle, &fd) == 0) lnet_os_send_fin((int)fd);
}

/* node's prefinish and finishMaybe. */
bool lnet_ending_maybe(lnet_stream *s, bool sync) {
  lnet_gather_flush(s);
  if (!need_finish(s)) return true;
  if ((s->w & (W_PREFINISHED | W_FINAL_CALLED)) == 0) {
    s->w |= W_FINAL_CALLED;
    lnet_stream_rare(s)->pendingcb++;
    if (!lnet_ending_send_fin(s)) return false;
  }
  if (lnet_stream_rare(s)->pendingcb != 0) return true;
  lnet_stream_rare(s)->pendingcb++;
  if (sync) {
    lnet_stream_tick(s, finish_if_needed_tick);
    return true;
  }
  return !need_finish(s) || finish(s);
}

void lnet_ending_begin(lnet_stream *s) {
  lnet_writer_uncork(s);
  if ((s->w & W_ENDING) != 0 || (s->s & S_ERRORED) != 0) return;
  s->w |= W_ENDING;
  if (lnet_ending_maybe(s, true)) s->w |= W_ENDED;
}
