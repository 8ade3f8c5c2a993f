// MeasureSchedule: which target is due when. Targets are spread over their intervals by chance, and
// each measurement is followed by the next after its interval, give or take a twentieth, so that
// neither the targets of a node nor the nodes fall into step.
//
// Time is monotonic milliseconds. Thread rule: one owner.
#ifndef DATAPLANE_MEASURE_MEASURE_SCHEDULE_H_
#define DATAPLANE_MEASURE_MEASURE_SCHEDULE_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dataplane/measure/measure_target.h"

namespace nearcast::measure {

class MeasureSchedule {
 public:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  explicit MeasureSchedule(uint64_t seed) : chance_(seed) {}

  // A target that stays as it is keeps its time.
  void SetTargets(const std::vector<MeasureTarget>& targets, int64_t now_ms);

  // The target that has been due longest, if any; its next time is set. One that could not be
  // measured in time is not made up for.
  std::optional<MeasureTarget> Take(int64_t now_ms);

  // When the next one is due, or kNever.
  int64_t NextMs() const { return queue_.empty() ? kNever : queue_.begin()->first; }

  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    MeasureTarget target;
    int64_t due_ms = 0;
  };

  double Chance() { return static_cast<double>(chance_() >> 11) * 0x1p-53; }  // [0, 1)

  std::mt19937_64 chance_;
  std::map<std::string, Entry> entries_;
  std::set<std::pair<int64_t, std::string>> queue_;
};

}  // namespace nearcast::measure

#endif  // DATAPLANE_MEASURE_MEASURE_SCHEDULE_H_
