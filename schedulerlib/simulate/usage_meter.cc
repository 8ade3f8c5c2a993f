#include "schedulerlib/simulate/usage_meter.h"

#include <algorithm>
#include <vector>

namespace nearcast::scheduler {
namespace {

constexpr double kMbit = 1e6;

}  // namespace

void UsageMeter::Add(int64_t start_s, uint32_t watch_s, double bits_per_s) {
  total_bits_ += watch_s * bits_per_s;
  const int64_t end_s = start_s + watch_s;
  while (start_s < end_s) {
    const int64_t sample = start_s / kSampleS;
    if (!bits_of_sample_.empty() &&
        sample - bits_of_sample_.begin()->first >= static_cast<int64_t>(kSamplesMax)) {
      return;
    }
    const int64_t until_s = std::min(end_s, (sample + 1) * kSampleS);
    bits_of_sample_[sample] += static_cast<double>(until_s - start_s) * bits_per_s;
    start_s = until_s;
  }
}

double UsageMeter::PeakMbps() const {
  double peak = 0;
  for (const auto& [sample, bits] : bits_of_sample_) peak = std::max(peak, bits);
  return peak / kSampleS / kMbit;
}

double UsageMeter::Percentile95Mbps() const {
  if (bits_of_sample_.empty()) return 0;
  std::vector<double> samples;
  for (const auto& [sample, bits] : bits_of_sample_) samples.push_back(bits);
  const int64_t first = bits_of_sample_.begin()->first;
  const int64_t last = bits_of_sample_.rbegin()->first;
  samples.resize(static_cast<size_t>(last - first + 1), 0.0);
  std::sort(samples.begin(), samples.end(), std::greater<double>());
  return samples[samples.size() / 20] / kSampleS / kMbit;
}

double UsageMeter::Cost(double price_per_mbps, double commit_mbps) const {
  return price_per_mbps * std::max(commit_mbps, Percentile95Mbps());
}

}  // namespace nearcast::scheduler
