/* What waits in a writer: one queue of entries, in order settled ones (sent or failed, their
   callbacks due by a tick), those in flight (in one uv_write, or waiting for the connection), and
   buffered ones. Their strings and callbacks are in COLD_QUEUE. */
#include "entries.h"
#include "call.h"
#include "error.h"
#include <stdlib.h>
#include <string.h>

int lnet_entries_reserve(lnet_stream *s, uint32_t more) {
  const int status = lnet_stream_need_cold(s);
  if (status != 0) return status;
  lnet_cold *cold = s->cold;
  if (cold->capacity - cold->count >= more) return 0;
  if (cold->write == NULL) cold->write = malloc(sizeof *cold->write);
  if (cold->write == NULL) return UV_ENOMEM;
  const uint32_t size = (uint32_t)(cold->entries - cold->block) + cold->capacity;
  if (size - cold->count < more || size / 2 < cold->count) {
    uint32_t capacity = size == 0 ? 8 : 2 * size;
    while (capacity - cold->count < more)
      capacity *= 2;
    lnet_entry *block = malloc(capacity * sizeof *block);
    if (block == NULL) return UV_ENOMEM;
    if (cold->count > 0) memcpy(block, cold->entries, cold->count * sizeof *block);
    free(cold->block);
    cold->block = block;
    cold->capacity = capacity;
  } else { /* half of it or more is free, in front */
    memmove(cold->block, cold->entries, cold->count * sizeof *cold->block);
    cold->capacity = size;
  }
  cold->entries = cold->block;
  return 0;
}

/* One more than asked, for what a flush of gathered bytes may leave. */
int lnet_entries_reserve_rest(lnet_stream *s) {
  return lnet_entries_reserve(s, 2);
}

/* Empties one of the two places of an entry in the COLD_QUEUE on top. The first entry's stay, so
   that they can be taken again without memory. [-0, +0, -] */
static void vacate(lua_State *L, lua_Integer place) {
  if (place < 2)
    lua_pushboolean(L, 0);
  else
    lua_pushnil(L);
  lua_rawseti(L, -2, place);
}

void lnet_entries_anchor(lua_State *L, lnet_stream *s, int chunk, int callback) {
  lnet_class_part(L, 1, COLD_QUEUE); /* first: a finalizer may write */
  lnet_stream_check_cold(L, 1, s);
  if (s->cold->count == 0) s->cold->next_seq = 0;
  if (lnet_entries_reserve(s, 2) != 0) lnet_error_memory(L);
  const lua_Integer seq = s->cold->next_seq; /* whoever takes it next overwrites it */
  if (callback != 0)
    lua_pushvalue(L, callback);
  else
    lua_pushboolean(L, 0);
  lua_rawseti(L, -2, 2 * seq + 1);
  lua_pushvalue(L, chunk); /* last: where this place is there, so is the other */
  lua_rawseti(L, -2, 2 * seq);
  lua_pop(L, 1);
}

/* No entry was needed: lets go of what was reserved. [-0, +0, -] */
void lnet_entries_unanchor(lua_State *L, const lnet_stream *s) {
  const lua_Integer seq = s->cold->next_seq;
  lua_getiuservalue(L, 1, LNET_UV_MORE);
  lua_rawgeti(L, -1, COLD_QUEUE);
  vacate(L, 2 * seq);
  vacate(L, 2 * seq + 1);
  lua_pop(L, 2);
}

void lnet_entries_append(lnet_stream *s, lnet_entry entry) {
  lnet_cold *cold = s->cold;
  lnet_assert(cold->count < cold->capacity);
  entry.seq = cold->next_seq++;
  cold->entries[cold->count++] = entry;
  s->w |= W_QUEUE;
}

/* Protected: makes room for the chunk at 2 of the stream at 1. [-0, +0, m] */
static int body_reserve(lua_State *L) {
  lnet_entries_anchor(L, lua_touserdata(L, 1), 2, 0);
  return 0;
}

/* The chunk at 2 of the stream at 1 takes the first entry's place, if that is there and free.
   Returns whether it was. [-0, +0, -] */
static bool anchor_first(lua_State *L, const lnet_stream *s) {
  const int top = lua_gettop(L);
  bool done = false;
  if (lua_getiuservalue(L, 1, LNET_UV_MORE) == LUA_TTABLE &&
      lua_rawgeti(L, -1, COLD_QUEUE) == LUA_TTABLE && s->cold->count == 0 &&
      lua_rawgeti(L, -1, 0) != LUA_TNIL) {
    s->cold->next_seq = 0;
    lua_pushvalue(L, 2);
    lua_rawseti(L, -3, 0);
    done = true;
  }
  lua_settop(L, top);
  return done;
}

/* Anchors the string of the write on ctx->L, of which a part has left. Returns whether there was
   memory for that. No finalizer of the user's may run in it: its writes would come between the two
   parts. The collector works where tables are made and where the stack grows. [-0, +0, -] */
bool lnet_entries_anchor_string(const lnet_stream *s) {
  lua_State *L = lnet_stream_ctx(s)->L;
  if (anchor_first(L, s)) return true;
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

/* Removes a settled entry of the queue. Its Lua values are let go by who calls this. */
static lnet_entry take(lnet_cold *cold, uint32_t at) {
  const lnet_entry entry = cold->entries[at];
  lnet_assert(at < cold->settled);
  free(entry.owned);
  cold->settled--;
  cold->count--;
  if (at == 0) { /* many may wait: move none */
    cold->entries++;
    cold->capacity--;
    lnet_entries_note(cold->stream);
    return entry;
  }
  memmove(cold->entries + at, cold->entries + at + 1, (cold->count - at) * sizeof entry);
  return entry;
}

void lnet_entries_free(lnet_stream *s) {
  lnet_cold *cold = s->cold;
  for (uint32_t i = 0; i < cold->count; i++)
    free(cold->entries[i].owned);
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
  if (at < cold->settled && (cold->entries[at].flags & E_FAILED) == 0)
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
    lua_rawgeti(L, top + 1, 2 * (lua_Integer)entry->seq + 1);
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

/* Frees the bytes of entries. [-0, +0, -] */
static void free_owned(const lnet_entry *entries, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    free(entries[i].owned);
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
  cold->waiting = cold->write_len = cold->pending_data = cold->last_queue_size = 0;
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
  uint32_t first;   /* where in the queue */
  uint32_t count;   /* settled entries from there on: they stay so until they are taken out */
  lnet_fault fault; /* for the callbacks; VALUE: the stream's error */
  bool more;        /* an error was raised in between: there are callbacks left */
};

/* Lets go of the Lua values of an entry, pushing its callback. The stream is at `idx`. [-0, +1, -]
 */
static void push_callback(lua_State *L, int idx, const lnet_entry *entry) {
  const lua_Integer place = 2 * (lua_Integer)entry->seq;
  lua_getiuservalue(L, idx, LNET_UV_MORE);
  lua_rawgeti(L, -1, COLD_QUEUE);
  lua_rawgeti(L, -1, place + 1);
  lua_insert(L, -3);
  vacate(L, place);
  vacate(L, place + 1);
  lua_pop(L, 2);
}

/* Protected: takes entries out and calls back until one callback raises, or has begun another life
   of the stream: what is left has been put aside then, to be told. [-0, +0, e] */
static int body_calls(lua_State *L) {
  struct calls *c = lua_touserdata(L, 1);
  lnet_stream *s = c->stream;
  lnet_object_push(L, &s->base.object);
  while (c->count > 0 && !lnet_stream_is_past(s, c->life)) {
    const lnet_entry entry = take(s->cold, c->first);
    c->count--;
    if ((entry.flags & E_COUNTS) != 0) lnet_stream_rare(s)->pendingcb--;
    if ((entry.flags & (E_CALLBACK | E_ANCHORED)) == 0) continue;
    push_callback(L, 2, &entry);
    if ((entry.flags & E_CALLBACK) != 0) {
      if (c->fault.kind == LNET_FAULT_VALUE)
        lnet_stream_push_errored(L, 2, s);
      else
        lnet_fault_push(L, c->fault);
      lua_call(L, 1, 0);
    }
    lua_settop(L, 2);
  }
  return 0;
}

/* Takes settled entries out of the queue and calls their callbacks, each of them: what one raises
   is kept, the others are still called. Where there is no memory even to begin a call, callbacks
   are lost: net.run tells. [-0, +0, -] */
void lnet_entries_call_back(lnet_stream *s, uint32_t first, uint32_t count, lnet_fault fault) {
  struct calls c = {s, lnet_stream_life(s), first, count, fault, false};
  while (c.count > 0 && !lnet_stream_is_past(s, c.life)) {
    const uint32_t before = c.count;
    if (lnet_enter(lnet_stream_ctx(s), body_calls, &c) || c.count < before) continue;
    if ((take(s->cold, first).flags & E_COUNTS) != 0) lnet_stream_rare(s)->pendingcb--;
    c.count--;
  }
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

void lnet_entries_call_finish(lnet_stream *s, lnet_fault fault) {
  if ((s->w & W_ON_FINISHED) == 0) return;
  s->w &= ~(uint32_t)W_ON_FINISHED;
  struct calls c = {s, lnet_stream_life(s), 0, 0, fault, false};
  do {
    c.more = false;
    lnet_enter(lnet_stream_ctx(s), body_finish_calls, &c);
  } while (c.more);
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
    if ((entry->flags & E_ANCHORED) != 0) push_callback(L, top + 1, entry);
    free(entry->owned);
    lua_settop(L, top + 1);
  }
  lua_settop(L, top);
  memmove(cold->entries + first, cold->entries + first + count,
          (cold->count - first - count) * sizeof *cold->entries);
  cold->settled -= count;
  cold->count -= count;
  lnet_entries_note(s);
}
