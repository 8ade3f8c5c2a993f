#include "proto/resource/nearest_name.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace nearcast::resource {
namespace {

constexpr size_t kNameOctetsMax = 64;

// Three rows of the usual table: swaps of neighbours look two rows back.
size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::optional<std::string> FindNearestName(absl::string_view typed,
                                           std::span<const std::string> candidates) {
  if (typed.empty() || typed.size() > kNameOctetsMax) return std::nullopt;
  const std::string lower = absl::AsciiStrToLower(typed);
  size_t nearest = std::max<size_t>(1, typed.size() / 3) + 1;
  std::optional<std::string> found;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kNameOctetsMax) continue;
    const size_t distance = Distance(lower, absl::AsciiStrToLower(candidate));
    if (distance >= nearest) continue;
    nearest = distance;
    found = candidate;
  }
  return found;
}

std::string SuggestName(absl::string_view typed, std::span<const std::string> candidates,
                        absl::string_view what) {
  const std::optional<std::string> nearest = FindNearestName(typed, candidates);
  if (nearest.has_value()) return absl::StrCat("; did you mean \"", *nearest, "\"?");
  return absl::StrCat("; ", what, ": ", absl::StrJoin(candidates, ", "));
}

}  // namespace nearcast::resource
