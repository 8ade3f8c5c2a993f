// HevcConfig: what a muxer must know of an H.265 stream, from its HEVCDecoderConfigurationRecord.
// Source: ISO/IEC 14496-15 8.3.3.1; ITU-T H.265 7.3.2.2 (sequence parameter set), 7.3.3
// (profile_tier_level), 7.4.3.2.1 (conformance window).
#ifndef DATAPLANE_MEDIA_HEVC_CONFIG_H_
#define DATAPLANE_MEDIA_HEVC_CONFIG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nearcast::media {

struct HevcConfig {
  uint8_t profile_space = 0;  // 0..3
  bool high_tier = false;
  uint8_t profile = 0;                  // general_profile_idc: 1 Main, 2 Main 10
  uint32_t compatibility = 0;           // general_profile_compatibility_flags
  uint64_t constraints = 0;             // 48 bits
  uint8_t level = 0;                    // general_level_idc: 30 × level number
  int nal_length_bytes = 4;             // 1, 2 or 4
  std::vector<std::string> parameters;  // VPS, SPS, PPS, SEI, without length or start code
  uint32_t width_px = 0;                // of the first SPS, inside its conformance window
  uint32_t height_px = 0;
};

// Reads the record (SequenceHeaderConfig of an H.265 sequence header). InvalidArgument when it is
// cut short, has no SPS, or its SPS is malformed.
absl::StatusOr<HevcConfig> ParseHevcConfig(absl::string_view record);

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_HEVC_CONFIG_H_
