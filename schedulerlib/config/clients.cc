#include "schedulerlib/config/clients.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "schedulerlib/model/tier.h"

namespace nearcast::scheduler {
namespace {

void CheckMax(absl::string_view path, uint32_t value, uint32_t max, AddProblem add) {
  if (value > max) add(path, absl::StrCat("must be at most ", max));
}

void ValidateEncoder(const EncoderSettings& encoder, AddProblem add) {
  const std::string& profile = encoder.profile;
  if (!profile.empty() && profile != "baseline" && profile != "main" && profile != "high") {
    add("spec.encoder.profile",
        absl::StrCat("is no profile: \"", profile, "\"; known are baseline, main, high"));
  }
  if ((encoder.width == 0) != (encoder.height == 0)) {
    add("spec.encoder.width", "width and height must be given together");
  }
  CheckMax("spec.encoder.width", encoder.width, 16384, add);
  CheckMax("spec.encoder.height", encoder.height, 16384, add);
  CheckMax("spec.encoder.fps", encoder.fps, 240, add);
  CheckMax("spec.encoder.gop_ms", encoder.gop_ms, 60'000, add);
  const auto above = [](uint32_t low, uint32_t high) { return high > 0 && low > high; };
  if (above(encoder.bitrate_min_bps, encoder.bitrate_max_bps) ||
      above(encoder.bitrate_min_bps, encoder.bitrate_bps) ||
      above(encoder.bitrate_bps, encoder.bitrate_max_bps)) {
    add("spec.encoder.bitrate_bps", "must lie between bitrate_min_bps and bitrate_max_bps");
  }
}

}  // namespace

void ValidateClientPolicy(const ClientPolicy& policy, AddProblem add) {
  ValidateEncoder(policy.encoder, add);
  CheckMax("spec.decoder.start_buffer_ms", policy.decoder.start_buffer_ms, 60'000, add);
  const std::string& tier = policy.decoder.tier_max;
  if (!tier.empty() && !ParseTier(tier)) {
    add("spec.decoder.tier_max",
        absl::StrCat("is no tier: \"", tier, "\"; known are origin, uhd, hd, sd, ld, md, ao"));
  }
  for (size_t i = 0; i < policy.decoder.video.size(); ++i) {
    if (policy.decoder.video[i].codec != ClientCodecName::kUnset) continue;
    add(absl::StrCat("spec.decoder.video[", i, "].codec"), "is missing: H264 or H265");
  }
  if (policy.encoder == EncoderSettings() && policy.decoder == DecoderSettings()) {
    add("spec", "sets nothing; give encoder or decoder settings");
  }
}

}  // namespace nearcast::scheduler
