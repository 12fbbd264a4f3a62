/* The only place that looks at versions: of Lua and of libuv. */
#ifndef LNET_COMPAT_H
#define LNET_COMPAT_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#if LUA_VERSION_NUM < 504
#error "lnet needs Lua 5.4"
#endif

#if UV_VERSION_HEX < 0x012a00
#error "lnet needs libuv 1.42 or newer"
#endif

#if defined(_WIN32)
#define LNET_EXPORT __declspec(dllexport)
#elif defined(__GNUC__)
#define LNET_EXPORT __attribute__((visibility("default")))
#else
#define LNET_EXPORT
#endif

/* Before what each read and write passes through: it stands together, on few pages. After each
   system call code has to come back into the caches, so where it stands costs as much as what it
   does. */
#if defined(__GNUC__)
#define LNET_HOT __attribute__((hot))
#else
#define LNET_HOT
#endif

/* Before what such code seldom calls. It stays a function of its own: as a part of its caller it
   would have that save registers each time. */
#if defined(__GNUC__)
#define LNET_APART __attribute__((noinline))
#else
#define LNET_APART
#endif

/* States what our own code guarantees; never used for what a user or a peer sends. */
#ifdef LNET_DEBUG
#include <stdio.h>
#include <stdlib.h>
#define lnet_assert(what)                                                                          \
  ((what) ? (void)0 : (fprintf(stderr, "lnet: %s:%d: %s\n", __FILE__, __LINE__, #what), abort()))
#else
#define lnet_assert(what) ((void)sizeof(what))
#endif

#endif
