#include "dataplane/media/hevc_config.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "dataplane/media/bit_reader.h"

namespace nearcast::media {
namespace {

constexpr size_t kSpsBytesMax = 1024;  // the fields up to the conformance window need far less
constexpr uint64_t kSideMax = 65536;
constexpr uint32_t kSpsType = 33;

// 7.3.1.1: drops the 03 of each 00 00 03.
std::string UnescapeNal(absl::string_view nal) {
  std::string rbsp;
  int zeros = 0;
  for (const char byte : nal.substr(0, kSpsBytesMax)) {
    if (zeros >= 2 && byte == 3) {
      zeros = 0;
      continue;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    rbsp.push_back(byte);
  }
  return rbsp;
}

// 7.3.3
void SkipProfileTierLevel(BitReader* reader, uint32_t sub_layers_minus1) {
  constexpr size_t kGeneralBits = 2 + 1 + 5 + 32 + 48 + 8;
  reader->Skip(kGeneralBits);
  bool profiles[8] = {}, levels[8] = {};
  for (uint32_t i = 0; i < sub_layers_minus1; ++i) {
    profiles[i] = reader->Bits(1) == 1;
    levels[i] = reader->Bits(1) == 1;
  }
  if (sub_layers_minus1 > 0) reader->Skip(2 * (8 - sub_layers_minus1));
  for (uint32_t i = 0; i < sub_layers_minus1; ++i) {
    if (profiles[i]) reader->Skip(kGeneralBits - 8);
    if (levels[i]) reader->Skip(8);
  }
}

absl::Status ReadResolution(absl::string_view sps, HevcConfig* config) {
  const std::string rbsp = UnescapeNal(sps);
  BitReader reader(rbsp);
  reader.Skip(16 + 4);  // NAL header, sps_video_parameter_set_id
  const uint32_t sub_layers_minus1 = reader.Bits(3);
  reader.Skip(1);  // sps_temporal_id_nesting_flag
  SkipProfileTierLevel(&reader, sub_layers_minus1);
  reader.UnsignedGolomb();  // sps_seq_parameter_set_id
  const uint32_t chroma = reader.UnsignedGolomb();
  if (chroma == 3) reader.Skip(1);  // separate_colour_plane_flag
  const uint64_t width = reader.UnsignedGolomb();
  const uint64_t height = reader.UnsignedGolomb();
  uint64_t window[4] = {};  // left, right, top, bottom
  if (reader.Bits(1) == 1) {
    for (uint64_t& side : window) side = reader.UnsignedGolomb();
  }
  const uint64_t cut_x = (window[0] + window[1]) * (chroma == 1 || chroma == 2 ? 2 : 1);
  const uint64_t cut_y = (window[2] + window[3]) * (chroma == 1 ? 2 : 1);
  if (!reader.ok() || width > kSideMax || height > kSideMax || cut_x >= width || cut_y >= height) {
    return absl::InvalidArgumentError("H.265 SPS is cut short or out of range");
  }
  config->width_px = static_cast<uint32_t>(width - cut_x);
  config->height_px = static_cast<uint32_t>(height - cut_y);
  return absl::OkStatus();
}

absl::Status ReadArrays(BitReader* reader, HevcConfig* config) {
  bool has_sps = false;
  const uint32_t arrays = reader->Bits(8);
  for (uint32_t i = 0; i < arrays && reader->ok(); ++i) {
    const uint32_t type = reader->Bits(8) & 0x3F;
    const uint32_t count = reader->Bits(16);
    for (uint32_t j = 0; j < count && reader->ok(); ++j) {
      const absl::string_view unit = reader->Bytes(reader->Bits(16));
      if (!reader->ok() || unit.empty()) break;
      config->parameters.emplace_back(unit.data(), unit.size());
      if (type != kSpsType || has_sps) continue;
      has_sps = true;
      NC_RETURN_IF_ERROR(ReadResolution(unit, config));
    }
  }
  if (!reader->ok()) return absl::InvalidArgumentError("H.265 config ends inside a parameter set");
  if (!has_sps) return absl::InvalidArgumentError("H.265 config without SPS");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<HevcConfig> ParseHevcConfig(absl::string_view record) {
  BitReader reader(record);
  HevcConfig config;
  const uint32_t version = reader.Bits(8);
  config.profile_space = static_cast<uint8_t>(reader.Bits(2));
  config.high_tier = reader.Bits(1) == 1;
  config.profile = static_cast<uint8_t>(reader.Bits(5));
  config.compatibility = reader.Bits(32);
  config.constraints = uint64_t{reader.Bits(16)} << 32;
  config.constraints |= reader.Bits(32);
  config.level = static_cast<uint8_t>(reader.Bits(8));
  reader.Skip(16 + 8 + 8 + 8 + 8 + 16);  // segmentation … average frame rate
  config.nal_length_bytes = static_cast<int>(reader.Bits(8) & 3) + 1;
  // Version 0 is what some encoders of the days before the standard write.
  if (!reader.ok() || version > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("H.265 config of ", record.size(), " bytes, version ", version));
  }
  if (config.nal_length_bytes == 3)
    return absl::InvalidArgumentError("H.265 NAL length of 3 bytes");
  NC_RETURN_IF_ERROR(ReadArrays(&reader, &config));
  return config;
}

}  // namespace nearcast::media
