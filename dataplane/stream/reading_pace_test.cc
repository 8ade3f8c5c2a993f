#include "dataplane/stream/reading_pace.h"

#include <cstdint>

#include "gtest/gtest.h"

namespace nearcast::stream {
namespace {

TEST(ReadingPaceTest, ReadsWhenTheFirstIsDueAndNotSeldomerThanEachPause) {
  ReadingPace pace;
  pace.Begin([] {}, 1000);
  EXPECT_EQ(pace.Plan(1000, 1350), 1350);
  EXPECT_EQ(pace.Plan(1350, INT64_MAX), 1350 + ReadingPace::kPauseMsMax);
  EXPECT_EQ(pace.Plan(1800, 0), 0);
}

TEST(ReadingPaceTest, IsHastenedOnceAndOnlyByThoseWhoWantFramesEarlier) {
  int hastened = 0;
  ReadingPace pace;
  pace.Begin([&] { ++hastened; }, 1000);
  pace.Plan(1000, 1350);
  pace.Hasten(1350);
  EXPECT_EQ(hastened, 0);
  pace.Hasten(1020);
  pace.Hasten(1020);
  EXPECT_EQ(hastened, 1);
  pace.End();
  pace.Hasten(0);
  EXPECT_EQ(hastened, 1);
}

TEST(ReadingPaceTest, KnowsHowMuchMayBeUnread) {
  ReadingPace pace;
  EXPECT_EQ(pace.UnreadMs(5000), 0) << "read as it comes";
  pace.Begin([] {}, 1000);
  EXPECT_EQ(pace.UnreadMs(1120), 120);
  pace.Plan(1120, 1350);
  EXPECT_EQ(pace.UnreadMs(1150), 30);
  EXPECT_EQ(pace.UnreadMs(9000), ReadingPace::kPauseMsMax) << "a reader that is late";
}

}  // namespace
}  // namespace nearcast::stream
