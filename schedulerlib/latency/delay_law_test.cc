#include "schedulerlib/latency/delay_law.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

// A relay's cache, frame by frame: what a request at `now_ms` is given first is the last keyframe
// that is at least `lower_bound_ms` old. Frames come every `frame_ms`, every GOP begins with a
// keyframe.
int64_t SimulatedDelay(int64_t now_ms, int64_t lower_bound_ms, int64_t gop_ms, int64_t frame_ms) {
  const int64_t newest_old_enough = (now_ms - lower_bound_ms) / frame_ms * frame_ms;
  return now_ms - newest_old_enough / gop_ms * gop_ms;
}

std::vector<double> SimulateDelays(uint32_t lower_bound_ms, uint32_t gop_ms, int viewers) {
  std::mt19937_64 random(lower_bound_ms * 31 + gop_ms);
  std::uniform_int_distribution<int64_t> arrival(1'000'000, 100'000'000);
  std::vector<double> delays;
  for (int i = 0; i < viewers; ++i) {
    delays.push_back(
        static_cast<double>(SimulatedDelay(arrival(random), lower_bound_ms, gop_ms, 1)));
  }
  std::sort(delays.begin(), delays.end());
  return delays;
}

// The greatest distance between the sample and the uniform distribution (Kolmogorov, Smirnov).
double DistanceFromUniform(const std::vector<double>& sorted, const DelayRange& range) {
  double distance = 0;
  const auto n = static_cast<double>(sorted.size());
  for (size_t i = 0; i < sorted.size(); ++i) {
    const double expected = (sorted[i] - range.min_ms) / (range.max_ms - range.min_ms);
    distance = std::max({distance, std::abs(expected - i / n), std::abs(expected - (i + 1) / n)});
  }
  return distance;
}

TEST(DelayLawTest, SimulatedDelaysAreUniformBetweenTheBounds) {
  constexpr int kViewers = 20'000;
  // Passed by 99.9 % of uniform samples.
  const double distance_max = 1.95 / std::sqrt(kViewers);
  for (const uint32_t lower_bound : {0u, 300u, 1800u, 5000u}) {
    for (const uint32_t gop : {1000u, 2000u, 4000u}) {
      const DelayRange range = LowerBoundDelay(lower_bound, gop);
      const auto delays = SimulateDelays(lower_bound, gop, kViewers);
      EXPECT_GE(delays.front(), range.min_ms);
      EXPECT_LE(delays.back(), range.max_ms);
      EXPECT_LT(DistanceFromUniform(delays, range), distance_max) << lower_bound << " " << gop;
      double mean = 0;
      for (const double delay : delays) mean += delay / kViewers;
      EXPECT_NEAR(mean, range.mean_ms(), gop * 0.01);
    }
  }
}

TEST(DelayLawTest, FramesOnlyMoveTheBoundsByOneFrame) {
  for (int64_t now = 100'000; now < 104'000; ++now) {
    const int64_t delay = SimulatedDelay(now, 1800, 2000, 40);
    EXPECT_GE(delay, 1800);
    EXPECT_LT(delay, 1800 + 2000 + 40);
  }
}

TEST(DelayLawTest, HalfTheGopHalvesTheDistanceAndLowersTheMean) {
  // Seed 004: from 4 s to 2 s the mean falls by 1 s.
  EXPECT_EQ(LowerBoundDelay(6000, 4000).mean_ms() - LowerBoundDelay(6000, 2000).mean_ms(), 1000u);
  EXPECT_EQ(LowerBoundDelay(6000, 2000), (DelayRange{6000, 8000}));
}

TEST(DelayLawTest, HuaweisTableFollows) {
  const struct {
    uint32_t setting_s;
    uint32_t gop_s;
    DelayRange delay;
  } kRows[] = {
      {2, 1, {2000, 3000}}, {2, 2, {2000, 4000}}, {2, 4, {2000, 6000}},
      {4, 1, {4000, 5000}}, {4, 2, {4000, 6000}}, {4, 4, {4000, 8000}},
      {6, 1, {6000, 7000}}, {6, 2, {6000, 8000}}, {6, 4, {6000, 10000}},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(LowerBoundDelay(row.setting_s * 1000, row.gop_s * 1000), row.delay);
  }
}

TEST(DelayLawTest, AlibabasExamplesFollow) {
  EXPECT_EQ(CenteredDelay(4000, 2000), (DelayRange{2000, 6000}));
  EXPECT_EQ(CenteredDelay(4000, 5000), (DelayRange{0, 9000}));
}

}  // namespace
}  // namespace nearcast::scheduler
