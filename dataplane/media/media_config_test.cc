#include "dataplane/media/media_config.h"

#include <string>

#include "absl/strings/escaping.h"
#include "dataplane/media/audio_clock.h"
#include "gtest/gtest.h"

namespace nearcast::media {
namespace {

std::string Hex(const char* hex) { return absl::HexStringToBytes(hex); }

// 320x180, High 4:4:4 … as x264 writes it.
const std::string kAvcHeader =
    Hex("1700000000"
        "0142c01effe100196742c01ed900d83de6f011000003000100000300320f162e48"
        "01000568cb83cb20");

// 640x360 Main, as x265 writes it: VPS, SPS, PPS.
const std::string kHevcHeader =
    Hex("9068766331"
        "0101600000009000000000003ff000fcfdf8f800000f03a00001001840010c01"
        "ffff01600000030090000003000003003f959409a10001002b42010101600000"
        "030090000003000003003fa005020171f2e595952930bc05a020000003002000"
        "00030321a2000100064401c073c189");

TEST(MediaConfigTest, AvcIsDescribedForPlaylistsAndBoxes) {
  const auto config = ParseVideoConfig(kAvcHeader);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->codec, Codec::kH264);
  EXPECT_EQ(config->codec_text, "avc1.42c01e");
  EXPECT_EQ(config->parameter_sets.size(), 2u);
  EXPECT_GT(config->width_px, 0u);
}

TEST(MediaConfigTest, HevcIsDescribedForPlaylistsAndBoxes) {
  const auto config = ParseVideoConfig(kHevcHeader);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->codec, Codec::kH265);
  EXPECT_EQ(config->codec_text, "hvc1.1.6.L63.90");
  EXPECT_EQ(config->parameter_sets.size(), 3u);
  EXPECT_EQ(config->width_px, 640u);
  EXPECT_EQ(config->height_px, 360u);
}

TEST(MediaConfigTest, HevcConfigsCutAnywhereAreErrors) {
  for (size_t size = 0; size < kHevcHeader.size(); ++size) {
    EXPECT_FALSE(ParseVideoConfig(kHevcHeader.substr(0, size)).ok()) << size;
  }
}

TEST(MediaConfigTest, SoundOfEachCodec) {
  const auto aac = ParseAudioConfig(Hex("af001210"));
  ASSERT_TRUE(aac.ok());
  EXPECT_EQ(aac->codec_text, "mp4a.40.2");
  EXPECT_EQ(aac->sample_hz, 44100u);
  EXPECT_EQ(aac->channels, 2);
  const auto mp3 = ParseAudioConfig(Hex("2ffffb9064"));
  ASSERT_TRUE(mp3.ok());
  EXPECT_EQ(mp3->codec_text, "mp4a.40.34");
  EXPECT_EQ(mp3->sample_hz, 44100u);
  EXPECT_EQ(mp3->samples_per_frame, 1152u);
  EXPECT_FALSE(ParseAudioConfig(Hex("2f00")).ok());
  const auto opus =
      ParseAudioConfig(Hex("904f707573"
                           "4f707573486561640102380180bb0000000000"));
  ASSERT_TRUE(opus.ok());
  EXPECT_EQ(opus->codec_text, "opus");
  EXPECT_EQ(opus->record.size(), 19u);
  EXPECT_EQ(ParseAudioConfig(Hex("7e00")).status().code(), absl::StatusCode::kUnimplemented);
}

TEST(MediaConfigTest, OpusPacketsTellTheirLength) {
  EXPECT_EQ(OpusPacketSamples(""), 0u);
  EXPECT_EQ(OpusPacketSamples(Hex("fc")), 960u);    // CELT 20 ms, one frame
  EXPECT_EQ(OpusPacketSamples(Hex("fd")), 1920u);   // two
  EXPECT_EQ(OpusPacketSamples(Hex("e303")), 360u);  // three of 2.5 ms
  EXPECT_EQ(OpusPacketSamples(Hex("18")), 2880u);   // SILK 60 ms
}

TEST(AudioClockTest, RoundingIsSmoothedAndGapsAreKept) {
  AudioClock clock(44100);
  int64_t expected = 0;
  for (int i = 0; i < 10'000; ++i, expected += 1024) {
    ASSERT_EQ(clock.Begin(expected * 1000 / 44100, 1024), expected);
  }
  const int64_t later_ms = expected * 1000 / 44100 + 500;
  EXPECT_EQ(clock.Begin(later_ms, 1024), later_ms * 44100 / 1000);
}

TEST(AudioClockTest, ADriftingPublisherIsFollowedAndTimeNeverGoesBack) {
  AudioClock clock(48000);
  int64_t last = -1;
  for (int64_t i = 0; i < 200'000; ++i) {
    const int64_t dts_ms = i * 21;  // 1024 samples last 21.33 ms: the publisher's clock is slow
    const int64_t begin = clock.Begin(dts_ms, 1024);
    ASSERT_GT(begin, last);
    ASSERT_LT(std::abs(begin - dts_ms * 48), 48 * 70);
    last = begin;
  }
}

}  // namespace
}  // namespace nearcast::media
