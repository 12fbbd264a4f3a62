/* A duplex stream over a libuv handle: struct, states, and what its parts call of each other.
   reader.c and writer.c hold the two halves, stream.c what they share. The states are node's
   (internal/streams), so that each event comes in node's order.

    NEW --connect()--> CONNECTING --on_connect--> OPEN <-- accept, open(fd)
     ^                     |                       |  reading: flowing|paused -> ended ('end')
     |                     v                       v  writing: open -> ending -> finished ('finish')
    CLOSED <-- 'close' -- CLOSING <-- lnet_stream_destroy: error, destroy(), or both halves over

   1. Anchored exactly while S_CONNECTING, while a handle is open or closing, or a tick is queued.
   2. The uv handle is in the userdata, from lnet_stream_open_handle to on_close (has_handle).
   3. 'close' comes once a life, and nothing after it.
   4. Bytes accepted = sent + waiting + reported lost.
   5. A life begins when a stream that has ended connects again (life.c), and has a number. Ticks,
      requests of libuv, listeners and functions of ours that belong to an earlier life do nothing
      in a later one. What the earlier one still owes is told: callbacks of its writes, 'error',
      'close'. */
#ifndef LNET_STREAM_H
#define LNET_STREAM_H

#include "alarm.h"
#include "buffer.h"
#include "decoder.h"
#include "emitter.h"
#include "fault.h"
#include "tick.h"

struct lnet_entry;
struct lnet_server;

/* node v20's default for both halves; bytes. */
#define LNET_HIGH_WATER_MARK 16384u

/* The reading half. */
enum {
  R_ENDED = 1 << 0,              /* no more bytes will come */
  R_END_EMITTED = 1 << 1,        /* 'end' */
  R_READING = 1 << 2,            /* a read was asked for and has not answered */
  R_SYNC = 1 << 3,               /* inside the asking */
  R_NEED_READABLE = 1 << 4,      /* the next bytes are worth a 'readable' */
  R_EMITTED_READABLE = 1 << 5,   /* one is queued, or was emitted and not answered by read() */
  R_READABLE_LISTENING = 1 << 6, /* 'readable' has listeners, as of the last look */
  R_RESUME_SCHEDULED = 1 << 7,
  R_READING_MORE = 1 << 8,
  R_DATA_EMITTED = 1 << 9,
  R_HAS_FLOWING = 1 << 10, /* flowing is true or false, not undecided */
  R_FLOWING = 1 << 11,
  R_HAS_PAUSED = 1 << 12,
  R_PAUSED = 1 << 13, /* by pause() */
  R_DATA_LISTENING = 1 << 14,
  R_HANDLE_READING = 1 << 15, /* uv_read_start is in force */
  R_ON_CONNECT = 1 << 16,     /* start reading once connected */
  R_DISABLED = 1 << 17,       /* readable = false at the start */
  R_END_SCHEDULED = 1 << 18,
  R_UNREAD = 1 << 19, /* bytes wait to be read */
};

/* The writing half. */
enum {
  W_FINAL_CALLED = 1 << 1,
  W_NEED_DRAIN = 1 << 2,
  W_ENDING = 1 << 3, /* finish() was called */
  W_ENDED = 1 << 4,
  W_FINISHED = 1 << 5, /* 'finish' */
  W_WRITING = 1 << 6,  /* entries are in flight */
  W_BUFFER_PROCESSING = 1 << 7,
  W_PREFINISHED = 1 << 8,
  W_AFTER_WRITE_PENDING = 1 << 9,
  W_TICK_INFO = 1 << 10,       /* the last queued batch may take another equal callback */
  W_PENDING_CONNECT = 1 << 11, /* what is in flight waits for the connection */
  W_FINAL_ON_CONNECT = 1 << 12,
  W_ON_FINISHED = 1 << 13,  /* callbacks of finish() wait */
  W_DISABLED = 1 << 14,     /* writable = false at the start */
  W_CLOSE_IS_FIN = 1 << 15, /* the FIN is due, and the close that follows sends it */
  W_QUEUE = 1 << 16,        /* there are entries, or it is corked */
};

/* Both. */
enum {
  S_DESTROYED = 1 << 0,
  S_ERRORED = 1 << 1,
  S_ERROR_EMITTED = 1 << 2,
  S_CLOSED = 1 << 3,
  S_CLOSE_EMITTED = 1 << 4,
  S_CONNECTING = 1 << 5,
  S_HANDLE = 1 << 6,      /* there is a handle for the user: node's _handle */
  S_HANDLE_OPEN = 1 << 7, /* libuv has it: from init to on_close */
  S_PIPE = 1 << 8,        /* it is a uv_pipe_t */
  S_HALF_OPEN = 1 << 9,   /* allowHalfOpen */
  S_FIN_SEEN = 1 << 10,   /* the own listener of 'end' has run: writes fail as after a FIN */
  S_HAD_ERROR = 1 << 11,  /* for 'close' */
  S_SAME_FAULT = 1 << 12, /* exception and errored are one */
  S_UNREF = 1 << 13,      /* unref() before there was a handle */
  S_NO_DELAY = 1 << 14,
  S_KEEP_ALIVE = 1 << 15,
  S_RESET = 1 << 16,         /* close with a reset */
  S_PAST_EVENT = 1 << 17,    /* 'error' or 'close' of an earlier life is being emitted */
  S_CONNECT_WAITS = 1 << 18, /* an attempt waits for the last handle's on_close */
  S_SILENT_CLOSE = 1 << 19,  /* the handle being closed was an attempt's: no 'close' */
  S_SHARED = 1 << 20,        /* another process may have the descriptor, too */
  S_OWN_WRITE = 1 << 21,     /* the user has put a function of that name in place of the method */
  S_NAGLE_OFF = 1 << 22,     /* for a large write, not for the user */
  S_DECODING = 1 << 23,
  S_ONREAD = 1 << 24,       /* bytes go into the user's buffer instead of 'data' */
  S_TIMED = 1 << 25,        /* there is an idle timeout */
  S_TIMEOUT_OVER = 1 << 26, /* it has come: the next activity sets it again */
  S_OWN_SERVER = 1 << 27,   /* the user has set the property `server` */
  S_ACCEPTED = 1 << 28,     /* a server counts it: the one that owns its metatable */
  S_PIPED = 1 << 29,    /* 'data' has one listener, and it writes to the stream in h.handle.data */
  S_OUTGOING = 1 << 30, /* its open handle was not accepted: ctx->outgoing counts it */
};

/* Callbacks that came while halted. */
enum { OWE_CONNECT = 1, OWE_WRITE = 2, OWE_SHUTDOWN = 4, OWE_CLOSE = 8 };

/* Keys of the table in LNET_UV_MORE. */
enum {
  COLD_ERRORED = LNET_MORE_CLASS,
  COLD_EXCEPTION = LNET_MORE_CLASS - 1,
  COLD_READBUF = LNET_MORE_CLASS - 2, /* ring of unread chunks, see readbuf.c */
  COLD_QUEUE = LNET_MORE_CLASS - 3,   /* chunks and callbacks of entries, see entries.c */
  COLD_FINISH = LNET_MORE_CLASS - 4,  /* callbacks of finish() */
  COLD_CONNECT = LNET_MORE_CLASS - 5, /* function(status) of the attempt */
  COLD_WAITING = LNET_MORE_CLASS - 6, /* function() that begins one once the handle is free */
  COLD_PEER = LNET_MORE_CLASS - 7,    /* the peer's address, once it was asked for */
  COLD_ONREAD = LNET_MORE_CLASS - 8,  /* onread: callback(n, buffer) */
  COLD_SOURCE = LNET_MORE_CLASS - 9,  /* onread: the function that gives a buffer */
  COLD_BUFFER = LNET_MORE_CLASS - 10, /* onread: the buffer to read into */
  COLD_PIPE = LNET_MORE_CLASS - 11,   /* the first pipe that this is the source of */
  COLD_TIMEOUT = LNET_MORE_CLASS - 12,
  COLD_SERVER = LNET_MORE_CLASS - 13,   /* the property, where the user has set it */
  COLD_PAST = LNET_MORE_CLASS - 14,     /* number of an earlier life -> error that it still tells */
  COLD_CALLBACK = LNET_MORE_CLASS - 15, /* the listener of 'connect' that connect(callback) added */
  COLD_ASIDE = LNET_MORE_CLASS - 16, /* COLD_QUEUE of an earlier life, while libuv has its write */
  COLD_PIPES = LNET_MORE_CLASS - 17, /* an index of pipes, where it is the source of several */
};

/* The property `timeout`, as set: nothing, a number in COLD_TIMEOUT, or from there on ms. */
enum { TIMEOUT_NONE = 0, TIMEOUT_OTHER = 1, TIMEOUT_MS = 2 };

/* Where a stream has its lnet_rare. A narrow one has no room for a uv_pipe_t: it stands where that
   would end, and in lnet_cold while there is one. */
enum { RARE_BEHIND_PIPE, RARE_BEHIND_TCP, RARE_COLD };

/* What is seldom looked at. */
typedef struct lnet_rare {
  lnet_fault errored;   /* the first one */
  lnet_fault exception; /* what 'error' will tell */
  uint32_t pendingcb;   /* steps before 'finish' may come */
  uint32_t r_hwm;       /* bytes */
} lnet_rare;

/* A life that is over, and whose 'close' is still to come. */
typedef struct lnet_end {
  uint32_t life;
  bool had_error;
} lnet_end;

/* What few sockets need: made at first use, and gone with the handle where nothing in it is to
   outlive that. The usual read and write does not look at it: W_QUEUE, S_TIMED and others say what
   is there. */
typedef struct lnet_cold {
  uint64_t timeout_ms;
  uint32_t timeout; /* the property, while S_TIMED */
  lnet_alarm alarm;
  uint32_t life;         /* its number; 0 for the first one, and where there is no lnet_cold */
  bool past_close;       /* the handle that is being closed belongs to an earlier life */
  struct lnet_end *ends; /* malloc'ed: lives that ended while they waited for that, in order */
  uint32_t ends_count;
  uint32_t ends_capacity; /* one more than there are, while a life waits */
  uint32_t corked;        /* cork() without its uncork() */
  uint32_t old_corks;     /* those of them that a life before left */
  uint32_t count;         /* of entries, below */
  struct lnet_stream *stream;
  struct lnet_entry *block;   /* malloc'ed */
  struct lnet_entry *entries; /* in block: what is done with at its front is passed over */
  uint32_t capacity;          /* from entries on */
  uint32_t inflight;          /* behind those that are done or failed */
  uint32_t settled;           /* done or failed, at the front */
  uint32_t slots;             /* of entries in COLD_QUEUE: how many there are */
  uint32_t free_slot;         /* the first that is free, 0: none */
  uint32_t reserved;          /* the one that the next anchored entry takes, 0: none */
  uint32_t unread_first;      /* where the first unread chunk is in the ring in COLD_READBUF */
  uint32_t unread_count;      /* chunks in it */
  uint32_t unread_size;       /* chunks that it has room for; 0: there is no ring */
  size_t unread_len;          /* bytes */
  size_t waiting;     /* bytes of chunks that have not left; a chunk counts until all of it has */
  size_t write_len;   /* the part of it that is in flight */
  size_t write_given; /* bytes of the entries in flight that libuv has, or has sent */
  size_t write_left;  /* bytes of them that it gets next */
  size_t told;      /* bytes of lost chunks whose callbacks were called: bytesWritten counts them */
  size_t told_last; /* bytes that wait until the callbacks of lost chunks before them are called */
  size_t pending_data; /* bytes written before the connection, for bytesWritten */
  size_t last_queue_size;
  struct lnet_write_request *write; /* malloc'ed, with the first entry */
  lnet_decoder decoder;
  int status; /* of a connect that came while halted */
  int write_status;
  int keep_alive_delay; /* seconds */
  int16_t tos;          /* type of service to set once connected */
  bool tos_given;
  bool tell_success; /* the attempt's function is told of success too */
  bool source;       /* onread: each buffer comes from a function */
  bool fresh;        /* that was asked, and the buffer is not used yet */
  bool cut;          /* at the exit: what goes before the queue could not leave */
  lnet_list link;    /* in ctx->colds */
  lnet_buffer own;   /* the bytes of COLD_BUFFER */
  lnet_rare rare;    /* RARE_COLD */
} lnet_cold;

/* What each read and write looks at is in front, next to the part of the handle that they use: with
   thousands of connections each line of the cache counts. The data of the handle, set even while
   there is none: where S_PIPED the stream that bytes go to; else where S_ACCEPTED the server; else
   this stream. */
typedef struct lnet_stream {
  lnet_emitting base;
  union {
    uint32_t stamp;   /* while S_TIMED: the moment of the last activity, lower half of uv_now */
    uint32_t timeout; /* else: the property, one of the values above */
  };
  uint32_t r;
  uint32_t w;
  uint32_t s;
  uint32_t w_hwm;           /* bytes */
  uint16_t gather;          /* record in ctx->arena, 0: nothing is gathered */
  uint8_t default_encoding; /* of write; an lnet_encoding */
  uint8_t rare_at;
  uint64_t bytes_read;
  uint64_t bytes_sent; /* given to the handle */
  lnet_cold *cold;
  union {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
    struct {
      uv_tcp_t handle;
      lnet_rare rare;
    } narrow;
    struct {
      uv_pipe_t handle;
      lnet_rare rare;
    } wide;
  } h;
} lnet_stream;

/* The size of a narrow stream: an accepted TCP connection. */
#define LNET_STREAM_NARROW (offsetof(lnet_stream, h.narrow.rare) + sizeof(lnet_rare))

_Static_assert(offsetof(lnet_stream, h) + sizeof(lnet_rare) <= 104,
               "an idle connection should stay small");

/* Makes a stream without a handle; pushes it. narrow: its handle will hardly be a pipe. It has no
   metatable; whoever gives it one takes one that lacks all that it can. [-0, +1, m] */
lnet_stream *lnet_stream_make(lua_State *L, lnet_ctx *ctx, bool narrow);
/* The same with that of sockets without a server. [-0, +1, m] */
lnet_stream *lnet_stream_new(lua_State *L, lnet_ctx *ctx, bool narrow);

extern const lnet_object_class lnet_stream_class;
void lnet_stream_on_close(uv_handle_t *handle);

/* The value at idx, if it is a userdata with the size and the contents of a stream, else NULL. It
   may be another library's in memory that a stream had before; not if its handle is open, for then
   it is held. [-0, +0, -] */
static inline lnet_stream *lnet_stream_like(lua_State *L, int idx) {
  lnet_stream *s = lua_touserdata(L, idx);
  if (s == NULL) return NULL;
  const size_t size = lua_rawlen(L, idx);
  const bool like =
      (size == LNET_STREAM_NARROW || size == sizeof *s) && s->base.object.cls == &lnet_stream_class;
  return like ? s : NULL;
}

/* The stream at idx, else NULL. It is known by its metatable, and among our objects by its size and
   class. [-0, +0, -] */
static inline lnet_stream *lnet_stream_test(lua_State *L, int idx) {
  lnet_stream *s = lnet_stream_like(L, idx);
  return s != NULL && lnet_class_is_marked(L, idx, &lnet_stream_class) ? s : NULL;
}

/* The stream at idx, or raises. Room for ticks is made. [-0, +0, e] */
lnet_stream *lnet_check_stream(lua_State *L, int idx);

/* Initialises the uv handle of a stream that has none and holds the stream at idx.
   Raises only before anything has changed. [-0, +0, m] */
int lnet_stream_open_handle(lua_State *L, int idx, lnet_stream *s, bool pipe);

/* Its __gc runs: the steps that were queued for it are forgotten. [-0, +0, -] */
void lnet_stream_gone(lua_State *L, lnet_stream *s);

/* Ensures s->cold of a stream that is held. Returns 0 or UV_ENOMEM. [-0, +0, -] */
int lnet_stream_need_cold(lnet_stream *s);
/* The same for the stream at idx, raising. [-0, +0, v] */
lnet_cold *lnet_stream_check_cold(lua_State *L, int idx, lnet_stream *s);
void lnet_stream_free_cold(lnet_stream *s);
/* Makes room to note that a life, which is about to wait for the last handle, ends so. The stream
   has an lnet_cold. Returns 0 or UV_ENOMEM. [-0, +0, -] */
int lnet_stream_reserve_end(lnet_stream *s);
/* The state is closing: frees all that are left. [-0, +0, -] */
void lnet_stream_free_colds(lnet_ctx *ctx);

/* Ends the stream: node's destroy(err), where a fault of kind NONE means no error. [-0, +0, -] */
void lnet_stream_destroy(lnet_stream *s, lnet_fault fault);

/* The same with the value at `error`, kept for 'error'. The stream is at idx. [-0, +0, m] */
void lnet_stream_destroy_value(lua_State *L, int idx, lnet_stream *s, int error);

/* Notes the first fault. [-0, +0, -] */
void lnet_stream_set_errored(lnet_stream *s, lnet_fault fault);

/* Pushes what 'error' tells, the stream at idx. [-0, +1, m] */
void lnet_stream_push_exception(lua_State *L, int idx, lnet_stream *s);

/* Pushes the error object of s->errored (made once, then kept), the stream at idx. [-0, +1, m] */
void lnet_stream_push_errored(lua_State *L, int idx, lnet_stream *s);

/* The idle timeout has come, and counts anew. The stream is held. [-0, +0, -] */
void lnet_stream_rearm(lnet_stream *s);

/* There was activity: the idle timeout starts anew. [-0, +0, -] */
static inline void lnet_stream_touch(lnet_stream *s) {
  if ((s->s & S_TIMED) == 0) return;
  s->stamp = (uint32_t)uv_now(s->base.object.ctx->loop);
  if ((s->s & S_TIMEOUT_OVER) != 0) lnet_stream_rearm(s);
}

/* Emits 'timeout' after ms without activity, once; the stream at idx is held until then.
   [-0, +0, m] [-0, +0, -] */
void lnet_stream_set_timeout(lua_State *L, int idx, lnet_stream *s, uint64_t ms);
void lnet_stream_clear_timeout(lnet_stream *s);

/* A connection is there: options, 'connect', what waited for it, 'ready'. [-0, +0, -] */
void lnet_stream_connected(lnet_stream *s);

static inline lnet_stream *lnet_stream_of(uv_handle_t *handle) {
  return LNET_CONTAINER(handle, lnet_stream, h);
}

static inline lnet_rare *lnet_stream_rare(const lnet_stream *s) {
  const lnet_rare *rare = &s->h.narrow.rare;
  if (s->rare_at != RARE_BEHIND_TCP)
    rare = s->rare_at == RARE_COLD ? &s->cold->rare : &s->h.wide.rare;
  return (lnet_rare *)rare;
}

/* Bytes that wait to be read, or to be sent behind what the kernel has not taken. [-0, +0, -] */
static inline size_t lnet_unread(const lnet_stream *s) {
  return s->cold != NULL ? s->cold->unread_len : 0;
}
static inline bool lnet_has_unread(const lnet_stream *s) {
  return (s->r & R_UNREAD) != 0;
}
static inline size_t lnet_waiting(const lnet_stream *s) {
  return s->cold != NULL ? s->cold->waiting : 0;
}

static inline lnet_ctx *lnet_stream_ctx(const lnet_stream *s) {
  return s->base.object.ctx;
}

/* The handle that was just opened was not accepted: it connects, or is over a descriptor. */
static inline void lnet_stream_note_outgoing(lnet_stream *s) {
  s->s |= S_OUTGOING;
  lnet_stream_ctx(s)->outgoing++;
}

/* The number of its present life. [-0, +0, -] */
static inline uint32_t lnet_stream_life(const lnet_stream *s) {
  return s->cold != NULL ? s->cold->life : 0;
}

/* The server of a stream that is S_ACCEPTED, and so held; NULL where debug.setmetatable has taken
   the metatable that it is known by. [-0, +0, -] */
struct lnet_server *lnet_stream_server(const lnet_stream *s);

/* Whether another life has begun since this was its number: a function that has called Lua, where a
   listener may do anything, asks before it goes on. [-0, +0, -] */
static inline bool lnet_stream_is_past(const lnet_stream *s, uint32_t life) {
  return lnet_stream_life(s) != life;
}

/* Emits an event without arguments behind the door. Returns whether the stream is still in the same
   life: if not, a listener has begun another, which whoever called this has nothing to do with.
   [-0, +0, -] */
bool lnet_stream_tell_listened(lnet_stream *s, int event); /* where somebody listens */
static inline bool lnet_stream_tell(lnet_stream *s, int event) {
  return !lnet_listened(&s->base, event) || lnet_stream_tell_listened(s, event);
}

/* Queues a step of this stream's present life. [-0, +0, -] */
static inline void lnet_stream_tick(lnet_stream *s, lnet_tick_fn fn) {
  lnet_tick_in_life(&s->base.object, fn, lnet_stream_life(s));
}

/* Queues a step that comes in another life, too. [-0, +0, -] */
static inline void lnet_stream_tick_always(lnet_stream *s, lnet_tick_fn fn) {
  lnet_tick_of_life(&s->base.object, fn, lnet_stream_life(s));
}

/* The same as the last thing that a callback or a step does: where the queued one would be the next
   thing to run, it is run now. [-0, +0, -] */
static inline void lnet_stream_tick_last(lnet_stream *s, lnet_tick_fn fn) {
  const lnet_ctx *ctx = lnet_stream_ctx(s);
  if (ctx->tick_count == 0 && ctx->gathering == 0 && !ctx->halted && !ctx->shut)
    fn(&s->base.object);
  else
    lnet_stream_tick(s, fn);
}

/* The invariants, in debug builds. [-0, +0, -] */
#ifdef LNET_DEBUG
void lnet_stream_verify(const lnet_stream *s);
#else
#define lnet_stream_verify(s) ((void)sizeof(s))
#endif

#endif
