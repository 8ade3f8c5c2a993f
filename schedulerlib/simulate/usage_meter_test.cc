#include "schedulerlib/simulate/usage_meter.h"

#include <algorithm>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

TEST(UsageMeterTest, ASessionIsSpreadOverTheSamplesThatItTouches) {
  UsageMeter meter;
  meter.Add(150, 300, 2e6);  // half of it in the first sample, half in the second
  EXPECT_DOUBLE_EQ(meter.total_bits(), 600e6);
  EXPECT_DOUBLE_EQ(meter.PeakMbps(), 1.0);
  meter.Add(300, 150, 2e6);
  EXPECT_DOUBLE_EQ(meter.PeakMbps(), 2.0);
}

TEST(UsageMeterTest, OnePartInTwentyIsFree) {
  UsageMeter meter;
  for (int sample = 0; sample < 100; ++sample) {
    meter.Add(sample * kSampleS, kSampleS, (sample + 1) * 1e6);
  }
  EXPECT_DOUBLE_EQ(meter.PeakMbps(), 100);
  EXPECT_DOUBLE_EQ(meter.Percentile95Mbps(), 95);
  EXPECT_DOUBLE_EQ(meter.Cost(10, 0), 950);
  EXPECT_DOUBLE_EQ(meter.Cost(10, 200), 2000);
}

TEST(UsageMeterTest, QuietSamplesCount) {
  UsageMeter meter;
  meter.Add(0, kSampleS, 100e6);
  meter.Add(99 * kSampleS, kSampleS, 1e6);
  EXPECT_DOUBLE_EQ(meter.Percentile95Mbps(), 0);
  EXPECT_DOUBLE_EQ(UsageMeter().Percentile95Mbps(), 0);
}

TEST(UsageMeterTest, AgreesWithSecondBySecondCounting) {
  std::mt19937 random(5);
  UsageMeter meter;
  std::vector<double> bits(20 * kSampleS, 0);
  for (int session = 0; session < 500; ++session) {
    const int64_t start = random() % (15 * kSampleS);
    const uint32_t watch = random() % (4 * kSampleS);
    const double rate = 1e5 * (1 + random() % 20);
    meter.Add(start, watch, rate);
    for (int64_t s = start; s < start + watch; ++s) bits[s] += rate;
  }
  double peak = 0;
  for (size_t begin = 0; begin < bits.size(); begin += kSampleS) {
    double sum = 0;
    for (int64_t s = 0; s < kSampleS; ++s) sum += bits[begin + s];
    peak = std::max(peak, sum / kSampleS / 1e6);
  }
  EXPECT_NEAR(meter.PeakMbps(), peak, 1e-6);
}

}  // namespace
}  // namespace nearcast::scheduler
