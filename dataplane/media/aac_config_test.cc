#include "dataplane/media/aac_config.h"

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace nearcast::media {
namespace {

struct Row {
  const char* hex;
  uint8_t object_type;
  uint32_t sample_hz;
  uint8_t channels;
};

TEST(AacConfigTest, ReadsEachRow) {
  const Row rows[] = {
      {"1210", 2, 44100, 2},       // LC
      {"1188", 2, 48000, 1},       // LC, mono
      {"2b920800", 5, 22050, 2},   // SBR over 22.05 kHz
      {"eb8a0800", 29, 22050, 1},  // PS over mono
      {"178056221"
       "0",
       2, 44100, 2},             // the rate itself, 24 bits
      {"f94640", 42, 48000, 2},  // escaped object type (USAC)
  };
  for (const Row& row : rows) {
    const auto config = ParseAacConfig(absl::HexStringToBytes(row.hex));
    ASSERT_TRUE(config.ok()) << row.hex;
    EXPECT_EQ(config->object_type, row.object_type) << row.hex;
    EXPECT_EQ(config->sample_hz, row.sample_hz) << row.hex;
    EXPECT_EQ(config->channel_config, row.channels) << row.hex;
  }
}

TEST(AacConfigTest, RefusesShortAndReserved) {
  for (const char* hex : {"", "12", "1780", "1690", "1710"}) {  // indices 13 and 14 are reserved
    EXPECT_FALSE(ParseAacConfig(absl::HexStringToBytes(hex)).ok()) << hex;
  }
}

}  // namespace
}  // namespace nearcast::media
