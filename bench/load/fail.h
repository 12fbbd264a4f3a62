/* The generator's only way to fail: says why and exits with status 1. */
#ifndef BENCH_FAIL_H
#define BENCH_FAIL_H

_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
