/* What waits in a writer: one queue of entries, in order settled ones (sent or failed, their
   callbacks due by a tick), those in flight (in one uv_write, or waiting for the connection), and
   buffered ones. Their strings and callbacks are in COLD_QUEUE. */
#include "entries.h"
#include "call.h"
#include "error.h"
#include <stdlib.h>
#include <string.h>

/* Entries that the block has room for while it is kept for an empty queue, and slots likewise. */
enum { LEAST = 8, KEPT = 64 };

/* What the block has room for, with what is passed over at its front. */
static uint32_t block_size(const lnet_cold *cold) {
  return (uint32_t)(cold->entries - cold->block) + cold->capacity;
}

/* Moves the queue to the front of its block, or (size: another one) to a new block. Returns 0 or
   UV_ENOMEM. [-0, +0, -] */
static int move_to(lnet_cold *cold, uint32_t size) {
  lnet_entry *block = cold->block;
  if (size != block_size(cold)) block = malloc(size * sizeof *block);
  if (block == NULL) return UV_ENOMEM;
  if (cold->count > 0) memmove(block, cold->entries, cold->count * sizeof *block);
  if (block != cold->block) free(cold->block);
  cold->block = cold->entries = block;
  cold->capacity = size;
  return 0;
}

int lnet_entries_reserve(lnet_stream *s, uint32_t more) {
  const int status = lnet_stream_need_cold(s);
  if (status != 0) return status;
  lnet_cold *cold = s->cold;
  if (cold->capacity - cold->count >= more) return 0;
  if (cold->write == NULL) cold->write = malloc(sizeof *cold->write);
  if (cold->write == NULL || cold->count > UINT32_MAX / 4) return UV_ENOMEM;
  uint32_t size = block_size(cold);
  if (size == 0) return move_to(cold, LEAST);
  if (size - cold->count < more || size / 2 < cold->count) return move_to(cold, 2 * size);
  if (size > KEPT && cold->count < size / 8 && move_to(cold, size / 2) == 0) return 0;
  return move_to(cold, size); /* half of it or more is free, in front */
}

/* One more than asked, for what a flush of gathered bytes may leave. */
int lnet_entries_reserve_rest(lnet_stream *s) {
  return lnet_entries_reserve(s, 2);
}

/* ---- slots ----
   Each anchored entry has a slot: two places of the table COLD_QUEUE, with its chunk and its
   callback. Slots are used again, so that the table is no larger than the queue has been. The first
   place of a free one has the number of the next free one, 0 for none; numbers begin at 1. */

/* Whether a slot can be had without memory. [-0, +0, -] */
static bool has_slot(const lnet_cold *cold) {
  return cold->reserved != 0 || cold->free_slot != 0;
}

/* Puts the values at `chunk` and `callback` (0: none) into the slot that the next anchored entry
   takes. The table is on top. Where it has a slot already, memory is not needed. [-0, +0, m] */
static void fill_slot(lua_State *L, lnet_cold *cold, int chunk, int callback) {
  const bool new = !has_slot(cold);
  const lua_Integer slot = cold->reserved != 0 ? cold->reserved
                           : new               ? cold->slots + 1
                                               : cold->free_slot;
  if (cold->reserved == 0 && !new) {
    lua_rawgeti(L, -1, 2 * slot);
    cold->free_slot = (uint32_t)lua_tointeger(L, -1);
    lua_pop(L, 1);
    cold->reserved = (uint32_t)slot;
  }
  if (callback != 0)
    lua_pushvalue(L, callback);
  else
    lua_pushboolean(L, 0);
  lua_rawseti(L, -2, 2 * slot + 1);
  lua_pushvalue(L, chunk);
  lua_rawseti(L, -2, 2 * slot);
  cold->reserved = (uint32_t)slot;
  if (new) cold->slots++;
}

/* The slot is free again. The table is on top. [-0, +0, -] */
static void free_slot(lua_State *L, lnet_cold *cold, uint32_t slot) {
  lua_pushinteger(L, cold->free_slot);
  lua_rawseti(L, -2, 2 * (lua_Integer)slot);
  lua_pushboolean(L, 0);
  lua_rawseti(L, -2, 2 * (lua_Integer)slot + 1);
  cold->free_slot = slot;
}

void lnet_entries_anchor(lua_State *L, lnet_stream *s, int chunk, int callback) {
  lnet_class_part(L, 1, COLD_QUEUE); /* first: a finalizer may write */
  lnet_stream_check_cold(L, 1, s);
  if (lnet_entries_reserve(s, 2) != 0) lnet_error_memory(L);
  fill_slot(L, s->cold, chunk, callback);
  lua_pop(L, 1);
}

/* No entry was needed: lets go of what was reserved. [-0, +0, -] */
void lnet_entries_unanchor(lua_State *L, const lnet_stream *s) {
  lnet_cold *cold = s->cold;
  if (cold->reserved == 0) return;
  lua_getiuservalue(L, 1, LNET_UV_MORE);
  lua_rawgeti(L, -1, COLD_QUEUE);
  free_slot(L, cold, cold->reserved);
  cold->reserved = 0;
  lua_pop(L, 2);
}

void lnet_entries_append(lnet_stream *s, lnet_entry entry) {
  lnet_cold *cold = s->cold;
  lnet_assert(cold->count < cold->capacity);
  if ((entry.flags & E_ANCHORED) != 0) {
    lnet_assert(cold->reserved != 0);
    entry.slot = cold->reserved;
    cold->reserved = 0;
  }
  cold->entries[cold->count++] = entry;
  s->w |= W_QUEUE;
}

/* Protected: makes room for the chunk at 2 of the stream at 1. [-0, +0, m] */
static int body_reserve(lua_State *L) {
  lnet_entries_anchor(L, lua_touserdata(L, 1), 2, 0);
  return 0;
}

/* Anchors the chunk at 2 of the stream at 1 where that takes no memory. Returns whether it did.
   [-0, +0, -] */
static bool anchor_without_memory(lua_State *L, const lnet_stream *s) {
  const int top = lua_gettop(L);
  const bool can = s->cold != NULL && has_slot(s->cold);
  if (can) {
    lua_getiuservalue(L, 1, LNET_UV_MORE);
    lua_rawgeti(L, -1, COLD_QUEUE);
    fill_slot(L, s->cold, 2, 0);
  }
  lua_settop(L, top);
  return can;
}

/* Anchors the string of the write on ctx->L, of which a part has left. Returns whether there was
   memory for that. No finalizer of the user's may run in it: its writes would come between the two
   parts. The collector works where tables are made and where the stack grows. [-0, +0, -] */
bool lnet_entries_anchor_string(const lnet_stream *s) {
  lua_State *L = lnet_stream_ctx(s)->L;
  if (anchor_without_memory(L, s)) return true;
  const bool stop = lua_gc(L, LUA_GCISRUNNING) == 1;
  if (stop) lua_gc(L, LUA_GCSTOP);
  lua_pushcfunction(L, body_reserve);
  lua_pushvalue(L, 1);
  lua_pushvalue(L, 2);
  const bool ok = lua_pcall(L, 2, 0, 0) == LUA_OK;
  if (!ok) lua_pop(L, 1);
  if (stop) lua_gc(L, LUA_GCRESTART);
  return ok;
}

/* An entry for bytes that may have to be copied. Returns false where there is no memory. */
bool lnet_entries_append_bytes(lnet_stream *s, const char *base, size_t len, unsigned flags) {
  lnet_entry entry = {base, len, NULL,
                      0,    0,   (uint8_t)((flags & (E_CALLBACK | E_ANCHORED)) | E_COUNTS)};
  if (((flags & E_ANCHORED) == 0 || (flags & E_COPY) != 0) && len > 0) {
    entry.owned = malloc(len);
    if (entry.owned == NULL) return false;
    memcpy(entry.owned, base, len);
    entry.base = entry.owned;
  }
  lnet_entries_append(s, entry);
  return true;
}

/* Removes the first entry, which is settled. Its Lua values are let go by who calls this. */
static lnet_entry take(lnet_cold *cold) {
  const lnet_entry entry = cold->entries[0];
  lnet_assert(cold->settled > 0);
  if ((entry.flags & E_LOST) != 0) {
    cold->waiting -= entry.len;
    cold->told += entry.len;
  }
  free(entry.owned);
  cold->settled--;
  cold->count--;
  cold->entries++; /* many may wait: none is moved */
  cold->capacity--;
  lnet_entries_note(cold->stream);
  return entry;
}

/* Reverses the order of `count` entries. */
static void reverse(lnet_entry *entries, uint32_t count) {
  for (uint32_t i = 0; i < count / 2; i++) {
    const lnet_entry entry = entries[i];
    entries[i] = entries[count - 1 - i];
    entries[count - 1 - i] = entry;
  }
}

/* Brings `count` entries from `first` on in front of the others. */
static void bring_to_front(lnet_cold *cold, uint32_t first, uint32_t count) {
  if (first == 0 || count == 0) return;
  reverse(cold->entries, first);
  reverse(cold->entries + first, count);
  reverse(cold->entries, first + count);
}

/* Gives back what a burst of writes has left, once the queue is empty. [-0, +0, -] */
static void give_back(lnet_stream *s) {
  lnet_cold *cold = s->cold;
  if (cold == NULL || cold->count > 0) return;
  const uint32_t size = block_size(cold);
  if (size > KEPT) {
    free(cold->block);
    cold->block = cold->entries = NULL;
    cold->capacity = 0;
  }
  if (cold->slots <= KEPT) return;
  lua_State *L = lnet_stream_ctx(s)->L;
  const int top = lua_gettop(L);
  lnet_object_push(L, &s->base.object);
  lua_getiuservalue(L, -1, LNET_UV_MORE);
  lua_pushnil(L);
  lua_rawseti(L, -2, COLD_QUEUE);
  lua_settop(L, top);
  cold->slots = cold->free_slot = cold->reserved = 0;
}

/* Frees the bytes of entries. [-0, +0, -] */
static void free_owned(const lnet_entry *entries, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    free(entries[i].owned);
}

void lnet_entries_free(lnet_stream *s) {
  lnet_cold *cold = s->cold;
  free_owned(cold->entries, cold->count);
  free(cold->block);
  free(cold->write);
  cold->block = cold->entries = NULL;
  cold->write = NULL;
  cold->count = cold->capacity = cold->settled = cold->inflight = 0;
  lnet_entries_note(s);
}

/* ---- another life of the stream ---- */

/* Pushes the value that the callback of an entry gets because the stream's life is over, or (it was
   sent) false. The stream is at idx. [-0, +1, m] */
static void push_outcome(lua_State *L, int idx, lnet_stream *s, uint32_t at) {
  const lnet_cold *cold = s->cold;
  const bool errored = (s->s & S_ERRORED) != 0;
  if (at < cold->settled && (cold->entries[at].flags & (E_FAILED | E_LOST)) == 0)
    lua_pushboolean(L, 0);
  else if (at >= cold->settled && at < cold->settled + cold->inflight)
    lnet_fault_push(L, (s->w & W_PENDING_CONNECT) != 0
                           ? lnet_fault_of(LNET_FAULT_CLOSED_BEFORE_CONNECTION)
                           : lnet_fault_system(UV_ECANCELED, LNET_SYSCALL_WRITE));
  else if (errored)
    lnet_stream_push_errored(L, idx, s);
  else
    lnet_fault_push(L, lnet_fault_of(LNET_FAULT_DESTROYED_WRITE));
}

/* Appends the function on top and the value below it to the sequence at `list`. [-2, +0, m] */
static void append_call(lua_State *L, int list) {
  const lua_Integer len = (lua_Integer)lua_rawlen(L, list);
  lua_rawseti(L, list, len + 1);
  lua_rawseti(L, list, len + 2);
}

static void append_writes(lua_State *L, int idx, lnet_stream *s, int list) {
  const int top = lua_gettop(L);
  const uint32_t count = s->cold != NULL ? s->cold->count : 0;
  if (count == 0) return;
  lnet_class_part(L, idx, COLD_QUEUE);
  for (uint32_t i = 0; i < count; i++) {
    const lnet_entry *entry = &s->cold->entries[i];
    if ((entry->flags & E_CALLBACK) == 0) continue;
    push_outcome(L, idx, s, i);
    lua_rawgeti(L, top + 1, 2 * (lua_Integer)entry->slot + 1);
    append_call(L, list);
  }
  lua_settop(L, top);
}

static void append_finishes(lua_State *L, int idx, lnet_stream *s, int list) {
  const int top = lua_gettop(L);
  if ((s->w & W_ON_FINISHED) == 0) return;
  lnet_class_part(L, idx, COLD_FINISH);
  const lua_Integer count = (lua_Integer)lua_rawlen(L, top + 1);
  for (lua_Integer i = 1; i <= count; i++) {
    if ((s->s & S_ERRORED) != 0)
      lnet_stream_push_errored(L, idx, s);
    else
      lnet_fault_push(L, lnet_fault_of(LNET_FAULT_DESTROYED_END));
    lua_rawgeti(L, top + 1, i);
    append_call(L, list);
  }
  lua_settop(L, top);
}

void lnet_entries_push_owed(lua_State *L, int idx, lnet_stream *s) {
  idx = lua_absindex(L, idx);
  lua_newtable(L);
  const int list = lua_gettop(L);
  append_writes(L, idx, s, list);
  append_finishes(L, idx, s, list);
  if (lua_rawlen(L, list) > 0) return;
  lua_pop(L, 1);
  lua_pushnil(L);
}

bool lnet_entries_in_libuv(const lnet_stream *s) {
  return (s->w & (W_WRITING | W_PENDING_CONNECT)) == W_WRITING &&
         (s->base.object.owed & OWE_WRITE) == 0 && s->cold->inflight > 0;
}

void lnet_entries_put_aside(lnet_stream *s) {
  lnet_cold *cold = s->cold;
  if (lnet_entries_in_libuv(s)) {
    lnet_write_request *write = cold->write;
    write->aside = true;
    write->block = cold->block;
    write->entries = cold->entries;
    write->count = cold->count;
    cold->write = NULL;
    cold->block = cold->entries = NULL;
    cold->capacity = 0;
  } else {
    free_owned(cold->entries, cold->count);
  }
  s->base.object.owed &= (uint8_t)~OWE_WRITE;
  cold->count = cold->settled = cold->inflight = 0;
  cold->slots = cold->free_slot = cold->reserved = 0; /* their table goes, too */
  cold->waiting = cold->write_len = cold->pending_data = cold->last_queue_size = 0;
  cold->told = cold->told_last = 0;
  lnet_entries_note(s);
}

void lnet_entries_free_aside(lnet_write_request *request) {
  const lnet_stream *s = request->stream;
  lua_State *L = lnet_stream_ctx(s)->L;
  free_owned(request->entries, request->count);
  free(request->block);
  free(request);
  if (lnet_stream_ctx(s)->shut) return;
  lnet_object_push(L, &s->base.object);
  lnet_class_forget(L, -1, COLD_ASIDE);
  lua_pop(L, 1);
}

/* ---- settling ---- */

/* Marks the entries in flight as settled. Returns their number; *callbacks: some have one. */
uint32_t lnet_entries_settle(lnet_stream *s, uint8_t mark, bool *callbacks) {
  lnet_cold *cold = s->cold;
  const uint32_t count = cold != NULL ? cold->inflight : 0;
  *callbacks = false;
  for (uint32_t i = 0; i < count; i++) {
    lnet_entry *entry = &cold->entries[cold->settled + i];
    entry->flags |= mark;
    if ((entry->flags & E_CALLBACK) != 0) *callbacks = true;
  }
  if (count > 0) {
    cold->settled += count;
    cold->inflight = 0;
  }
  return count;
}

/* ---- calling back ---- */

struct calls {
  lnet_stream *stream;
  uint32_t life;    /* of the stream, when this began */
  uint32_t count;   /* settled entries at the front: they stay so until they are taken out */
  lnet_fault fault; /* for the callbacks; VALUE: the stream's error */
  bool more;        /* an error was raised in between: there are callbacks left */
};

/* Lets go of the Lua values of an entry that was anchored, pushing its callback. The stream is at
   `idx`. [-0, +1, -] */
static void push_callback(lua_State *L, int idx, lnet_cold *cold, const lnet_entry *entry) {
  lua_getiuservalue(L, idx, LNET_UV_MORE);
  lua_rawgeti(L, -1, COLD_QUEUE);
  lua_rawgeti(L, -1, 2 * (lua_Integer)entry->slot + 1);
  lua_insert(L, -3);
  free_slot(L, cold, entry->slot);
  lua_pop(L, 2);
}

static bool some_settled(const lnet_stream *s) {
  return s->cold != NULL && s->cold->settled > 0;
}

/* Protected: takes entries out and calls back until one callback raises, or has begun another life
   of the stream: what is left has been put aside then, to be told. [-0, +0, e] */
static int body_calls(lua_State *L) {
  struct calls *c = lua_touserdata(L, 1);
  lnet_stream *s = c->stream;
  const int error = 3; /* one for all of them: a traceback costs more than a call */
  lnet_object_push(L, &s->base.object);
  if (c->fault.kind == LNET_FAULT_VALUE)
    lnet_stream_push_errored(L, 2, s);
  else
    lnet_fault_push(L, c->fault);
  while (c->count > 0 && !lnet_stream_is_past(s, c->life)) {
    /* A callback may have emitted 'connect' or 'close', which calls back all that is settled. */
    if (!some_settled(s)) {
      c->count = 0;
      break;
    }
    const lnet_entry entry = take(s->cold);
    c->count--;
    if ((entry.flags & E_COUNTS) != 0) lnet_stream_rare(s)->pendingcb--;
    if ((entry.flags & E_ANCHORED) == 0) continue;
    push_callback(L, 2, s->cold, &entry);
    if ((entry.flags & E_CALLBACK) != 0) {
      lua_pushvalue(L, error);
      lua_call(L, 1, 0);
    }
    lua_settop(L, error);
  }
  return 0;
}

/* Takes the first entry out without a call. [-0, +0, -] */
static void drop(lnet_stream *s) {
  lua_State *L = lnet_stream_ctx(s)->L;
  const int top = lua_gettop(L);
  const lnet_entry entry = take(s->cold);
  if ((entry.flags & E_COUNTS) != 0) lnet_stream_rare(s)->pendingcb--;
  if ((entry.flags & E_ANCHORED) != 0) {
    lnet_object_push(L, &s->base.object);
    push_callback(L, top + 1, s->cold, &entry);
  }
  lua_settop(L, top);
}

/* Takes settled entries out of the queue and calls their callbacks, each of them: what one raises
   is kept, the others are still called. Where there is no memory even to begin a call, callbacks
   are lost: net.run tells. [-0, +0, -] */
void lnet_entries_call_back(lnet_stream *s, uint32_t first, uint32_t count, lnet_fault fault) {
  struct calls c = {s, lnet_stream_life(s), count, fault, false};
  if (count > 0) bring_to_front(s->cold, first, count);
  while (c.count > 0 && !lnet_stream_is_past(s, c.life)) {
    const uint32_t before = c.count;
    if (lnet_enter(lnet_stream_ctx(s), body_calls, &c) || c.count < before) continue;
    if (some_settled(s)) drop(s);
    c.count--;
  }
  give_back(s);
}

/* Protected: calls the callbacks of finish() with the fault, also those that are left when one of
   them begins another life of the stream. [-0, +0, e] */
static int body_finish_calls(lua_State *L) {
  struct calls *c = lua_touserdata(L, 1);
  lnet_object_push(L, &c->stream->base.object);
  lua_getiuservalue(L, 2, LNET_UV_MORE);
  lua_rawgeti(L, 3, COLD_FINISH);
  if (c->fault.kind == LNET_FAULT_VALUE)
    lnet_stream_push_errored(L, 2, c->stream);
  else
    lnet_fault_push(L, c->fault);
  if (c->count == 0) c->count = (uint32_t)lua_rawlen(L, 4);
  const lua_Integer len = c->count;
  for (lua_Integer i = 1; i <= len; i++) {
    if (lua_rawgeti(L, 4, i) == LUA_TBOOLEAN) { /* called before an error ended this */
      lua_settop(L, 5);
      continue;
    }
    lua_pushboolean(L, 0);
    lua_rawseti(L, 4, i);
    c->more = true;
    lua_pushvalue(L, 5);
    lua_call(L, 1, 0);
    lua_settop(L, 5);
  }
  const lua_Integer all = (lua_Integer)lua_rawlen(L, 4);
  for (lua_Integer i = 1; i <= all; i++) { /* what was added meanwhile is for another end */
    lua_rawgeti(L, 4, len + i);
    lua_rawseti(L, 4, i);
  }
  c->more = false;
  return 0;
}

bool lnet_entries_call_finish_some(lnet_stream *s, lnet_fault fault) {
  s->w &= ~(uint32_t)W_ON_FINISHED;
  struct calls c = {s, lnet_stream_life(s), 0, fault, false};
  do {
    c.more = false;
    lnet_enter(lnet_stream_ctx(s), body_finish_calls, &c);
  } while (c.more);
  return !lnet_stream_is_past(s, c.life);
}

/* The last `count` settled entries have no callback: they leave the queue. */
void lnet_entries_forget(lnet_stream *s, uint32_t count) {
  lnet_cold *cold = s->cold;
  if (count == 0) return;
  const uint32_t first = cold->settled - count;
  lua_State *L = lnet_stream_ctx(s)->L;
  const int top = lua_gettop(L);
  lnet_object_push(L, &s->base.object);
  for (uint32_t i = 0; i < count; i++) {
    const lnet_entry *entry = &cold->entries[first + i];
    if ((entry->flags & E_ANCHORED) != 0) push_callback(L, top + 1, cold, entry);
    free(entry->owned);
    lua_settop(L, top + 1);
  }
  lua_settop(L, top);
  memmove(cold->entries + first, cold->entries + first + count,
          (cold->count - first - count) * sizeof *cold->entries);
  cold->settled -= count;
  cold->count -= count;
  lnet_entries_note(s);
  give_back(s);
}
