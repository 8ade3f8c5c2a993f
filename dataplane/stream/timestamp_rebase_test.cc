#include "dataplane/stream/timestamp_rebase.h"

#include <random>

#include "gtest/gtest.h"

namespace nearcast::stream {
namespace {

constexpr Track kV = Track::kVideo;
constexpr Track kA = Track::kAudio;

TEST(TimestampRebaseTest, KeepsASmallStartAndTheOffsetBetweenTracks) {
  TimestampRebase rebase(TimestampRebase::KeepSmall());
  EXPECT_EQ(rebase.Map(kV, 0), 0);
  EXPECT_EQ(rebase.Map(kA, 800), 800);
  EXPECT_EQ(rebase.Map(kV, 40), 40);
  EXPECT_EQ(rebase.Map(kA, 823), 823);
}

TEST(TimestampRebaseTest, BringsAFarStartNear) {
  TimestampRebase rebase(TimestampRebase::KeepSmall());
  EXPECT_EQ(rebase.Map(kV, 3'600'000), TimestampRebase::kFirstMsMax);
  EXPECT_EQ(rebase.Map(kA, 3'599'700), TimestampRebase::kFirstMsMax - 300);
}

TEST(TimestampRebaseTest, APulledStreamKeepsItsUpstreamsTime) {
  TimestampRebase rebase(TimestampRebase::Keep());
  EXPECT_EQ(rebase.Map(kV, 3'600'000), 3'600'000);
}

TEST(TimestampRebaseTest, AReturningPublisherGoesOn) {
  TimestampRebase rebase(TimestampRebase::ContinueAt(5000));
  EXPECT_EQ(rebase.Map(kA, 20), 5000);
  EXPECT_EQ(rebase.Map(kV, 0), 5000);  // not before the old publisher's last frame
  EXPECT_EQ(rebase.Map(kV, 40), 5020);
}

TEST(TimestampRebaseTest, CrossesThe32BitWrap) {
  TimestampRebase rebase(TimestampRebase::Keep());
  EXPECT_EQ(rebase.Map(kV, 0xFFFFFFF0u), 0xFFFFFFF0ll);
  EXPECT_EQ(rebase.Map(kV, 0x10u), 0x100000010ll);
  EXPECT_EQ(rebase.jumps(), 0u);
}

TEST(TimestampRebaseTest, AJumpEitherWayMovesOnByOneFrame) {
  for (uint32_t after : {10u, 90'000'000u}) {
    TimestampRebase rebase(TimestampRebase::Keep());
    EXPECT_EQ(rebase.Map(kV, 1'000'000), 1'000'000);
    EXPECT_EQ(rebase.Map(kV, after), 1'000'040);
    EXPECT_EQ(rebase.Map(kA, after + 5), 1'000'045);
    EXPECT_EQ(rebase.Map(kV, after + 40), 1'000'080);
    EXPECT_EQ(rebase.jumps(), 1u);
  }
}

TEST(TimestampRebaseTest, ATrackStillOnTheOldClockIsNotASecondJump) {
  TimestampRebase rebase(TimestampRebase::Keep());
  rebase.Map(kV, 1'000'000);
  rebase.Map(kA, 1'000'003);
  rebase.Map(kV, 0);
  EXPECT_EQ(rebase.Map(kA, 1'000'026), 1'000'026);
  EXPECT_EQ(rebase.Map(kV, 40), 1'000'083);
  EXPECT_EQ(rebase.jumps(), 1u);
}

TEST(TimestampRebaseTest, ABurstOfZeroesStandsStill) {
  TimestampRebase rebase(TimestampRebase::KeepSmall());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(rebase.Map(kV, 0), 0);
}

TEST(TimestampRebaseTest, NeverRunsBackwardsOnAnyTrackWhateverComes) {
  std::mt19937 random(3);
  TimestampRebase rebase(TimestampRebase::KeepSmall());
  int64_t last[2] = {0, 0};
  uint32_t clock = 0;
  for (int i = 0; i < 100'000; ++i) {
    clock = random() % 500 == 0 ? random() : clock + random() % 60 - 10;
    const int track = random() % 2;
    const int64_t out = rebase.Map(track == 0 ? kV : kA, clock);
    ASSERT_GE(out, last[track]) << i;
    ASSERT_LT(out - last[track], 1'000'000) << i;
    last[track] = out;
  }
}

}  // namespace
}  // namespace nearcast::stream
