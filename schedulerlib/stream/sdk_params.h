// sdk_params: what the player is told of one tier of one line, as JSON.
//
// Latency rides in FastOpenDuration (the GOP cache's lower bound, negative ms), BufferDataMs (the
// start buffer), EnableLowLatencyFLV, gop, and NetworkAdapt (chase and slow play); the player's own
// step down after stalls in Auto. When to leave the line for the other one is in LineSwitch
// (standby/line_switch.h).
#ifndef SCHEDULERLIB_STREAM_SDK_PARAMS_H_
#define SCHEDULERLIB_STREAM_SDK_PARAMS_H_

#include <string>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/standby/line_switch.h"
#include "schedulerlib/stream/viewer_latency.h"

namespace nearcast::scheduler {

// Seed 004: low-latency FLV is a GOP cache with a lower bound of 1800 ms.
inline constexpr uint32_t kLowLatencyCacheMs = 1800;

// Members that are set from outside, as names and JSON values; each name once.
using SdkOverrides = absl::InlinedVector<std::pair<absl::string_view, absl::string_view>, 4>;

struct SdkParams {
  absl::string_view suffix;      // the tier's, at the line's CDN
  uint32_t gop_cache_ms = 0;     // the least that its viewers begin with: M
  const ViewerLatency& latency;  // of the viewer
  const SdkOverrides& overrides;
  const LineSwitch* line_switch = nullptr;  // null = there is no other line
};

std::string WriteSdkParams(const TranscodeTemplate& tier, const SdkParams& params);

// The same for many tiers of one line, as it stands inside a JSON string: what does not depend on
// the tier is written once.
class SdkParamsWriter {
 public:
  SdkParamsWriter(const ViewerLatency& latency, uint32_t gop_cache_ms,
                  const SdkOverrides& overrides, const LineSwitch* line_switch);

  // Appends WriteSdkParams, escaped.
  void AppendEscaped(const TranscodeTemplate& tier, absl::string_view suffix,
                     std::string& out) const;

 private:
  const ViewerLatency& latency_;
  const uint32_t gop_cache_ms_;
  const SdkOverrides& overrides_;
  const LineSwitch* const line_switch_;
  std::string tail_;  // from "SuggestFormat" on, escaped
};

// "1280x720", or "" where it is unknown and for sound.
std::string WriteResolution(const TranscodeTemplate& tier);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_SDK_PARAMS_H_
