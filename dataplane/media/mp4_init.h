// The initialization segment of a fragmented MP4 (CMAF header): ftyp and moov.
// Sources: ISO/IEC 14496-12 (boxes), 14496-14 and 14496-1 7.2.6 (esds), 14496-15 (avcC, hvcC),
// "Encapsulation of Opus in ISO Base Media File Format" 4.3 (dOps).
#ifndef DATAPLANE_MEDIA_MP4_INIT_H_
#define DATAPLANE_MEDIA_MP4_INIT_H_

#include <cstdint>
#include <string>

#include "dataplane/media/media_config.h"

namespace nearcast::media {

inline constexpr uint32_t kMp4VideoTrack = 1;
inline constexpr uint32_t kMp4AudioTrack = 2;
inline constexpr uint32_t kMp4VideoHz = 90'000;  // the audio track counts in samples

std::string BuildMp4Init(const MediaConfig& config);

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_MP4_INIT_H_
