#include "dataplane/media/aac_config.h"

#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "dataplane/media/bit_reader.h"

namespace nearcast::media {
namespace {

// Table 1.16; 15 means that the rate itself follows.
constexpr uint32_t kSampleRates[] = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                     22050, 16000, 12000, 11025, 8000,  7350};

uint8_t ReadObjectType(BitReader* reader) {
  const uint32_t type = reader->Bits(5);
  return static_cast<uint8_t>(type == 31 ? 32 + reader->Bits(6) : type);
}

// 0 for a reserved index.
uint32_t ReadSampleRate(BitReader* reader) {
  const uint32_t index = reader->Bits(4);
  if (index == 15) return reader->Bits(24);
  return index < std::size(kSampleRates) ? kSampleRates[index] : 0;
}

}  // namespace

absl::StatusOr<AacConfig> ParseAacConfig(absl::string_view config) {
  BitReader reader(config);
  AacConfig parsed;
  parsed.object_type = ReadObjectType(&reader);
  parsed.sample_hz = ReadSampleRate(&reader);
  parsed.channel_config = static_cast<uint8_t>(reader.Bits(4));
  if (!reader.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("AudioSpecificConfig of ", config.size(), " bytes ends early"));
  }
  if (parsed.sample_hz == 0)
    return absl::InvalidArgumentError("AAC config: reserved sampling rate");
  return parsed;
}

}  // namespace nearcast::media
