#include "dataplane/media/avc_config.h"

#include <random>
#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace nearcast::media {
namespace {

struct Row {
  const char* what;
  const char* hex;
  uint8_t profile;
  uint32_t width_px;
  uint32_t height_px;
};

// Records as x264 writes them.
const Row kRows[] = {
    {"High, cropped from 1088 lines, emulation prevention",
     "01640028ffe1001b67640028acd940780227e5c044000003000400000300c83c60c65801000668ebe3cb22c0fdf8f"
     "8"
     "00",
     100, 1920, 1080},
    {"Baseline, cropped from 864 columns",
     "0142c01effe100196742c01ed900d83de6f011000003000100000300320f162e4801000568cb83cb20", 66, 854,
     480},
    {"High 4:4:4, interlaced",
     "01f40028ffe1001b67f40028919b280f0089f97011000003000100000300321f162d9601000668fba3c44844fff8f"
     "8"
     "00",
     244, 1920, 1080},
};

TEST(AvcConfigTest, ReadsProfileAndResolutionOfEachRow) {
  for (const Row& row : kRows) {
    const auto config = ParseAvcConfig(absl::HexStringToBytes(row.hex));
    ASSERT_TRUE(config.ok()) << row.what << ": " << config.status();
    EXPECT_EQ(config->profile, row.profile) << row.what;
    EXPECT_EQ(config->width_px, row.width_px) << row.what;
    EXPECT_EQ(config->height_px, row.height_px) << row.what;
    EXPECT_EQ(config->nal_length_bytes, 4) << row.what;
    EXPECT_EQ(config->sps.size(), 1u) << row.what;
    EXPECT_EQ(config->pps.size(), 1u) << row.what;
  }
}

TEST(AvcConfigTest, RefusesRecordsThatEndEarly) {
  for (const Row& row : kRows) {
    const std::string record = absl::HexStringToBytes(row.hex);
    // The High profiles carry four more bytes behind the PPS, which are not needed.
    const size_t needed = row.profile == 66 ? record.size() : record.size() - 4;
    for (size_t size = 0; size < needed; ++size) {
      EXPECT_FALSE(ParseAvcConfig(std::string(record, 0, size)).ok()) << row.what << " " << size;
    }
  }
}

TEST(AvcConfigTest, RefusesMalformedRecords) {
  std::string record = absl::HexStringToBytes(kRows[1].hex);
  record[0] = 2;  // version
  EXPECT_FALSE(ParseAvcConfig(record).ok());
  record[0] = 1;
  record[4] = '\xFE';  // NAL length of 3 bytes
  EXPECT_FALSE(ParseAvcConfig(record).ok());
  EXPECT_FALSE(ParseAvcConfig(absl::HexStringToBytes("0142c01effe000")).ok());  // no SPS
  EXPECT_FALSE(ParseSpsResolution("\x68").ok());
  EXPECT_FALSE(ParseSpsResolution("").ok());
}

// A scaling list whose first delta is the largest that 32 bits can code.
TEST(AvcConfigTest, SurvivesAHugeScalingDelta) {
  (void)ParseSpsResolution(absl::HexStringToBytes("6764001fad80000000fffffffefffff0"));
}

TEST(AvcConfigTest, SurvivesFlippedBits) {
  std::mt19937 random(4);
  for (int round = 0; round < 100000; ++round) {
    std::string record = absl::HexStringToBytes(kRows[random() % 3].hex);
    for (int flips = random() % 8; flips >= 0; --flips) {
      record[random() % record.size()] ^= static_cast<char>(1 << random() % 8);
    }
    const auto config = ParseAvcConfig(record);
    if (!config.ok()) continue;
    EXPECT_GT(config->width_px, 0u);
    EXPECT_LE(config->width_px, 65536u);
    EXPECT_LE(config->height_px, 65536u);
  }
}

}  // namespace
}  // namespace nearcast::media
