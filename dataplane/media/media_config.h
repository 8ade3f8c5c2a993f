// MediaConfig: what a muxer must know of a stream's tracks, read from the bodies that carry it:
// sequence headers and, for codecs without one, the first frame.
//
// Codecs that can be put into MPEG-TS and MP4: H.264, H.265; AAC, MP3, Opus. Sources: the records'
// own headers (avc_config.h, hevc_config.h, aac_config.h); ISO/IEC 11172-3 2.4.1.3 (MP3 header);
// RFC 7845 5.1 (OpusHead), RFC 6716 3.1 (Opus TOC); RFC 6381 and ISO/IEC 14496-15 annex E (codecs
// as text).
#ifndef DATAPLANE_MEDIA_MEDIA_CONFIG_H_
#define DATAPLANE_MEDIA_MEDIA_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dataplane/media/frame.h"

namespace nearcast::media {

struct VideoConfig {
  Codec codec = Codec::kH264;  // or kH265
  std::string record;          // as MP4's avcC or hvcC box holds it
  int nal_length_bytes = 4;
  std::vector<std::string> parameter_sets;  // NAL units in the order they are sent
  uint32_t width_px = 0;
  uint32_t height_px = 0;
  std::string codec_text;  // "avc1.64001f"

  bool operator==(const VideoConfig& other) const {
    return codec == other.codec && record == other.record;
  }
};

struct AudioConfig {
  Codec codec = Codec::kAac;  // or kMp3, kOpus
  std::string record;         // AudioSpecificConfig, OpusHead; empty for MP3
  uint32_t sample_hz = 48000;
  uint8_t channels = 2;
  uint8_t object_type = 2;         // AAC
  uint32_t samples_per_frame = 0;  // 0: each frame tells (Opus)
  std::string codec_text;          // "mp4a.40.2"

  bool operator==(const AudioConfig& other) const {
    return codec == other.codec && record == other.record && sample_hz == other.sample_hz &&
           channels == other.channels;
  }
};

// A track that is absent does not exist, or cannot be muxed.
struct MediaConfig {
  std::optional<VideoConfig> video;
  std::optional<AudioConfig> audio;

  bool operator==(const MediaConfig& other) const {
    return video == other.video && audio == other.audio;
  }
};

// One picture or sound to be muxed. `bytes` as CodedBytes gives them (frame_header.h).
struct CodedFrame {
  FrameKind kind = FrameKind::kVideo;
  bool key = false;
  int64_t dts_ms = 0;  // >= 0
  int32_t composition_ms = 0;
  absl::string_view bytes;
};

// From the body of a video sequence header. InvalidArgument when it is malformed, Unimplemented for
// codecs that are not muxed.
absl::StatusOr<VideoConfig> ParseVideoConfig(absl::string_view payload);

// From the body of an audio sequence header, or of an audio frame for codecs without one (MP3; Opus
// of publishers that send none: 48 kHz stereo). Errors as above.
absl::StatusOr<AudioConfig> ParseAudioConfig(absl::string_view payload);

// Samples at 48 kHz that an Opus packet holds; 0 when it is empty or malformed.
uint32_t OpusPacketSamples(absl::string_view packet);

// The codecs of `config` as a CODECS attribute wants them: "avc1.64001f,mp4a.40.2".
std::string CodecsText(const MediaConfig& config);

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_MEDIA_CONFIG_H_
