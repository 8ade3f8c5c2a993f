// Schedule: which check is due when. Checks of one plan are spread over their intervals by chance,
// and each run is followed by the next after its interval, give or take a twentieth, so that
// vantages do not fall into step.
//
// Times are the monotonic clock's. Thread rule: one owner.
#ifndef PROBE_SCHEDULE_H_
#define PROBE_SCHEDULE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "nearcast/v1/node.pb.h"

namespace nearcast::probe {

class Schedule {
 public:
  explicit Schedule(uint64_t seed) : chance_(seed) {}

  // A check that stays, with the same interval, keeps its time.
  void SetPlan(const v1::ProbePlan& plan, absl::Duration now);

  // The check that has been due longest, if any; its next time is set. O(log n).
  std::optional<v1::ProbePlan::Check> Take(absl::Duration now);

  // When the next one is due; infinite without a plan.
  absl::Duration NextAt() const;

  size_t size() const { return entries_.size(); }

 private:
  using Key = std::pair<std::string, std::string>;  // check, node
  struct Entry {
    v1::ProbePlan::Check check;
    absl::Duration due;
  };

  // Uniform in [0, 1).
  double Chance() { return static_cast<double>(chance_() >> 11) * 0x1p-53; }

  std::mt19937_64 chance_;
  std::map<Key, Entry> entries_;
  std::set<std::pair<absl::Duration, Key>> queue_;
};

}  // namespace nearcast::probe

#endif  // PROBE_SCHEDULE_H_
