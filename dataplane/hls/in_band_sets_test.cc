#include "dataplane/hls/in_band_sets.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "dataplane/media/big_endian.h"
#include "gtest/gtest.h"

namespace nearcast::hls {
namespace {

using media::ParseVideoConfig;
using media::VideoConfig;

std::string Hex(const char* hex) { return absl::HexStringToBytes(hex); }

const std::string kAvcHeader =
    Hex("17000000000142c01effe100196742c01ed900d83de6f0110000030001000003"
        "00320f162e4801000568cb83cb20");

// 640x360 Main.
const std::string kHevcHeader =
    Hex("90687663310101600000009000000000003ff000fcfdf8f800000f03a00001001840010c01"
        "ffff01600000030090000003000003003f959409a10001002b42010101600000"
        "030090000003000003003fa005020171f2e595952930bc05a020000003002000"
        "00030321a2000100064401c073c189");

std::string Units(const std::vector<std::string>& units) {
  std::string bytes;
  for (const std::string& unit : units) {
    media::AppendBigEndian(unit.size(), 4, &bytes);
    bytes += unit;
  }
  return bytes;
}

// A config whose last parameter sets are not those of its frames.
VideoConfig Announced(const std::string& header, size_t changed) {
  VideoConfig config = *ParseVideoConfig(header);
  std::string& set = config.parameter_sets[changed];
  config.record.replace(config.record.find(set), set.size(), set.size(), '\x55');
  set.back() = static_cast<char>(set.back() + 1);
  return config;
}

TEST(InBandSetsTest, WhatIsKnownOrAbsentChangesNothing) {
  for (const std::string& header : {kAvcHeader, kHevcHeader}) {
    const VideoConfig config = *ParseVideoConfig(header);
    EXPECT_FALSE(FindInBandConfig(config, Units(config.parameter_sets)));
    EXPECT_FALSE(FindInBandConfig(config, Units({Hex("65888400aa")})));
    EXPECT_FALSE(FindInBandConfig(config, ""));
    EXPECT_FALSE(FindInBandConfig(config, "\1\2"));
  }
}

TEST(InBandSetsTest, SetsOfTheFrameMakeTheRecordThatTheHeaderShouldHaveHad) {
  const VideoConfig right = *ParseVideoConfig(kAvcHeader);
  std::vector<std::string> units = right.parameter_sets;
  units.push_back(Hex("65888400aa"));
  for (const size_t changed : {0, 1}) {
    const auto found = FindInBandConfig(Announced(kAvcHeader, changed), Units(units));
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(absl::BytesToHexString(found->record), absl::BytesToHexString(right.record));
    EXPECT_EQ(found->width_px, right.width_px);
    EXPECT_FALSE(FindInBandConfig(*found, Units(units))) << "once";
  }
}

TEST(InBandSetsTest, TheHighProfilesKeepTheirColours) {
  VideoConfig high = *ParseVideoConfig(kAvcHeader);
  high.record += Hex("fdf8f800");
  std::vector<std::string> units = high.parameter_sets;
  high.parameter_sets[1].back() = 0x7F;
  const auto found = FindInBandConfig(high, Units(units));
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(absl::EndsWith(found->record, Hex("fdf8f800")));
}

TEST(InBandSetsTest, OfH265TheArraysAreReplaced) {
  const VideoConfig right = *ParseVideoConfig(kHevcHeader);
  for (const size_t changed : {0, 1, 2}) {
    const auto found =
        FindInBandConfig(Announced(kHevcHeader, changed), Units(right.parameter_sets));
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->parameter_sets, right.parameter_sets);
    EXPECT_EQ(found->codec_text, right.codec_text);
    EXPECT_EQ(found->width_px, 640u);
    EXPECT_FALSE(FindInBandConfig(*found, Units(right.parameter_sets))) << "once";
  }
}

TEST(InBandSetsTest, MalformedAndTooManySetsChangeNothing) {
  const VideoConfig config = *ParseVideoConfig(kAvcHeader);
  EXPECT_FALSE(FindInBandConfig(config, Units({Hex("67")})));
  EXPECT_FALSE(FindInBandConfig(config, Units({Hex("6742c01e")})));
  EXPECT_FALSE(FindInBandConfig(config, Units({"\x67" + std::string(5000, 'x')})));
  std::vector<std::string> many;
  for (int i = 0; i < 17; ++i) many.push_back(config.parameter_sets[0] + static_cast<char>(i));
  EXPECT_FALSE(FindInBandConfig(config, Units(many)));
  for (size_t size = 0; size < config.parameter_sets[0].size(); ++size) {
    FindInBandConfig(config, Units({config.parameter_sets[0].substr(0, size)}));
  }
}

}  // namespace
}  // namespace nearcast::hls
