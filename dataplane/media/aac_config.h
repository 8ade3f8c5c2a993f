// AacConfig: what a player must know of an AAC stream, from its AudioSpecificConfig.
// Source: ISO/IEC 14496-3 1.6.2.1.
#ifndef DATAPLANE_MEDIA_AAC_CONFIG_H_
#define DATAPLANE_MEDIA_AAC_CONFIG_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nearcast::media {

struct AacConfig {
  uint8_t object_type = 0;     // 2 = AAC LC, 5 = SBR (HE-AAC), 29 = PS (HE-AAC v2)
  uint32_t sample_hz = 0;      // of the core coder: half the output rate under SBR
  uint8_t channel_config = 0;  // 1 mono, 2 stereo, … 7 = 7.1; 0 = described in the stream itself
};

// Reads the config (SequenceHeaderConfig of an AAC sequence header). InvalidArgument when it is cut
// short or names a reserved sampling rate.
absl::StatusOr<AacConfig> ParseAacConfig(absl::string_view config);

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_AAC_CONFIG_H_
