// Weights of CDNs as people type them: "own=70,vendor-a=30". Pure.
#ifndef TOOLS_NEARCASTCTL_RATIO_WEIGHTS_H_
#define TOOLS_NEARCASTCTL_RATIO_WEIGHTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nearcast/v1/config.pb.h"

namespace nearcast::ctl {

// At least one, each CDN once, weights from 0 to 4294967295. INVALID_ARGUMENT says what is wrong
// with `text`.
absl::StatusOr<std::vector<v1::RatioRule::Weight>> ParseWeights(absl::string_view text);

// A weight's part of all in `total`: "33.3 %".
std::string WriteShare(uint64_t weight, uint64_t total);

}  // namespace nearcast::ctl

#endif  // TOOLS_NEARCASTCTL_RATIO_WEIGHTS_H_
