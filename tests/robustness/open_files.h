// How many descriptors a test may open.
#ifndef TESTS_ROBUSTNESS_OPEN_FILES_H_
#define TESTS_ROBUSTNESS_OPEN_FILES_H_

#include <sys/resource.h>

#include <algorithm>
#include <cstddef>

namespace nearcast {

// Raises this process's limit towards `wanted`, as far as the system lets it, and returns what it is
// then.
inline size_t RaiseOpenFiles(size_t wanted) {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  // Above the hard limit only for who may: the second try is for everybody.
  rlimit higher = {std::max<rlim_t>(limit.rlim_cur, wanted),
                   std::max<rlim_t>(limit.rlim_max, wanted)};
  if (setrlimit(RLIMIT_NOFILE, &higher) == 0) return higher.rlim_cur;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, wanted);
  if (setrlimit(RLIMIT_NOFILE, &limit) == 0) return limit.rlim_cur;
  return 0;
}

inline rlimit OpenFilesLimit() {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit;
}

// Within the hard limit of `limit`.
inline bool SetOpenFiles(size_t wanted, rlimit limit) {
  limit.rlim_cur = wanted;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

}  // namespace nearcast

#endif  // TESTS_ROBUSTNESS_OPEN_FILES_H_
