// TimerWheel: things that fall due some seconds from now: O(1) to add, O(1) each to take.
//
//   wheel.Add(id, due_s);
//   for (const Id& id : wheel.TakeDue(now_s)) …      // its owner looks whether it is so, or adds
//                                                    // it again
// Nothing is ever moved or removed early. Thread rule: none; a lock around it.
#ifndef DATAPLANE_HLS_TIMER_WHEEL_H_
#define DATAPLANE_HLS_TIMER_WHEEL_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace nearcast::hls {

template <typename T>
class TimerWheel {
 public:
  // What is due later comes up after this many seconds, to be looked at and added again.
  static constexpr int64_t kSlots = 64;

  explicit TimerWheel(int64_t now_s) : now_s_(now_s) {}

  void Add(T thing, int64_t due_s) {
    const int64_t slot = std::clamp(due_s, now_s_ + 1, now_s_ + kSlots - 1);
    slots_[static_cast<size_t>(slot % kSlots)].push_back(std::move(thing));
  }

  // Everything due up to `now_s`, which never goes back.
  std::vector<T> TakeDue(int64_t now_s) {
    std::vector<T> due;
    for (int64_t turns = 0; now_s_ < now_s && turns < kSlots; ++turns) {
      ++now_s_;
      std::vector<T>& slot = slots_[static_cast<size_t>(now_s_ % kSlots)];
      std::move(slot.begin(), slot.end(), std::back_inserter(due));
      slot = {};
    }
    now_s_ = std::max(now_s_, now_s);
    return due;
  }

 private:
  int64_t now_s_;
  std::array<std::vector<T>, kSlots> slots_;
};

}  // namespace nearcast::hls

#endif  // DATAPLANE_HLS_TIMER_WHEEL_H_
