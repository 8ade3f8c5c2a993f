#include "schedulerlib/live/delay_track.h"

#include <algorithm>
#include <cstdlib>

namespace nearcast::scheduler {
namespace {

constexpr float kLossGain = 0.2f;

int32_t InSteps(int32_t us) {
  constexpr int32_t kStep = DelayTrack::kStepUs;
  return std::max((us + kStep / 2) / kStep, 1) * kStep;
}

}  // namespace

void DelayTrack::Add(const DelayResult& result, absl::Duration now) {
  constexpr int32_t kDelayUsMax = 60'000'000;
  const int32_t us =
      result.delay_us.has_value() ? std::clamp(*result.delay_us, 0, kDelayUsMax) : kLost;
  window_us_[next_] = us;
  next_ = static_cast<uint8_t>((next_ + 1) % kWindow);
  size_ = static_cast<uint8_t>(std::min<size_t>(size_ + 1u, kWindow));
  if (us != kLost) last_us_ = us;
  const float lost = result.tries == 0
                         ? (us == kLost ? 1.0f : 0.0f)
                         : std::min(1.0f, static_cast<float>(result.lost) / result.tries);
  loss_ = size_ == 1 ? lost : loss_ + kLossGain * (lost - loss_);
  last_at_ = now;
  const std::optional<int32_t> median = MedianUs();
  if (!median.has_value()) {
    counted_us_.reset();
  } else if (!counted_us_.has_value() || std::abs(*median - *counted_us_) >
                                             std::max(kDeadBandUs, *counted_us_ / kDeadBandShare)) {
    counted_us_ = InSteps(*median);
  }
}

std::optional<int32_t> DelayTrack::MedianUs() const {
  if (size_ == 0) return std::nullopt;
  std::array<int32_t, kWindow> sorted = window_us_;
  std::sort(sorted.begin(), sorted.end());  // what is not filled yet is last
  const int32_t median = sorted[(size_ - 1) / 2];
  if (median == kLost) return std::nullopt;
  return median;
}

}  // namespace nearcast::scheduler
