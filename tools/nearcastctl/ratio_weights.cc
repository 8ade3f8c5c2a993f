#include "tools/nearcastctl/ratio_weights.h"

#include <cstdint>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace nearcast::ctl {

absl::StatusOr<std::vector<v1::RatioRule::Weight>> ParseWeights(absl::string_view text) {
  std::vector<v1::RatioRule::Weight> weights;
  std::set<std::string> seen;
  for (absl::string_view part : absl::StrSplit(text, ',')) {
    const std::vector<std::string> words = absl::StrSplit(absl::StripAsciiWhitespace(part), '=');
    uint32_t number = 0;
    if (words.size() != 2 || words[0].empty() || !absl::SimpleAtoi(words[1], &number)) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", part, "\" is no weight; write CDN=NUMBER, as in own=70,vendor-a=30"));
    }
    if (!seen.insert(words[0]).second) {
      return absl::InvalidArgumentError(absl::StrCat("\"", words[0], "\" is there twice"));
    }
    v1::RatioRule::Weight& weight = weights.emplace_back();
    weight.set_cdn(words[0]);
    weight.set_weight(number);
  }
  return weights;
}

std::string WriteShare(uint64_t weight, uint64_t total) {
  if (total == 0) return "0 %";
  const double percent = 100.0 * static_cast<double>(weight) / static_cast<double>(total);
  return absl::StrFormat("%.4g %%",
                         static_cast<double>(static_cast<int64_t>(percent * 10 + 0.5)) / 10);
}

}  // namespace nearcast::ctl
