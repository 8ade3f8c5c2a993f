// onMetaData: what a publisher says of its stream, in a script (data) message.
// Source: Flash Video File Format 10.1, E.5; RTMP publishers wrap it in @setDataFrame.
#ifndef DATAPLANE_MEDIA_METADATA_H_
#define DATAPLANE_MEDIA_METADATA_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nearcast::media {

// Absent fields were not said. What a publisher says may be wrong: sequence headers know better.
struct Metadata {
  std::optional<double> width_px;
  std::optional<double> height_px;
  std::optional<double> framerate;        // frames per second
  std::optional<double> video_kbps;       // videodatarate
  std::optional<double> audio_kbps;       // audiodatarate
  std::optional<double> audio_sample_hz;  // audiosamplerate
  std::optional<double> audio_channels;
  std::optional<double> video_codec_id;  // FLV codec id, or a FourCC as a number (Enhanced RTMP)
  std::optional<double> audio_codec_id;
  std::string encoder;
};

// The script payload as it stands in an FLV tag: `payload` without a leading "@setDataFrame", which
// only RTMP publishers send. A view of `payload`.
absl::string_view StripSetDataFrame(absl::string_view payload);

// Whether `payload` (with or without @setDataFrame) is an onMetaData message.
bool IsOnMetaData(absl::string_view payload);

// Reads an onMetaData payload, with or without @setDataFrame. InvalidArgument for anything else.
absl::StatusOr<Metadata> ParseMetadata(absl::string_view payload);

// The onMetaData payload for an FLV tag.
std::string EncodeMetadata(const Metadata& metadata);

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_METADATA_H_
