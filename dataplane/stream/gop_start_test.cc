#include "dataplane/stream/gop_start.h"

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

TEST(GopStartTest, CountsFromWhatHasComeWhereTheRingIsOlder) {
  FrameRing ring = LiveRing(10'000, 120, 50);  // keyframes 19, 69 and 119 frames before its newest
  const int64_t younger_ms = 19 * kFrameMs;
  EXPECT_EQ(FirstFrameAge(ring, {GopCachePolicy::kLowerLimit, 1000}), 69 * kFrameMs);
  EXPECT_EQ(FirstFrameAge(ring, {GopCachePolicy::kLowerLimit, 1000, Wanted::kEverything, 300}),
            younger_ms);
  EXPECT_EQ(FirstFrameAge(ring, {GopCachePolicy::kUpperLimit, 3000}), 69 * kFrameMs);
  EXPECT_EQ(FirstFrameAge(ring, {GopCachePolicy::kUpperLimit, 3000, Wanted::kEverything, 300}),
            younger_ms);
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
