/* lnet_ctx: everything that belongs to one Lua state. Two states never share anything.
   It is a userdata made when the module is loaded, before every other object of ours, so its
   __gc runs last. */
#ifndef LNET_CTX_H
#define LNET_CTX_H

#include "compat.h"
#include "list.h"
#include "sigint.h"

struct lnet_object;
struct lnet_object_class;
struct lnet_stream;
struct lnet_tick;

/* What streams call of the layer above; set by socket.c. [-0, +0, -] */
typedef struct lnet_stream_hooks {
  void (*connected)(struct lnet_stream *);          /* options are due */
  void (*disconnected)(struct lnet_stream *);       /* an accepted stream was destroyed */
  void (*handle_free)(struct lnet_stream *);        /* an attempt may begin */
  void (*attempt_ended)(struct lnet_stream *, int); /* the callback that came while halted */
} lnet_stream_hooks;

/* Functions of the standard library that are told from others, see report.c. */
enum {
  LNET_STANDARD_TOSTRING,
  LNET_STANDARD_PRINT,
  LNET_STANDARD_FORMAT,
  LNET_STANDARD_PCALL,
  LNET_STANDARD_XPCALL,
  LNET_STANDARD_DOFILE,
  LNET_STANDARD_REQUIRE,
  LNET_STANDARD_WRAPPED, /* what coroutine.wrap returns */
  LNET_STANDARD_COUNT
};

/* Event names that have a number are fewer than this: an emitter keeps one bit for each. */
#define LNET_EVENTS_MAX 32

/* Bytes of the one buffer that all streams of a loop read into. A pipe reads as much at once: the
   more, the fewer system calls and acknowledgements. */
#define LNET_SLAB_SIZE ((size_t)256 * 1024)

/* Bytes that are read at once to become a string: more than the 64 KiB that peers like to send, few
   enough for the caches. */
#define LNET_CHUNK_MAX ((size_t)128 * 1024)

/* Bytes of free memory at the end of the heap that the kernel does not get back. */
#define LNET_HEAP_KEPT ((size_t)4 * 1024 * 1024)

/* Free references into the registry that are quickly found. */
#define LNET_REFS_NEAR 64

typedef struct lnet_ctx {
  uv_loop_t *loop; /* own_loop, or another's that was adopted */
  uv_loop_t own_loop;
  lua_State *L;    /* callbacks run here: the thread in net.run, else the main one */
  lua_State *main; /* lives as long as the state */
#ifdef LNET_DEBUG
  lua_Integer work; /* see work.h */
#endif
  int depth;        /* how many doors (lnet_enter) are open now */
  int errors;       /* errors kept for net.run: the first in its slot, the rest in a queue */
  int errors_first; /* where the queue begins */
  bool running;     /* net.run is on the C stack */
  bool polling;     /* uv_run is */
  bool halted;      /* an error or net.stop(): libuv may call, Lua is not entered */
  bool shut;        /* the state is closing, or the loop is gone: Lua is never entered again */
  /* An object of ours that a body keeps on its stack while it calls a listener with it, which will
     call its methods: they need not find out whose it is. NULL: none, or nobody knows. */
  const struct lnet_object *told;

  uv_async_t wake; /* of interrupt.c */
  lnet_sigint_waiter waiter;
  lua_Hook hook;    /* of the main thread, when net.run was called */
  bool interrupted; /* the host has set another one since */

  lnet_list at_exit;  /* of exit.c: all contexts of the process */
  uv_thread_t thread; /* that uses this one */
  uv_pid_t pid;       /* of the process that it was made in */

  void (*flush)(struct lnet_ctx *);     /* sends what was gathered; set by gather.c */
  void (*send_last)(struct lnet_ctx *); /* the same at the end, without Lua or ticks */
  lua_CFunction emit;                   /* the user's method of that name; set by emitter.c */
  const lnet_stream_hooks *hooks;
  lnet_list colds;                       /* what streams have besides, see stream.h */
  void (*free_colds)(struct lnet_ctx *); /* at the end; set by socket.c */
  char *arena;                           /* where gathered bytes wait */
  uint32_t arena_used;
  uint32_t arena_lengths; /* where the lengths of gathered chunks begin, at the arena's end */
  uint32_t gathering;     /* of gather.c: the first of the streams that have some, 0: none */
  uint32_t gathering_last;

  uint32_t unread_changes; /* of readbuf.c: how often chunks were added or taken, of any stream */

  struct lnet_tick *ticks; /* ring buffer, see tick.c */
  uint32_t tick_capacity;  /* a power of two */
  uint32_t tick_first;     /* number of the first one; the others follow */
  uint32_t tick_count;
  int tick_functions_ref; /* of the table of the functions that ticks call, or false */
  int tick_function_max;  /* its highest place that was used */
  uint32_t tick_life;     /* while the step of an object runs: its life then */
  uint32_t lives;         /* the number that was given last to the life of a stream */

  struct lnet_object *held; /* objects whose libuv callback came while halted, in order */
  struct lnet_object *held_last;

  uint32_t outgoing; /* open handles of streams that were not accepted */
  uint32_t closings; /* handles of streams that were closed so far */

  struct lnet_alarms *alarms;         /* of alarm.c: the wheel of all deadlines */
  struct lnet_immediates *immediates; /* of immediate.c */
  struct lnet_lookup *lookups;        /* of lookup.c: those in flight */

  int free_refs[LNET_REFS_NEAR]; /* of object.c: references into the registry that no object uses */
  int free_ref_count;
  int free_ref; /* the first of those that had no room there, or 0 */

  char *slab;
  int weak_ref;                                 /* table of weak references, see object.c */
  int names_ref;                                /* event names: number -> name */
  const void *event_names[LNET_EVENTS_MAX];     /* where Lua keeps these names */
  const void *error_meta;                       /* metatables, known by their addresses */
  const struct lnet_object_class *socket_class; /* of those that emit, the objects' class */
  const struct lnet_object_class *server_class;
  const void *server_meta;
  const void *channel_meta;
  const void *process_meta;
  const void *address_meta;
  const void *blocklist_meta;
  const void *buffer_meta;
  int socket_meta_ref; /* of sockets without a server; it lacks all that it can */
  int server_meta_ref;
  int channel_meta_ref;
  int process_meta_ref;
  int address_meta_ref;
  int blocklist_meta_ref;
  int buffer_meta_ref;
  int timer_meta_ref;
  int fin_listener_ref; /* the function that stands for a socket's own 'end' listener */
  int own_source_ref;   /* prefix of the chunk names of our Lua files */
  lua_CFunction standard[LNET_STANDARD_COUNT]; /* NULL where there is no such C function */
} lnet_ctx;

/* User values of the context's userdata. */
enum {
  LNET_CTX_ERROR = 1,
  LNET_CTX_ERRORS = 2,
  LNET_CTX_NO_MEMORY = 3,
  LNET_CTX_MODULE = 4, /* what luaopen_lnet_core returns, each time */
  LNET_CTX_VALUES = LNET_CTX_MODULE
};

/* Pushes the context's userdata. [-0, +1, -] */
void lnet_ctx_push(lua_State *L);

/* The userdata on top is the context of this state from now on. [-1, +0, m] */
void lnet_ctx_register(lua_State *L);

/* The context of this state, from the first upvalue of each of our functions. [-0, +0, -] */
static inline lnet_ctx *lnet_ctx_of(lua_State *L) {
  return (lnet_ctx *)lua_touserdata(L, lua_upvalueindex(1));
}

/* Adds functions that have the context as upvalue to the table on top. [-0, +0, m] */
void lnet_ctx_setfuncs(lua_State *L, lnet_ctx *ctx, const luaL_Reg *functions);

#endif
