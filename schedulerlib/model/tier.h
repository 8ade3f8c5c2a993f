// Tiers by stream_data's keys, from the best to the least. AUTO is no tier: it is several of them
// put together.
#ifndef SCHEDULERLIB_MODEL_TIER_H_
#define SCHEDULERLIB_MODEL_TIER_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "schedulerlib/model/config.h"

namespace nearcast::scheduler {

// "origin", "uhd", "hd", "sd", "ld", "md", "ao".
absl::string_view TierKey(Tier tier);

// Nothing for an unknown key.
std::optional<Tier> ParseTier(absl::string_view key);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_MODEL_TIER_H_
