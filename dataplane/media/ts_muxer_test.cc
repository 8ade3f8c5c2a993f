#include "dataplane/media/ts_muxer.h"

#include <string>

#include "absl/strings/match.h"
#include "dataplane/media/big_endian.h"
#include "dataplane/media/ts_reading.h"
#include "dataplane/media/ts_tables.h"
#include "gtest/gtest.h"

namespace nearcast::media {
namespace {

constexpr int64_t kWrap = int64_t{1} << 33;

MediaConfig AvcAndAac() {
  MediaConfig config;
  config.video.emplace();
  config.video->parameter_sets = {"\x67sps", "\x68pps"};
  config.audio.emplace();
  config.audio->sample_hz = 44100;
  config.audio->samples_per_frame = 1024;
  return config;
}

// One NAL unit with its length before it.
std::string Unit(uint8_t type, size_t size) {
  std::string unit;
  AppendBigEndian(size, 4, &unit);
  unit.push_back(static_cast<char>(type));
  return unit + std::string(size - 1, 'x');
}

CodedFrame Picture(int64_t dts_ms, bool key, const std::string& bytes, int32_t composition_ms = 0) {
  return {FrameKind::kVideo, key, dts_ms, composition_ms, bytes};
}

class Output {
 public:
  TsReading Read() {
    TsReading reading = ReadTs(bytes, &continuity_);
    bytes.clear();
    return reading;
  }
  std::string bytes;

 private:
  std::map<uint16_t, uint8_t> continuity_;
};

TEST(TsMuxerTest, EveryFrameSizeIsPaddedToWholePackets) {
  TsMuxer muxer;
  Output out;
  muxer.BeginSection(AvcAndAac());
  for (size_t size = 1; size < 600; ++size) {
    const std::string unit = Unit(0x41, size);
    muxer.BeginPiece(&out.bytes);
    muxer.Add(Picture(static_cast<int64_t>(size) * 40, false, unit), &out.bytes);
    const TsReading reading = out.Read();
    ASSERT_TRUE(reading.errors.empty()) << size << ": " << reading.errors.front();
    ASSERT_EQ(reading.packets.size(), 1u);
    // Delimiter (6 bytes), start code (4), unit.
    ASSERT_EQ(reading.packets[0].data.size(), 10 + size);
  }
}

TEST(TsMuxerTest, AKeyFrameCarriesDelimiterAndParameterSetsInFront) {
  TsMuxer muxer;
  Output out;
  muxer.BeginSection(AvcAndAac());
  muxer.BeginPiece(&out.bytes);
  muxer.Add(Picture(0, true, Unit(0x65, 10)), &out.bytes);
  const TsReading reading = out.Read();
  ASSERT_EQ(reading.packets.size(), 1u);
  const std::string expected = std::string(
      "\0\0\0\1\x09\xF0\0\0\0\1\x67sps\0\0\0\1\x68pps\0\0\0\1\x65", 4 + 2 + 4 + 4 + 4 + 4 + 5);
  EXPECT_EQ(reading.packets[0].data.substr(0, expected.size()), expected);
  EXPECT_TRUE(reading.packets[0].random_access);
  EXPECT_EQ(reading.tables, 2);
  EXPECT_EQ(reading.stream_types.at(kTsVideoPid), 0x1B);
  EXPECT_EQ(reading.stream_types.at(kTsAudioPid), 0x0F);
}

TEST(TsMuxerTest, ParameterSetsInTheFrameAreTheRightOnes) {
  TsMuxer muxer;
  Output out;
  muxer.BeginSection(AvcAndAac());
  muxer.Add(Picture(0, true, Unit(0x67, 9) + Unit(0x68, 5) + Unit(0x65, 10)), &out.bytes);
  const TsReading reading = out.Read();
  EXPECT_FALSE(absl::StrContains(reading.packets[0].data, "sps"));
}

TEST(TsMuxerTest, TimesGoOnAcrossThe33BitWrap) {
  TsMuxer muxer;
  Output out;
  muxer.BeginSection(AvcAndAac());
  const int64_t wrap_ms = kWrap / 90 - kTsStartMs;
  int64_t last = -1;
  for (int64_t dts_ms = wrap_ms - 200; dts_ms < wrap_ms + 200; dts_ms += 40) {
    muxer.Add(Picture(dts_ms, false, Unit(0x41, 10), 80), &out.bytes);
    const TsReading reading = out.Read();
    const ReadPes& pes = reading.packets[0];
    EXPECT_EQ((pes.pts - pes.dts + kWrap) % kWrap, 80 * 90);
    EXPECT_EQ((pes.dts - *pes.pcr + kWrap) % kWrap, 100 * 90);
    if (last >= 0) {
      EXPECT_EQ((pes.dts - last + kWrap) % kWrap, 40 * 90);
    }
    last = pes.dts;
  }
}

TEST(TsMuxerTest, NegativeCompositionTimesKeepPresentationAndDecodeEarlier) {
  TsMuxer muxer;
  Output out;
  muxer.BeginSection(AvcAndAac());
  int64_t last_dts = 0;
  int repeated = 0;
  const int32_t composition[] = {0, 80, -40, -40, 80, -40, -40};  // I P B B P B B
  for (int i = 0; i < 7; ++i) {
    muxer.Add(Picture(i * 40, i == 0, Unit(0x41, 10), composition[i]), &out.bytes);
    const TsReading reading = out.Read();
    const ReadPes& pes = reading.packets[0];
    EXPECT_EQ(pes.pts, (i * 40 + composition[i] + kTsStartMs) * 90);
    EXPECT_LE(pes.dts, pes.pts);
    EXPECT_GE(pes.dts, last_dts);
    repeated += pes.dts == last_dts ? 1 : 0;
    last_dts = pes.dts;
  }
  EXPECT_LE(repeated, 1);  // where it first shows
}

TEST(TsMuxerTest, SoundIsGatheredAndTimedBySamples) {
  TsMuxer muxer;
  Output out;
  muxer.BeginSection(AvcAndAac());
  const std::string frame(100, 's');
  int64_t samples = 0;
  for (int i = 0; i < 200; ++i, samples += 1024) {
    muxer.Add({FrameKind::kAudio, false, samples * 1000 / 44100, 0, frame}, &out.bytes);
  }
  muxer.EndPiece(&out.bytes);
  const TsReading reading = out.Read();
  EXPECT_TRUE(reading.errors.empty());
  size_t frames = 0;
  for (const ReadPes& pes : reading.packets) {
    EXPECT_EQ(pes.pid, kTsAudioPid);
    // To a tick: rounding to milliseconds is gone.
    EXPECT_NEAR(static_cast<double>(pes.pts - kTsStartMs * 90),
                static_cast<double>(frames) * 1024 * 90000 / 44100, 1.0);
    ASSERT_EQ(pes.data.size() % 107, 0u);
    EXPECT_EQ(static_cast<uint8_t>(pes.data[0]), 0xFF);
    frames += pes.data.size() / 107;
  }
  EXPECT_EQ(frames, 200u);
  EXPECT_LE(reading.packets.size(), 48u);
  // The clock reference comes often enough though there is no picture.
  for (size_t i = 1; i < reading.pcrs.size(); ++i) {
    EXPECT_LE(reading.pcrs[i] - reading.pcrs[i - 1], 2 * 100 * 90);
  }
}

TEST(TsMuxerTest, ANewSectionMarksItsClockAndCountsTheTablesVersion) {
  TsMuxer muxer;
  Output out;
  muxer.BeginSection(AvcAndAac());
  muxer.BeginPiece(&out.bytes);
  muxer.Add(Picture(0, true, Unit(0x65, 10)), &out.bytes);
  EXPECT_FALSE(out.Read().packets[0].discontinuity);
  MediaConfig sound_only = AvcAndAac();
  sound_only.video.reset();
  muxer.BeginSection(sound_only);
  muxer.BeginPiece(&out.bytes);
  muxer.Add({FrameKind::kAudio, false, 40, 0, "frame"}, &out.bytes);
  muxer.EndPiece(&out.bytes);
  const TsReading reading = out.Read();
  EXPECT_TRUE(reading.errors.empty());
  EXPECT_TRUE(reading.packets[0].discontinuity);
  EXPECT_TRUE(reading.packets[0].pcr.has_value());
  EXPECT_EQ(reading.stream_types.count(kTsVideoPid), 0u);
}

TEST(TsMuxerTest, WhatCannotBeMuxedIsLeftOutAndCounted) {
  TsMuxer muxer;
  Output out;
  MediaConfig config = AvcAndAac();
  config.audio.reset();
  muxer.BeginSection(config);
  muxer.Add({FrameKind::kAudio, false, 0, 0, "sound"}, &out.bytes);
  muxer.Add(Picture(0, true, ""), &out.bytes);
  muxer.Add(Picture(0, true, std::string(4, '\0')), &out.bytes);
  EXPECT_TRUE(out.bytes.empty());
  EXPECT_EQ(muxer.left_out(), 3u);
}

}  // namespace
}  // namespace nearcast::media
