#include "dataplane/media/avc_config.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "dataplane/media/bit_reader.h"

namespace nearcast::media {
namespace {

constexpr size_t kSpsBytesMax = 1024;       // the fields up to the cropping need far less
constexpr uint32_t kMacroblocksMax = 4096;  // per side: 65536 px

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

// 7.3.2.1.1.1
void SkipScalingList(BitReader* reader, int size) {
  uint32_t last = 8;
  for (int i = 0; i < size && reader->ok(); ++i) {
    // Modulo 256 (7.4.2.1.1.1), and unsigned: a hostile delta must not overflow.
    const uint32_t next = (last + static_cast<uint32_t>(reader->SignedGolomb())) & 0xFF;
    if (next == 0) return;  // the rest repeats `last`
    last = next;
  }
}

bool HasChromaFormat(uint32_t profile) {
  for (const uint32_t high : {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}) {
    if (profile == high) return true;
  }
  return false;
}

// Reads the fields that only the high profiles have; returns ChromaArrayType.
uint32_t ReadChromaFormat(BitReader* reader) {
  const uint32_t chroma_format = reader->UnsignedGolomb();
  const bool separate_planes = chroma_format == 3 && reader->Bits(1) == 1;
  reader->UnsignedGolomb();  // bit_depth_luma_minus8
  reader->UnsignedGolomb();  // bit_depth_chroma_minus8
  reader->Skip(1);           // qpprime_y_zero_transform_bypass_flag
  if (reader->Bits(1) == 1) {
    const int lists = chroma_format == 3 ? 12 : 8;
    for (int i = 0; i < lists && reader->ok(); ++i) {
      if (reader->Bits(1) == 1) SkipScalingList(reader, i < 6 ? 16 : 64);
    }
  }
  return separate_planes ? 0 : chroma_format;
}

void SkipPictureOrderCount(BitReader* reader) {
  const uint32_t type = reader->UnsignedGolomb();
  if (type == 0) reader->UnsignedGolomb();
  if (type != 1) return;
  reader->Skip(1);
  reader->SignedGolomb();
  reader->SignedGolomb();
  const uint32_t cycle = reader->UnsignedGolomb();
  for (uint32_t i = 0; i < cycle && reader->ok(); ++i) reader->SignedGolomb();
}

absl::StatusOr<std::vector<std::string>> ReadNals(BitReader* reader, uint32_t count) {
  std::vector<std::string> nals;
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t size = reader->Bits(16);
    nals.emplace_back(reader->Bytes(size));
    if (!reader->ok()) return absl::InvalidArgumentError("AVC config ends inside a parameter set");
  }
  return nals;
}

}  // namespace

absl::StatusOr<AvcResolution> ParseSpsResolution(absl::string_view sps_nal) {
  const std::string rbsp = UnescapeNal(sps_nal);
  BitReader reader(rbsp);
  if ((reader.Bits(8) & 0x1F) != 7) return absl::InvalidArgumentError("not an SPS NAL unit");
  const uint32_t profile = reader.Bits(8);
  reader.Skip(16);          // constraint flags, level
  reader.UnsignedGolomb();  // seq_parameter_set_id
  const uint32_t chroma = HasChromaFormat(profile) ? ReadChromaFormat(&reader) : 1;
  reader.UnsignedGolomb();  // log2_max_frame_num_minus4
  SkipPictureOrderCount(&reader);
  reader.UnsignedGolomb();  // max_num_ref_frames
  reader.Skip(1);           // gaps_in_frame_num_value_allowed_flag
  const uint64_t width_mbs = uint64_t{reader.UnsignedGolomb()} + 1;
  const uint64_t height_units = uint64_t{reader.UnsignedGolomb()} + 1;
  const uint32_t fields = 2 - reader.Bits(1);  // frame_mbs_only_flag
  if (fields == 2) reader.Skip(1);
  reader.Skip(1);         // direct_8x8_inference_flag
  uint64_t crop[4] = {};  // left, right, top, bottom
  if (reader.Bits(1) == 1) {
    for (uint64_t& side : crop) side = reader.UnsignedGolomb();
  }
  if (!reader.ok() || width_mbs > kMacroblocksMax || height_units * fields > kMacroblocksMax) {
    return absl::InvalidArgumentError("SPS is cut short or out of range");
  }
  const uint64_t crop_x = (crop[0] + crop[1]) * (chroma == 1 || chroma == 2 ? 2 : 1);
  const uint64_t crop_y = (crop[2] + crop[3]) * (chroma == 1 ? 2 : 1) * fields;
  const uint64_t width = width_mbs * 16, height = height_units * fields * 16;
  if (crop_x >= width || crop_y >= height) {
    return absl::InvalidArgumentError("SPS crops the whole picture");
  }
  return AvcResolution{static_cast<uint32_t>(width - crop_x),
                       static_cast<uint32_t>(height - crop_y)};
}

absl::StatusOr<AvcConfig> ParseAvcConfig(absl::string_view record) {
  BitReader reader(record);
  AvcConfig config;
  const uint32_t version = reader.Bits(8);
  config.profile = reader.Bits(8);
  config.compatibility = reader.Bits(8);
  config.level = reader.Bits(8);
  config.nal_length_bytes = static_cast<int>(reader.Bits(8) & 3) + 1;
  const uint32_t sps_count = reader.Bits(8) & 0x1F;
  if (!reader.ok() || version != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("AVC config of ", record.size(), " bytes, version ", version));
  }
  if (config.nal_length_bytes == 3) return absl::InvalidArgumentError("AVC NAL length of 3 bytes");
  NC_ASSIGN_OR_RETURN(config.sps, ReadNals(&reader, sps_count));
  const uint32_t pps_count = reader.Bits(8);
  if (!reader.ok()) return absl::InvalidArgumentError("AVC config ends before its PPS");
  NC_ASSIGN_OR_RETURN(config.pps, ReadNals(&reader, pps_count));
  if (config.sps.empty()) return absl::InvalidArgumentError("AVC config without SPS");
  NC_ASSIGN_OR_RETURN(const AvcResolution resolution, ParseSpsResolution(config.sps.front()));
  config.width_px = resolution.width_px;
  config.height_px = resolution.height_px;
  return config;
}

}  // namespace nearcast::media
