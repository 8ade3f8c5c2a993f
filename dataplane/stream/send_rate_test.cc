#include "dataplane/stream/send_rate.h"

#include "gtest/gtest.h"

namespace nearcast::stream {
namespace {

TEST(SendRateTest, IsThatOfTheLastFullWindow) {
  SendRate rate(1'000);
  EXPECT_EQ(rate.BitsPerSecond(5'000, 0), 0);
  uint64_t bytes = 50'000;  // what came at once at the start does not count
  for (int64_t now_ms = 10'000; now_ms <= 13'000; now_ms += 100, bytes += 12'500) {
    rate.Note(now_ms, bytes);
    if (now_ms >= 11'000) {
      EXPECT_EQ(rate.BitsPerSecond(now_ms, bytes), 1'000'000) << now_ms;
    }
  }
}

TEST(SendRateTest, FallsWhileNothingIsSent) {
  SendRate rate(1'000);
  for (int64_t now_ms = 0; now_ms <= 2'000; now_ms += 1'000) rate.Note(now_ms, now_ms * 125);
  EXPECT_EQ(rate.BitsPerSecond(2'500, 250'000), 1'000'000);
  EXPECT_EQ(rate.BitsPerSecond(12'000, 250'000), 0);
  EXPECT_EQ(rate.BitsPerSecond(12'000, 260'000), 8'000);
}

TEST(SendRateTest, IsKnownAfterASecondOfALongWindow) {
  SendRate rate(10'000);
  rate.Note(0, 0);
  EXPECT_EQ(rate.BitsPerSecond(999, 100'000), 0);
  EXPECT_EQ(rate.BitsPerSecond(4'000, 1'000'000), 2'000'000);
}

}  // namespace
}  // namespace nearcast::stream
