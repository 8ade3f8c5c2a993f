// PAT and PMT of a transport stream with one program, as sections without their CRC.
// Source: ISO/IEC 13818-1 2.4.4.3 (PAT), 2.4.4.8 (PMT), table 2-34 (stream types); for Opus the
// registration and extension descriptors that FFmpeg and libopus' TS mapping agree on.
#ifndef DATAPLANE_MEDIA_TS_TABLES_H_
#define DATAPLANE_MEDIA_TS_TABLES_H_

#include <cstdint>
#include <string>

#include "dataplane/media/media_config.h"

namespace nearcast::media {

inline constexpr uint16_t kTsPatPid = 0;
inline constexpr uint16_t kTsPmtPid = 0x1000;
inline constexpr uint16_t kTsVideoPid = 0x100;
inline constexpr uint16_t kTsAudioPid = 0x101;

std::string BuildPat();

// `version` counts changes of the tracks; its low 5 bits are sent. The clock is on the video track,
// or on the audio track where there is no video.
std::string BuildPmt(const MediaConfig& config, uint8_t version);

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_TS_TABLES_H_
