#include "dataplane/stream/gop_start.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "dataplane/stream/frame_builder.h"
#include "gtest/gtest.h"

namespace nearcast::stream {
namespace {

constexpr int kFrameMs = 40;

FrameRing LiveRing(int64_t keep_ms, int frames, int gop_frames) {
  FrameRing ring(RingBounds{.keep_ms = keep_ms});
  ring.Append(VideoHeader(0));
  for (int i = 0; i < frames; ++i) {
    ring.Append(i % gop_frames == 0 ? Key(i * kFrameMs) : Inter(i * kFrameMs));
  }
  return ring;
}

int64_t FirstFrameAge(const FrameRing& ring, const StartRequest& request) {
  const StartPoint start = FindStart(ring, request);
  EXPECT_EQ(ring.at(start.seq).role(), FrameRole::kVideoKey);
  return ring.newest_dts_ms() - ring.at(start.seq).dts_ms();
}

struct AgeCase {
  const char* name;
  StartRequest request;
  int gop_frames;
  int64_t age_ms_min;
  int64_t age_ms_max;  // exclusive
};

// The largest distance between the ages' distribution and the uniform one (Kolmogorov–Smirnov).
double DistanceFromUniform(std::vector<int64_t> ages, const AgeCase& c) {
  std::sort(ages.begin(), ages.end());
  double worst = 0;
  for (size_t i = 0; i < ages.size(); ++i) {
    const double expected = static_cast<double>(ages[i] - c.age_ms_min) /
                            static_cast<double>(c.age_ms_max - c.age_ms_min);
    worst = std::max(worst, std::fabs(expected - static_cast<double>(i) / ages.size()));
  }
  return worst;
}

TEST(GopStartTest, FirstFrameAgeIsUniformOverOneGop) {
  using enum GopCachePolicy;
  const AgeCase cases[] = {
      {"lower 1800 ms, 2 s GOP", {kLowerLimit, 1800}, 50, 1800, 3800},
      {"lower 5000 ms, 2 s GOP", {kLowerLimit, 5000}, 50, 5000, 7000},
      {"lower 0, 5 s GOP", {kLowerLimit, 0}, 125, 0, 5000},
      {"upper 6000 ms, 2 s GOP", {kUpperLimit, 6000}, 50, 4001, 6001},
      {"upper 6000 ms, 5 s GOP", {kUpperLimit, 6000}, 125, 1001, 6001},
  };
  for (const AgeCase& c : cases) {
    FrameRing ring = LiveRing(10'000, 1000, c.gop_frames);
    std::mt19937 random(7);
    std::vector<int64_t> ages;
    double sum = 0;
    for (int i = 1000; i < 20'000; ++i) {
      ring.Append(i % c.gop_frames == 0 ? Key(i * kFrameMs) : Inter(i * kFrameMs));
      if (random() % 20 != 0) continue;  // a viewer joins now
      ages.push_back(FirstFrameAge(ring, c.request));
      sum += static_cast<double>(ages.back());
      EXPECT_GE(ages.back(), c.age_ms_min) << c.name;
      EXPECT_LT(ages.back(), c.age_ms_max) << c.name;
    }
    const double mean = sum / static_cast<double>(ages.size());
    EXPECT_NEAR(mean, (c.age_ms_min + c.age_ms_max) / 2.0, (c.age_ms_max - c.age_ms_min) * 0.06)
        << c.name;
    EXPECT_LT(DistanceFromUniform(ages, c), 1.63 / std::sqrt(ages.size()) + 0.025) << c.name;
  }
}

TEST(GopStartTest, StartsAtTheOldestKeyframeWhenTheCacheIsShorterThanTheLimit) {
  FrameRing ring = LiveRing(10'000, 60, 50);
  EXPECT_EQ(FirstFrameAge(ring, {GopCachePolicy::kLowerLimit, 9000}), 59 * kFrameMs);
}

TEST(GopStartTest, UpperLimitBelowTheGopTakesTheNewestKeyframe) {
  FrameRing ring = LiveRing(10'000, 120, 50);
  EXPECT_EQ(FirstFrameAge(ring, {GopCachePolicy::kUpperLimit, 100}), 19 * kFrameMs);
}

TEST(GopStartTest, WithoutAKeyframeVideoWaitsAndSoundStartsAtOnce) {
  FrameRing ring(RingBounds{});
  for (int i = 0; i < 20; ++i) ring.Append(Inter(i * kFrameMs));
  const StartPoint start = FindStart(ring, {});
  EXPECT_TRUE(start.waits_for_key);
  EXPECT_EQ(start.seq, ring.end_seq());
}

TEST(GopStartTest, AudioOnlyMeetsTheLimitWithinOneFrame) {
  FrameRing ring(RingBounds{});
  for (int i = 0; i < 200; ++i) ring.Append(Audio(i * 23));
  const StartPoint start = FindStart(ring, {GopCachePolicy::kLowerLimit, 1000});
  const int64_t age_ms = ring.newest_dts_ms() - ring.at(start.seq).dts_ms();
  EXPECT_LE(age_ms, 1000);
  EXPECT_GT(age_ms, 1000 - 23);
}

TEST(GopStartTest, GivesTheHeadersOfTheGopItStartsIn) {
  FrameRing ring(RingBounds{});
  ring.Append(VideoHeader(0, "A"));
  ring.Append(Key(0));
  ring.Append(VideoHeader(1000, "B"));
  EXPECT_EQ(FindStart(ring, {}).headers->video->payload(), "A");
}

}  // namespace
}  // namespace nearcast::stream
