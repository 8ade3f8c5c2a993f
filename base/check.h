// NC_CHECK: a broken invariant ends the process at once, with the place and the condition. It is
// for what our own code guarantees; whatever the outside world can cause is an absl::Status
// instead.
//
//   NC_CHECK(cell < cells.size());
#ifndef BASE_CHECK_H_
#define BASE_CHECK_H_

#include <cstdio>
#include <cstdlib>

namespace nearcast {

[[noreturn]] inline void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace nearcast

#define NC_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::nearcast::CheckFailed(__FILE__, __LINE__, #condition))

#endif  // BASE_CHECK_H_
