#include "schedulerlib/model/tier.h"

#include <array>

namespace nearcast::scheduler {
namespace {

constexpr std::array<absl::string_view, 7> kKeys = {"origin", "uhd", "hd", "sd", "ld", "md", "ao"};

}  // namespace

absl::string_view TierKey(Tier tier) { return kKeys[static_cast<size_t>(tier)]; }

std::optional<Tier> ParseTier(absl::string_view key) {
  for (size_t i = 0; i < kKeys.size(); ++i) {
    if (kKeys[i] == key) return static_cast<Tier>(i);
  }
  return std::nullopt;
}

}  // namespace nearcast::scheduler
