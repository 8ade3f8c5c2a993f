#include "dataplane/stream/queue_gauge.h"

#include "gtest/gtest.h"

namespace nearcast::stream {
namespace {

TEST(QueueGaugeTest, AQueueThatStandsStillHasNoTrendAndForgetsItsJitter) {
  QueueGauge gauge;
  int64_t now_ms = 0;
  for (; now_ms < 2000; now_ms += 100) gauge.Add(now_ms, now_ms % 400);
  const int64_t shaken_ms = gauge.jitter_ms();
  EXPECT_GT(shaken_ms, 80);
  for (; now_ms < 2000 + 4 * QueueGauge::kJitterHalfMs; now_ms += 100) gauge.Add(now_ms, 100);
  EXPECT_NEAR(gauge.trend(), 0, 0.01);
  EXPECT_LT(gauge.jitter_ms(), shaken_ms / 8);
  EXPECT_EQ(gauge.lag_ms(), 100);
}

TEST(QueueGaugeTest, TheTrendIsTheSlopeOfTheQueue) {
  struct Case {
    double slope;
    double trend;
  };
  for (const Case& c : {Case{1, 1}, Case{0.5, 0.5}, Case{-1, -1}, Case{5, 1}, Case{-9, -4}}) {
    QueueGauge gauge;
    for (int64_t t = 0; t <= 5000; t += 100)
      gauge.Add(t, 100'000 + static_cast<int64_t>(c.slope * t));
    EXPECT_NEAR(gauge.trend(), c.trend, 0.03) << c.slope;
  }
}

TEST(QueueGaugeTest, JitterRisesAtOnce) {
  QueueGauge gauge;
  for (int64_t t = 0; t < 1000; t += 100) gauge.Add(t, 50);
  EXPECT_EQ(gauge.jitter_ms(), 0);
  gauge.Add(1000, 1050);
  EXPECT_GE(gauge.jitter_ms(), 700);
}

TEST(QueueGaugeTest, ReadingsThatComeTooSoonOrBackwardsChangeNothing) {
  QueueGauge gauge;
  gauge.Add(1000, 100);
  gauge.Add(1005, 9000);
  gauge.Add(500, 9000);
  EXPECT_EQ(gauge.lag_ms(), 100);
  EXPECT_EQ(gauge.jitter_ms(), 0);
  EXPECT_EQ(gauge.longest_ms(), 100);
}

TEST(QueueGaugeTest, TheWholeSessionHasAMeanAndALongest) {
  QueueGauge gauge;
  EXPECT_EQ(gauge.mean_ms(), 0);
  EXPECT_EQ(gauge.longest_ms(), 0);
  for (int64_t t = 0; t < 10'000; t += 100) gauge.Add(t, t == 3'000 ? 2'040 : 40);
  EXPECT_EQ(gauge.mean_ms(), 60);
  EXPECT_EQ(gauge.longest_ms(), 2'040);
  EXPECT_EQ(gauge.lag_ms(), 40);
}

}  // namespace
}  // namespace nearcast::stream
