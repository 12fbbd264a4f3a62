/* The server's process as the kernel sees it: what it has used. */
#ifndef BENCH_SERVER_H
#define BENCH_SERVER_H

#include <stdint.h>
#include <sys/types.h>

/* CPU time of all its threads so far, user and system, in nanoseconds; it also counts threads that
 * are gone. */
int64_t server_cpu_ns(pid_t pid);
/* Its share of the memory that it holds (Pss), in bytes. */
int64_t server_memory(pid_t pid);
/* How many descriptors it has open. */
int server_descriptors(pid_t pid);

#endif
