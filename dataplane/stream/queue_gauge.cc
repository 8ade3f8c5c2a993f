#include "dataplane/stream/queue_gauge.h"

#include <algorithm>
#include <cmath>

namespace nearcast::stream {
namespace {

constexpr int64_t kReadingMsMin = 10;

}  // namespace

void QueueGauge::Add(int64_t now_ms, int64_t lag_ms) {
  if (at_ms_ < 0) {
    Note(lag_ms);
    at_ms_ = now_ms;
    lag_ms_ = lag_ms;
    smoothed_ms_ = static_cast<float>(lag_ms);
    return;
  }
  const int64_t step_ms = now_ms - at_ms_;
  if (step_ms < kReadingMsMin) return;
  Note(lag_ms);
  const auto step = static_cast<float>(step_ms);
  const float weight = std::min(1.0f, step / kSmoothMs);
  const float slope = std::clamp(static_cast<float>(lag_ms - lag_ms_) / step, -4.0f, 1.0f);
  trend_ += weight * (slope - trend_);
  smoothed_ms_ += weight * (static_cast<float>(lag_ms) - smoothed_ms_);
  jitter_ms_ = std::max(std::fabs(static_cast<float>(lag_ms) - smoothed_ms_),
                        jitter_ms_ * std::exp2(-step / kJitterHalfMs));
  at_ms_ = now_ms;
  lag_ms_ = lag_ms;
}

void QueueGauge::Note(int64_t lag_ms) {
  ++readings_;
  sum_ms_ += lag_ms;
  longest_ms_ = std::max(longest_ms_, lag_ms);
}

}  // namespace nearcast::stream
