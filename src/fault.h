/* A fault of a stream as a small value that C can keep without Lua, and the error object for it. */
#ifndef LNET_FAULT_H
#define LNET_FAULT_H

#include "ctx.h"

typedef enum lnet_fault_kind {
  LNET_FAULT_NONE,
  LNET_FAULT_VALUE,  /* a Lua value, kept by the stream */
  LNET_FAULT_SYSTEM, /* code, syscall */
  LNET_FAULT_FIN,    /* a write after the peer's FIN was answered */
  LNET_FAULT_WRITE_AFTER_END,
  LNET_FAULT_DESTROYED_WRITE,
  LNET_FAULT_DESTROYED_END,
  LNET_FAULT_FINISHED,
  LNET_FAULT_CLOSED,
  LNET_FAULT_CLOSED_BEFORE_CONNECTION,
  LNET_FAULT_UNSHIFT_AFTER_END,
} lnet_fault_kind;

typedef enum lnet_syscall {
  LNET_SYSCALL_READ,
  LNET_SYSCALL_WRITE,
  LNET_SYSCALL_SHUTDOWN,
  LNET_SYSCALL_ACCEPT,
  LNET_SYSCALL_RESET,
  LNET_SYSCALL_OPEN,
} lnet_syscall;

typedef struct lnet_fault {
  uint8_t kind;    /* lnet_fault_kind */
  uint8_t syscall; /* lnet_syscall */
  int16_t code;    /* libuv's, negative */
} lnet_fault;

static inline lnet_fault lnet_fault_of(lnet_fault_kind kind) {
  return (lnet_fault){(uint8_t)kind, 0, 0};
}

static inline lnet_fault lnet_fault_system(int code, lnet_syscall syscall) {
  return (lnet_fault){LNET_FAULT_SYSTEM, (uint8_t)syscall, (int16_t)code};
}

/* Pushes the error object for a fault that is not LNET_FAULT_VALUE; nil for none. [-0, +1, m] */
void lnet_fault_push(lua_State *L, lnet_fault fault);

#endif
