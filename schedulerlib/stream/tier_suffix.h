// What stands behind '_' in the names of a tier's streams: "hd", "hd5", "uhd560".
//
// The CDN's word for the very template goes first, then the template's own suffix, then the CDN's
// word for the codec mark, then the usual ones: "_hd" is H.264, "_hd5" H.265, "_uhd560" H.265 at 60
// frames a second.
#ifndef SCHEDULERLIB_STREAM_TIER_SUFFIX_H_
#define SCHEDULERLIB_STREAM_TIER_SUFFIX_H_

#include <string>

#include "absl/strings/string_view.h"
#include "schedulerlib/model/config.h"

namespace nearcast::scheduler {

// From this rate on a tier counts as one of 60 frames a second.
inline constexpr uint32_t kHighFps = 50;

// Empty for origin and ao, which are what was pushed.
std::string TierSuffix(const Cdn& cdn, const TranscodeTemplate& tier);

// "h264", "h265", "h264_60", "h265_60".
bool IsCodecMark(absl::string_view text);

// "{tier}5" → "hd5".
std::string ReplaceTier(absl::string_view text, Tier tier);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_TIER_SUFFIX_H_
