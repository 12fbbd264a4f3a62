/* The queue of a writer: bytes and callbacks that wait. */
#ifndef LNET_ENTRIES_H
#define LNET_ENTRIES_H

#include "stream.h"

/* Bytes or a callback that wait in the writer. */
typedef struct lnet_entry {
  const char *base;
  size_t len;
  char *owned;   /* malloc'ed bytes, else NULL: anchored in COLD_QUEUE */
  uint64_t end;  /* position in all bytes given to the kernel, for gathered ones */
  uint32_t slot; /* where its Lua values are, if it is anchored */
  uint8_t flags;
} lnet_entry;

/* The uv_write of a stream. When another life of the stream begins while libuv still has it, it
   goes on alone, with the bytes that it was given. */
typedef struct lnet_write_request {
  uv_write_t req;
  lnet_stream *stream;
  bool aside;          /* it belongs to an earlier life; then: */
  lnet_entry *block;   /* malloc'ed */
  lnet_entry *entries; /* in block: `count` of them */
  uint32_t count;
} lnet_write_request;

enum {
  E_CALLBACK = 1,
  E_DONE = 2,    /* sent; its callback waits for a tick */
  E_FAILED = 4,  /* its callback waits for a tick and gets the error */
  E_BATCH = 8,   /* the first of those that one tick calls */
  E_COUNTS = 16, /* in pendingcb */
  E_ANCHORED = 32,
  E_LOST = 64,    /* its bytes were never tried: they wait until its callback is called */
  E_STRING = 256, /* (to lnet_writer_put) the bytes are those of the string at 2 of the write on
                     ctx->L: what waits can be anchored */
  E_COPY = 128,   /* (to lnet_writer_put) the bytes may change: what waits is a copy */
  E_SAME = 512,   /* (to lnet_writer_put) the callback equals the one queued last */
};

/* W_QUEUE is what the queue is: called when it or the cork may have gone. [-0, +0, -] */
static inline void lnet_entries_note(lnet_stream *s) {
  if (s->cold->count == 0 && s->cold->corked == 0) s->w &= ~(uint32_t)W_QUEUE;
}

/* So many corks are left. Those that the life before has left, and the next one drops, are the last
   to be undone. [-0, +0, -] */
static inline void lnet_entries_set_corks(lnet_stream *s, uint32_t corks) {
  lnet_cold *cold = s->cold;
  cold->corked = corks;
  if (cold->old_corks > corks) cold->old_corks = corks;
  lnet_entries_note(s);
}

/* Makes room for `more` entries. Returns 0 or UV_ENOMEM. [-0, +0, -] */
int lnet_entries_reserve(lnet_stream *s, uint32_t more);

/* Room for an entry whose bytes are copied, and for what a flush of gathered bytes may leave. */
int lnet_entries_reserve_rest(lnet_stream *s);

/* Makes room for one entry of the stream at 1, with the chunk at index `chunk` and the callback at
   index `callback` (0: none) anchored. A memory error leaves nothing that counts. [-0, +0, m] */
void lnet_entries_anchor(lua_State *L, lnet_stream *s, int chunk, int callback);

/* No entry was needed: lets go of what was anchored. [-0, +0, -] */
void lnet_entries_unanchor(lua_State *L, const lnet_stream *s);

/* Anchors the string at 2 of the write on ctx->L, of which a part has left. Returns whether there
   was memory for that. [-0, +0, -] */
bool lnet_entries_anchor_string(const lnet_stream *s);

/* Adds an entry, for which there is room. [-0, +0, -] */
void lnet_entries_append(lnet_stream *s, lnet_entry entry);

/* The same for bytes that may have to be copied. Returns false where there is no memory. */
bool lnet_entries_append_bytes(lnet_stream *s, const char *base, size_t len, unsigned flags);

/* Marks the entries in flight as settled. Returns their number; *callbacks: some have one. */
uint32_t lnet_entries_settle(lnet_stream *s, uint8_t mark, bool *callbacks);

/* Takes settled entries out of the queue and calls their callbacks, each of them: what one raises
   is kept, the others are still called. A fault of kind VALUE is the stream's error. Where there is
   no memory even to begin a call, callbacks are lost: net.run tells. [-0, +0, -] */
void lnet_entries_call_back(lnet_stream *s, uint32_t first, uint32_t count, lnet_fault fault);

/* The last `count` settled entries have no callback: they leave the queue. [-0, +0, -] */
void lnet_entries_forget(lnet_stream *s, uint32_t count);

/* Calls the callbacks of finish(). Returns whether the stream is still in the same life.
   [-0, +0, -] */
bool lnet_entries_call_finish_some(lnet_stream *s, lnet_fault fault); /* where there are some */
static inline bool lnet_entries_call_finish(lnet_stream *s, lnet_fault fault) {
  return (s->w & W_ON_FINISHED) == 0 || lnet_entries_call_finish_some(s, fault);
}

/* Drops entries and their memory, without Lua. [-0, +0, -] */
void lnet_entries_free(lnet_stream *s);

/* Pushes a sequence of the callbacks that still wait, of writes and of finish(), each with the
   value that it gets behind it (false: no error); or nil. The stream is at idx. [-0, +1, m] */
void lnet_entries_push_owed(lua_State *L, int idx, lnet_stream *s);

/* Whether libuv has a write of the entries in flight. [-0, +0, -] */
bool lnet_entries_in_libuv(const lnet_stream *s);

/* Empties the queue for another life of the stream. What libuv has goes on with its request; its
   strings are in COLD_ASIDE by then. [-0, +0, -] */
void lnet_entries_put_aside(lnet_stream *s);

/* libuv has done with a request of an earlier life. [-0, +0, -] */
void lnet_entries_free_aside(lnet_write_request *request);

#endif
