#include "dataplane/ingest/ending_log.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace nearcast::ingest {
namespace {

TEST(EndingLogTest, AnEndingIsToldForAWhileWithItsNumber) {
  EndingLog log;
  log.Add("live/a", 100);
  log.Add("live/b", 200);
  const auto told = log.Recent(300);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].stream, "live/a");
  EXPECT_EQ(told[0].number, 1u);
  EXPECT_EQ(told[1].number, 2u);
  EXPECT_EQ(log.Recent(100 + EndingLog::kToldMs).size(), 2u);
  EXPECT_EQ(log.Recent(101 + EndingLog::kToldMs).size(), 1u);
  EXPECT_EQ(log.Recent(201 + EndingLog::kToldMs).size(), 0u);
}

TEST(EndingLogTest, TheOldestMakeRoom) {
  EndingLog log;
  for (size_t i = 0; i < EndingLog::kEndingsMax + 5; ++i) log.Add(absl::StrCat("live/", i), 0);
  const auto told = log.Recent(0);
  ASSERT_EQ(told.size(), EndingLog::kEndingsMax);
  EXPECT_EQ(told.front().stream, "live/5");
}

}  // namespace
}  // namespace nearcast::ingest
