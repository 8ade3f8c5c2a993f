#include "dataplane/media/metadata.h"

#include "absl/status/status.h"
#include "base/status_macros.h"
#include "dataplane/media/amf0.h"

namespace nearcast::media {
namespace {

// The number fields by their names on the wire (E.5).
struct NumberField {
  const char* name;
  std::optional<double> Metadata::*field;
};
constexpr NumberField kNumberFields[] = {
    {"width", &Metadata::width_px},
    {"height", &Metadata::height_px},
    {"framerate", &Metadata::framerate},
    {"videodatarate", &Metadata::video_kbps},
    {"videocodecid", &Metadata::video_codec_id},
    {"audiodatarate", &Metadata::audio_kbps},
    {"audiosamplerate", &Metadata::audio_sample_hz},
    {"audiochannels", &Metadata::audio_channels},
    {"audiocodecid", &Metadata::audio_codec_id},
};

constexpr absl::string_view kOnMetaData("\x02\x00\x0AonMetaData", 13);
constexpr absl::string_view kSetDataFrame("\x02\x00\x0D@setDataFrame", 16);

bool StartsWith(absl::string_view text, absl::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

}  // namespace

absl::string_view StripSetDataFrame(absl::string_view payload) {
  if (StartsWith(payload, kSetDataFrame)) payload.remove_prefix(kSetDataFrame.size());
  return payload;
}

bool IsOnMetaData(absl::string_view payload) {
  return StartsWith(StripSetDataFrame(payload), kOnMetaData);
}

absl::StatusOr<Metadata> ParseMetadata(absl::string_view payload) {
  if (!IsOnMetaData(payload)) return absl::InvalidArgumentError("not an onMetaData message");
  Amf0Reader reader(StripSetDataFrame(payload).substr(kOnMetaData.size()));
  NC_ASSIGN_OR_RETURN(const Amf0Value said, reader.Read());
  Metadata metadata;
  for (const auto& [name, field] : kNumberFields) {
    const Amf0Value* value = said.Find(name);
    if (value != nullptr && value->number() != nullptr) metadata.*field = *value->number();
  }
  const Amf0Value* encoder = said.Find("encoder");
  if (encoder != nullptr && encoder->text() != nullptr) metadata.encoder = *encoder->text();
  return metadata;
}

std::string EncodeMetadata(const Metadata& metadata) {
  Amf0EcmaArray array;
  for (const auto& [name, field] : kNumberFields) {
    if (metadata.*field) array.properties.push_back({name, Amf0Value(*(metadata.*field))});
  }
  if (!metadata.encoder.empty()) array.properties.push_back({"encoder", metadata.encoder});
  std::string payload(kOnMetaData);
  AppendAmf0(std::move(array), &payload);
  return payload;
}

}  // namespace nearcast::media
