#include "server.h"
#include "fail.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t server_cpu_ns(pid_t pid) {
  clockid_t clock;
  struct timespec time;
  const int err = clock_getcpuclockid(pid, &clock);
  if (err != 0) fail("no CPU clock of process %d: %s", (int)pid, strerror(err));
  if (clock_gettime(clock, &time) != 0) fail("the server, process %d, is gone", (int)pid);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t server_memory(pid_t pid) {
  char path[64], line[256];
  snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
  FILE *file = fopen(path, "r");
  if (file == NULL) fail("%s: %s", path, strerror(errno));
  long kibibytes = -1;
  while (kibibytes < 0 && fgets(line, sizeof line, file) != NULL) {
    if (sscanf(line, "Pss: %ld kB", &kibibytes) != 1) kibibytes = -1;
  }
  fclose(file);
  if (kibibytes < 0) fail("%s has no Pss", path);
  return (int64_t)kibibytes * 1024;
}

int server_descriptors(pid_t pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
  DIR *dir = opendir(path);
  if (dir == NULL) fail("%s: %s", path, strerror(errno));
  int count = -2; /* . and .. */
  while (readdir(dir) != NULL) {
    count++;
  }
  closedir(dir);
  return count;
}
