// UsageMeter: what a CDN would have carried, in samples of five minutes, and what that would cost.
//
// Billing at the 95th percentile: of the samples the greatest 5 % are free, the next one is what is
// paid for, or the commit where that is more.
#ifndef SCHEDULERLIB_SIMULATE_USAGE_METER_H_
#define SCHEDULERLIB_SIMULATE_USAGE_METER_H_

#include <cstddef>
#include <cstdint>
#include <map>

namespace nearcast::scheduler {

inline constexpr int64_t kSampleS = 300;

// Samples that a meter has at most: thirty-five days.
inline constexpr size_t kSamplesMax = 35 * 24 * 12;

// Plain value.
class UsageMeter {
 public:
  // A session of `watch_s` seconds from `start_s` (Unix). What lies kSamplesMax after the first
  // sample is left out.
  void Add(int64_t start_s, uint32_t watch_s, double bits_per_s);

  double total_bits() const { return total_bits_; }

  // 0 without samples. Samples between the first and the last in which nothing was carried count.
  double PeakMbps() const;
  double Percentile95Mbps() const;

  // In the currency of the price: price × max(commit, 95th percentile).
  double Cost(double price_per_mbps, double commit_mbps) const;

 private:
  std::map<int64_t, double> bits_of_sample_;  // by time / kSampleS
  double total_bits_ = 0;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SIMULATE_USAGE_METER_H_
