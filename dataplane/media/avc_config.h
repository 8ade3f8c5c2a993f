// AvcConfig: what a player must know of an H.264 stream, from its AVCDecoderConfigurationRecord.
// Source: ISO/IEC 14496-15 5.2.4.1; ITU-T H.264 7.3.2.1.1 (sequence parameter set) and 7.4.2.1.1
// (cropping).
#ifndef DATAPLANE_MEDIA_AVC_CONFIG_H_
#define DATAPLANE_MEDIA_AVC_CONFIG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nearcast::media {

struct AvcConfig {
  uint8_t profile = 0;           // profile_idc, e.g. 100 = High
  uint8_t compatibility = 0;     // constraint flags
  uint8_t level = 0;             // level_idc, e.g. 31 = 3.1
  int nal_length_bytes = 4;      // 1, 2 or 4
  std::vector<std::string> sps;  // NAL units, without length or start code
  std::vector<std::string> pps;
  uint32_t width_px = 0;  // of the first SPS, after cropping
  uint32_t height_px = 0;
};

struct AvcResolution {
  uint32_t width_px = 0;
  uint32_t height_px = 0;
};

// Reads the record (SequenceHeaderConfig of an H.264 sequence header). InvalidArgument when it is
// cut short, has no SPS, or an SPS is malformed.
absl::StatusOr<AvcConfig> ParseAvcConfig(absl::string_view record);

// The visible size in an SPS NAL unit. Both are at most 65536.
absl::StatusOr<AvcResolution> ParseSpsResolution(absl::string_view sps_nal);

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_AVC_CONFIG_H_
