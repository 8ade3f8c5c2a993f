// TrafficSteps: what CDNs carry, step by step, and what follows for decisions: corrections and caps
// (split/flow.h) and budget ladders (quality/budget_ladder.h).
//
//   TrafficSteps steps;
//   const LiveRates live = steps.Step(*snapshot, seen, {.now_s = now_s, .corrects = true});
//
// Plain value, one owner; a step every kTrafficStepS, or a multiple.
#ifndef SCHEDULERLIB_TRAFFIC_TRAFFIC_STEPS_H_
#define SCHEDULERLIB_TRAFFIC_TRAFFIC_STEPS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "schedulerlib/quality/budget_ladder.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/play_context.h"

namespace nearcast::scheduler {

// The step that the defaults of corrections are made for.
inline constexpr double kTrafficStepS = 15;

// With fewer megabits intended than those of a hundred long sessions chance would be corrected.
inline constexpr double kCorrectedMbitMin = 100 * 1200.0;

// What is seen of one CDN's traffic at a step.
struct CdnTraffic {
  std::optional<double> measured_bps;  // nothing when nobody has said
  double intended_bps = 0;             // by the weights, of sessions begun lately
  double assigned_bps = 0;             // stands for what nobody measures
};

// What is known of it, and what follows.
struct CdnRates {
  std::string cdn;
  CdnTraffic traffic;
  double correction = 1;
  double spill = 0;

  double carried_bps() const { return traffic.measured_bps.value_or(traffic.assigned_bps); }
};

struct TrafficStep {
  double now_s = 0;  // monotonic

  // Whether corrections move: not before what was booked can be compared with what is measured,
  // when the sessions of another time have gone.
  bool corrects = true;

  // And not with less intended than this.
  double correction_bps_min = 0;
};

class TrafficSteps {
 public:
  // `seen` by CdnIndex. CDNs keep their corrections and spills, policies their ladders, by name.
  LiveRates Step(const Snapshot& snapshot, const std::vector<CdnTraffic>& seen,
                 const TrafficStep& step);

  const std::vector<CdnRates>& rates() const { return rates_; }  // by CdnIndex of the last step

  // Of quality policies that have a budget, by name.
  const absl::flat_hash_map<std::string, LadderState>& ladders() const { return ladders_; }

 private:
  void Take(const Snapshot& snapshot, const std::vector<CdnTraffic>& seen);
  void Correct(double bps_min);
  void SpillOver(const Snapshot& snapshot);
  void StepLadders(const Snapshot& snapshot, double now_s);
  LiveRates Live(const Snapshot& snapshot) const;

  std::vector<CdnRates> rates_;
  absl::flat_hash_map<std::string, LadderState> ladders_;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_TRAFFIC_TRAFFIC_STEPS_H_
