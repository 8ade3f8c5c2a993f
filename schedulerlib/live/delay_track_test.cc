#include "schedulerlib/live/delay_track.h"

#include <algorithm>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

constexpr DelayResult kLost{.delay_us = std::nullopt, .tries = 3, .lost = 3};

DelayResult Us(int32_t us) { return {.delay_us = us, .tries = 3, .lost = 0}; }

std::optional<int32_t> Counted(const std::vector<DelayResult>& results) {
  DelayTrack track;
  for (const DelayResult& result : results) track.Add(result, absl::ZeroDuration());
  return track.CountedUs();
}

TEST(DelayTrackTest, TableOfWhatCounts) {
  EXPECT_EQ(Counted({}), std::nullopt);
  EXPECT_EQ(Counted({Us(12'300)}), 12'000) << "the first counts at once, in steps";
  EXPECT_EQ(Counted({Us(40)}), 1000) << "never nothing";
  EXPECT_EQ(Counted({kLost}), std::nullopt);
  EXPECT_EQ(Counted({Us(10'000), Us(500'000), Us(10'000)}), 10'000) << "one outlier";
  EXPECT_EQ(Counted({Us(10'000), Us(11'900), Us(11'900), Us(11'900)}), 10'000) << "in the band";
  EXPECT_EQ(Counted({Us(10'000), Us(12'600), Us(12'600), Us(12'600)}), 13'000) << "out of it";
  EXPECT_EQ(Counted({Us(80'000), Us(89'000), Us(89'000), Us(89'000)}), 80'000) << "an eighth";
  EXPECT_EQ(
      Counted({Us(20'000), Us(20'000), Us(20'000), Us(20'000), Us(20'000), Us(90'000), Us(90'000)}),
      20'000);
  EXPECT_EQ(Counted({Us(20'000), Us(20'000), Us(20'000), Us(20'000), Us(20'000), Us(90'000),
                     Us(90'000), Us(90'000)}),
            90'000)
      << "a new path is believed after three";
  EXPECT_EQ(Counted({Us(20'000), kLost, kLost}), std::nullopt) << "most of it lost";
  EXPECT_EQ(Counted({Us(20'000), Us(20'000), Us(20'000), kLost, kLost}), 20'000);
}

TEST(DelayTrackTest, MedianIsThatOfTheLastFive) {
  std::mt19937 random(7);
  DelayTrack track;
  std::vector<int32_t> all;
  for (int i = 0; i < 2000; ++i) {
    const bool lost = random() % 3 == 0;
    const int32_t us = lost ? INT32_MAX : static_cast<int32_t>(random() % 100'000);
    track.Add(lost ? kLost : Us(us), absl::ZeroDuration());
    all.push_back(us);
    std::vector<int32_t> last(all.end() - std::min<ptrdiff_t>(5, all.end() - all.begin()),
                              all.end());
    std::sort(last.begin(), last.end());
    const int32_t median = last[(last.size() - 1) / 2];
    ASSERT_EQ(track.MedianUs().value_or(INT32_MAX), median) << i;
  }
}

TEST(DelayTrackTest, LossIsSmoothed) {
  DelayTrack track;
  track.Add({.delay_us = 1000, .tries = 4, .lost = 2}, absl::ZeroDuration());
  EXPECT_DOUBLE_EQ(track.loss(), 0.5);
  for (int i = 0; i < 50; ++i) track.Add(Us(1000), absl::ZeroDuration());
  EXPECT_LT(track.loss(), 0.001);
}

// What the smoothing is worth: a path of 30 ms whose measurements have the long tail of queues
// (exponential, 3 ms on average, one in twenty ten times as much), measured for a week's minutes.
TEST(DelayTrackTest, JitterChangesNextToNothing) {
  std::mt19937 random(1);
  std::exponential_distribution<double> queue(1 / 3000.0);
  DelayTrack track;
  int raw_moves = 0;
  int moves = 0;
  int32_t raw = 0;
  std::optional<int32_t> counted;
  constexpr int kMeasurements = 7 * 24 * 60;
  for (int i = 0; i < kMeasurements; ++i) {
    double least = 1e9;
    for (int t = 0; t < 3; ++t) {
      least = std::min(least, queue(random) * (random() % 20 == 0 ? 10 : 1));
    }
    const auto us = static_cast<int32_t>(30'000 + least);
    raw_moves += us / 1000 != raw ? 1 : 0;
    raw = us / 1000;
    track.Add(Us(us), absl::ZeroDuration());
    moves += track.CountedUs() != counted ? 1 : 0;
    counted = track.CountedUs();
  }
  std::cout << "of " << kMeasurements << " measurements the least in ms changed " << raw_moves
            << " times, what counts " << moves << " times\n";
  RecordProperty("moves", moves);
  EXPECT_LE(moves, 5);
  EXPECT_GT(raw_moves, 1000);
}

}  // namespace
}  // namespace nearcast::scheduler
