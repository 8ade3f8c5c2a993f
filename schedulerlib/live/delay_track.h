// DelayTrack: what is believed of one path's round trip, from one measurement after the other.
//
// The median of the last kWindow measurements, where one without an answer counts as infinitely
// long: the Type-P-Round-trip-Median of RFC 2681 section 4.2. One outlier moves nothing; a new path
// is believed after three measurements; a path that loses more than half of them has no delay.
//
// What answers are made from moves only when the median has left the dead band around it: more than
// 2 ms, and more than an eighth. Delay as a metric needs smoothing and hysteresis, or traffic that
// follows it makes it swing (RFC 9616 section 4; RFC 8966 appendix A.3).
//
// Times are the monotonic clock's. Thread rule: one owner.
#ifndef SCHEDULERLIB_LIVE_DELAY_TRACK_H_
#define SCHEDULERLIB_LIVE_DELAY_TRACK_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "absl/time/time.h"

namespace nearcast::scheduler {

// One measurement: the least of a few tries.
struct DelayResult {
  std::optional<int32_t> delay_us;  // nothing when no try was answered
  uint32_t tries = 0;
  uint32_t lost = 0;
};

class DelayTrack {
 public:
  static constexpr size_t kWindow = 5;
  static constexpr int32_t kStepUs = 1000;
  static constexpr int32_t kDeadBandUs = 2000;
  static constexpr int32_t kDeadBandShare = 8;  // an eighth

  void Add(const DelayResult& result, absl::Duration now);

  // Of the window; nothing when the most of it was lost.
  std::optional<int32_t> MedianUs() const;

  // The same in steps of kStepUs, at least one, with hysteresis.
  std::optional<int32_t> CountedUs() const { return counted_us_; }

  std::optional<int32_t> last_us() const { return last_us_; }
  absl::Duration last_at() const { return last_at_; }
  double loss() const { return loss_; }  // share of tries, 0..1, smoothed

 private:
  static constexpr int32_t kLost = std::numeric_limits<int32_t>::max();

  std::array<int32_t, kWindow> window_us_{kLost, kLost, kLost, kLost, kLost};  // a ring
  uint8_t size_ = 0;
  uint8_t next_ = 0;
  std::optional<int32_t> counted_us_;
  std::optional<int32_t> last_us_;
  float loss_ = 0;
  absl::Duration last_at_ = -absl::InfiniteDuration();
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_LIVE_DELAY_TRACK_H_
