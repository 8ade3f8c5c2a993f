// SilenceBound: how long a line that is kept alive may say nothing before it counts as dead.
//
// The other end sends something every 100 ms or so, so a line that has been silent for several
// times the longest silence of late is dead, not slow: half the least bound, and three times that
// silence, within [least, most]. The longest silence is forgotten by half every kHalfLifeMs, so a
// burst of delay makes the bound patient for a while.
#ifndef DATAPLANE_PULL_SILENCE_BOUND_H_
#define DATAPLANE_PULL_SILENCE_BOUND_H_

#include <algorithm>
#include <cstdint>

namespace nearcast::pull {

// Thread rule: belongs to one thread.
class SilenceBound {
 public:
  static constexpr int64_t kHalfLifeMs = 10'000;

  SilenceBound(int64_t least_ms, int64_t most_ms) : least_ms_(least_ms), most_ms_(most_ms) {}

  // A silence of `silent_ms` has ended at `now_ms`, monotonic.
  void Add(int64_t silent_ms, int64_t now_ms) {
    for (; now_ms - halved_ms_ >= kHalfLifeMs && longest_ms_ > 0; halved_ms_ += kHalfLifeMs) {
      longest_ms_ /= 2;
    }
    if (silent_ms < longest_ms_) return;
    longest_ms_ = silent_ms;
    halved_ms_ = now_ms;
  }

  int64_t bound_ms() const {
    return std::clamp(least_ms_ / 2 + 3 * longest_ms_, least_ms_, most_ms_);
  }

 private:
  const int64_t least_ms_;
  const int64_t most_ms_;
  int64_t longest_ms_ = 0;
  int64_t halved_ms_ = 0;
};

}  // namespace nearcast::pull

#endif  // DATAPLANE_PULL_SILENCE_BOUND_H_
