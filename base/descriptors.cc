#include "base/descriptors.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace nearcast {

uint64_t ReserveDescriptors(uint64_t count) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const uint64_t wanted = std::min<uint64_t>({count, limit.rlim_cur, INT32_MAX});
  const int any = ::epoll_create1(EPOLL_CLOEXEC);
  if (wanted == 0 || any < 0) return limit.rlim_cur;
  // Opening the highest one makes the table that long; it never becomes shorter.
  const int highest = ::fcntl(any, F_DUPFD_CLOEXEC, static_cast<int>(wanted - 1));
  if (highest >= 0) ::close(highest);
  ::close(any);
  return limit.rlim_cur;
}

}  // namespace nearcast
