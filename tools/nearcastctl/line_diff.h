// WriteLineDiff: two texts as a unified diff, as `diff -u` prints it.
#ifndef TOOLS_NEARCASTCTL_LINE_DIFF_H_
#define TOOLS_NEARCASTCTL_LINE_DIFF_H_

#include <string>

#include "absl/strings/string_view.h"

namespace nearcast::ctl {

// Hunks with three lines around each change; empty when the texts are the same. The fewest possible
// lines differ (E. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986), unless more
// than 1000 do: then everything between the first and the last difference counts as changed, so
// that time and memory stay bounded.
std::string WriteLineDiff(absl::string_view before, absl::string_view after);

}  // namespace nearcast::ctl

#endif  // TOOLS_NEARCASTCTL_LINE_DIFF_H_
