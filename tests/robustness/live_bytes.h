// How much memory this process holds by operator new, for tests that look for leaks. Linking this
// target replaces operator new and delete.
#ifndef TESTS_ROBUSTNESS_LIVE_BYTES_H_
#define TESTS_ROBUSTNESS_LIVE_BYTES_H_

#include <cstddef>

namespace nearcast {

// Thread-safe.
size_t LiveBytes();

}  // namespace nearcast

#endif  // TESTS_ROBUSTNESS_LIVE_BYTES_H_
