// EqualInConstantTime: compares secrets, so that how long it takes tells nothing of where they
// differ.
#ifndef BASE_CONSTANT_TIME_H_
#define BASE_CONSTANT_TIME_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace nearcast {

// Takes as long as `a` is, whatever is in them; texts of other lengths differ at once.
inline bool EqualInConstantTime(absl::string_view a, absl::string_view b) {
  if (a.size() != b.size()) return false;
  volatile uint8_t differs = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    differs = differs | (static_cast<uint8_t>(a[i]) ^ static_cast<uint8_t>(b[i]));
  }
  return differs == 0;
}

}  // namespace nearcast

#endif  // BASE_CONSTANT_TIME_H_
