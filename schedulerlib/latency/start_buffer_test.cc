#include "schedulerlib/latency/start_buffer.h"

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

TEST(StartBufferTest, PartsCoverTheWholeRangeAndGrowFasterTheWorseTheGrade) {
  EXPECT_EQ(StartBufferRange(8, 850).min_ms, 0u);
  EXPECT_EQ(StartBufferRange(1, 850).max_ms, 850u);
  uint32_t width = 0;
  for (uint32_t grade = 8; grade >= 1; --grade) {
    const BufferRange range = StartBufferRange(grade, 850);
    if (grade > 1) EXPECT_EQ(range.max_ms, StartBufferRange(grade - 1, 850).min_ms);
    EXPECT_GT(range.max_ms - range.min_ms, width) << grade;
    width = range.max_ms - range.min_ms;
  }
}

TEST(StartBufferTest, AnUnknownGradeIsAnOrdinaryNetwork) {
  EXPECT_EQ(StartBufferRange(0, 850), StartBufferRange(kGradeOrdinary, 850));
  EXPECT_EQ(StartBufferRange(99, 850), StartBufferRange(8, 850));
}

TEST(StartBufferTest, StaysWithinTheRangeAndItsSteps) {
  for (uint32_t grade = 0; grade <= 8; ++grade) {
    for (uint32_t stalls = 0; stalls < 30; ++stalls) {
      const BufferRange range = StartBufferRange(grade, 850);
      const uint32_t buffer = ChooseStartBuffer(range, stalls, stalls / 2, 60);
      EXPECT_EQ(buffer % kStartBufferStepMs, 0u);
      EXPECT_GE(buffer + kStartBufferStepMs / 2, range.min_ms);
      EXPECT_LE(buffer, range.max_ms + kStartBufferStepMs / 2);
      EXPECT_LE(buffer, 850u);
    }
  }
}

TEST(StartBufferTest, NeverShrinksWhenTheGradeFallsOrTroubleGrows) {
  for (uint32_t age = 0; age <= 3000; age += 100) {
    for (uint32_t troubles = 0; troubles < 20; ++troubles) {
      uint32_t before = 0;
      for (uint32_t grade = 8; grade >= 1; --grade) {
        const BufferRange range = StartBufferRange(grade, 850);
        const uint32_t buffer = ChooseStartBuffer(range, troubles, 0, age);
        EXPECT_GE(buffer, before);
        before = buffer;
        EXPECT_GE(ChooseStartBuffer(range, troubles + 1, 0, age), buffer);
        EXPECT_GE(ChooseStartBuffer(range, troubles, 1, age), buffer);
        EXPECT_LE(ChooseStartBuffer(range, troubles, 0, age + 100), buffer);
      }
    }
  }
}

TEST(StartBufferTest, EachFurtherStallAddsLess) {
  const BufferRange wide = {0, 100'000};
  uint32_t step = 100'000;
  for (uint32_t stalls = 0; stalls < 10; ++stalls) {
    const uint32_t added =
        ChooseStartBuffer(wide, stalls + 1, 0, 0) - ChooseStartBuffer(wide, stalls, 0, 0);
    EXPECT_LT(added, step);
    step = added;
  }
  EXPECT_EQ(ChooseStartBuffer(wide, 1, 0, 0), 50'000u);
  EXPECT_EQ(ChooseStartBuffer(wide, 0, 1, 0), 50'000u);
}

TEST(StartBufferTest, WhatIsLongPastCountsLess) {
  const BufferRange wide = {0, 100'000};
  // Two stalls a half-life ago are as one fresh one.
  EXPECT_EQ(ChooseStartBuffer(wide, 2, 0, kTroubleHalfLifeS), ChooseStartBuffer(wide, 1, 0, 0));
  EXPECT_EQ(ChooseStartBuffer(wide, 4000, 4000, 100'000), 0u);
}

}  // namespace
}  // namespace nearcast::scheduler
