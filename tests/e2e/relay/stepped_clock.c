// A system clock that can be set back under a program: LD_PRELOAD this, and name a file in STEPPED_CLOCK. Once the file
// is there, wall clock time is an hour earlier; the monotonic clock is left alone.
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long StepSeconds(void) {
  const char* file = getenv("STEPPED_CLOCK");
  return file != NULL && access(file, F_OK) == 0 ? -3600 : 0;
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  const long failed = syscall(SYS_clock_gettime, clock, now);
  if (failed == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += StepSeconds();
  return (int)failed;
}

int gettimeofday(struct timeval* restrict now, void* restrict zone) {
  const long failed = syscall(SYS_gettimeofday, now, zone);
  if (failed == 0) now->tv_sec += StepSeconds();
  return (int)failed;
}

time_t time(time_t* out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != NULL) *out = now.tv_sec;
  return now.tv_sec;
}
