// The law of the GOP cache: how old the first frame is that a viewer gets.
//
// A cache with lower bound M looks for the frame that is M old and goes back to the keyframe before
// it. Requests come at any point of a GOP, so that with GOPs of length g the delay is uniform in
// [M, M + g], M + g/2 in the mean, and two viewers differ by g at most. What the player buffers
// changes nothing of that. Vendors who keep whole GOPs around a setting D give
// [max(0, D - g), D + g]. All times in milliseconds.
//
// Sources: Huawei Cloud Live (live_01_0041) publishes the first law as a table, Alibaba Cloud
// (SetLiveStreamDelayConfig) the second.
#ifndef SCHEDULERLIB_LATENCY_DELAY_LAW_H_
#define SCHEDULERLIB_LATENCY_DELAY_LAW_H_

#include <cstdint>

namespace nearcast::scheduler {

struct DelayRange {
  uint32_t min_ms = 0;
  uint32_t max_ms = 0;

  uint32_t mean_ms() const { return (min_ms + max_ms) / 2; }

  bool operator==(const DelayRange&) const = default;
};

constexpr DelayRange LowerBoundDelay(uint32_t lower_bound_ms, uint32_t gop_ms) {
  return {lower_bound_ms, lower_bound_ms + gop_ms};
}

constexpr DelayRange CenteredDelay(uint32_t setting_ms, uint32_t gop_ms) {
  return {setting_ms > gop_ms ? setting_ms - gop_ms : 0, setting_ms + gop_ms};
}

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_LATENCY_DELAY_LAW_H_
