#include "dataplane/media/audio_clock.h"

#include "gtest/gtest.h"

namespace nearcast::media {
namespace {

constexpr uint32_t kHz = 48'000;
constexpr uint32_t kSamples = 1024;

TEST(AudioClockTest, RoundedTimestampsBecomeAnUnbrokenRunOfSamples) {
  AudioClock clock(kHz);
  for (int64_t i = 0; i < 10'000; ++i) {
    EXPECT_EQ(clock.Begin(i * kSamples * 1000 / kHz, kSamples), i * kSamples);
  }
}

TEST(AudioClockTest, SixteenFramesUnderOneTimestampAreLaidOutOneAfterTheOther) {
  AudioClock clock(kHz);
  for (int64_t i = 0; i < 16 * 600; ++i) {  // more than three minutes
    const int64_t batch = i / 16 * 16;
    EXPECT_EQ(clock.Begin(batch * kSamples * 1000 / kHz, kSamples), i * kSamples) << i;
  }
}

TEST(AudioClockTest, AClockThatStandsDoesNotRunAwayFromItsTimestamps) {
  AudioClock clock(kHz);
  int64_t last = -1;
  for (int i = 0; i < 10'000; ++i) {
    const int64_t begin = clock.Begin(5'000, kSamples);
    EXPECT_GT(begin, last);
    last = begin;
  }
  EXPECT_LE(last, (5'000 + AudioClock::kBatchMsMax) * kHz / 1000 + kSamples + 10'000);
}

TEST(AudioClockTest, AGapStays) {
  AudioClock clock(kHz);
  clock.Begin(0, kSamples);
  EXPECT_EQ(clock.Begin(2'000, kSamples), 2'000 * kHz / 1000);
}

}  // namespace
}  // namespace nearcast::media
