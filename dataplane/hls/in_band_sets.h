// Parameter sets that come with a keyframe, where they are not those of the sequence header: some
// drones and cameras announce one picture and send another. MPEG-TS carries what the frames carry;
// an MP4 has one description for all of its samples, so that is what the frames need.
//
// Sources: ISO/IEC 14496-15 5.3.3.1 (avcC), 8.3.3.1 (hvcC).
#ifndef DATAPLANE_HLS_IN_BAND_SETS_H_
#define DATAPLANE_HLS_IN_BAND_SETS_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "dataplane/media/media_config.h"

namespace nearcast::hls {

// What decodes a keyframe of `units` (media::CodedBytes): nullopt where that is `config`, because
// the frame brings no SPS, or only sets that are known, or malformed ones.
std::optional<media::VideoConfig> FindInBandConfig(const media::VideoConfig& config,
                                                   absl::string_view units);

}  // namespace nearcast::hls

#endif  // DATAPLANE_HLS_IN_BAND_SETS_H_
