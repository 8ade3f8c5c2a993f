// Promtool: what Prometheus's own checker says of a metrics page. For tests.
#ifndef BASE_PROMTOOL_H_
#define BASE_PROMTOOL_H_

#include <cstdio>
#include <cstdlib>

#include "absl/strings/string_view.h"

namespace nearcast {

// Whether the program is there (Debian: prometheus).
inline bool HasPromtool() { return std::system("command -v promtool >/dev/null 2>&1") == 0; }

// Whether it finds nothing to say of the text exposition format `page`; its findings go to standard
// error.
inline bool PromtoolAccepts(absl::string_view page) {
  FILE* const promtool = popen("promtool check metrics", "w");
  if (promtool == nullptr) return false;
  const bool written = std::fwrite(page.data(), 1, page.size(), promtool) == page.size();
  return pclose(promtool) == 0 && written;
}

}  // namespace nearcast

#endif  // BASE_PROMTOOL_H_
