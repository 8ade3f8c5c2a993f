#include "dataplane/media/adts.h"

#include <cstdlib>
#include <iterator>

#include "base/check.h"
#include "dataplane/media/big_endian.h"

namespace nearcast::media {
namespace {

constexpr uint32_t kSampleRates[] = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                     22050, 16000, 12000, 11025, 8000,  7350};

uint64_t RateIndex(uint32_t sample_hz) {
  size_t best = 0;
  const auto apart = [sample_hz](size_t i) {
    return std::llabs(int64_t{kSampleRates[i]} - int64_t{sample_hz});
  };
  for (size_t i = 1; i < std::size(kSampleRates); ++i) {
    if (apart(i) < apart(best)) best = i;
  }
  return best;
}

}  // namespace

void AppendAdts(const AudioConfig& config, absl::string_view frame, std::string* out) {
  NC_CHECK(frame.size() <= kAdtsFrameBytesMax);
  // Two bits for the profile: AAC LC (2) stands for what builds on it.
  const uint64_t profile =
      (config.object_type >= 1 && config.object_type <= 4 ? config.object_type : 2) - 1;
  const uint64_t channels = config.channels == 8 ? 7 : config.channels;
  uint64_t header = 0xFFF1;  // sync word, MPEG-4, no CRC
  header = header << 2 | profile;
  header = header << 4 | RateIndex(config.sample_hz);
  header = header << 1;  // private
  header = header << 3 | (channels & 7);
  header = header << 4;  // original, home, copyright
  header = header << 13 | (frame.size() + kAdtsHeaderBytes);
  header = header << 11 | 0x7FF;  // buffer fullness: variable rate
  header = header << 2;           // one raw block
  AppendBigEndian(header, static_cast<int>(kAdtsHeaderBytes), out);
  out->append(frame.data(), frame.size());
}

}  // namespace nearcast::media
