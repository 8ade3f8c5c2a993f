// BookedBits: megabits of sessions by CDN and by ratio rule, as they were intended and as they were
// assigned; they fade as sessions end.
//
// Plain value, one owner. Times are seconds of one monotonic clock.
#ifndef SCHEDULERLIB_TRAFFIC_BOOKED_BITS_H_
#define SCHEDULERLIB_TRAFFIC_BOOKED_BITS_H_

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "schedulerlib/split/debt_ledger.h"
#include "schedulerlib/split/ratio.h"

namespace nearcast::scheduler {

// A session's megabits fade with a mean life of half_life / ln 2, and are on the wire for as long.
double RateOf(double mbit, double half_life_s);

class BookedBits {
 public:
  // Half of a session is gone after `half_life_s` (> 0).
  explicit BookedBits(double half_life_s) : half_life_s_(half_life_s) {}

  // `chosen`: StableHash of the CDN's name. What is left of the session's earlier booking is taken
  // back. Intent is what the rule declares: corrections are there to meet it.
  void Book(const CompiledRatioRule& rule, const LedgerSession& session, uint64_t chosen,
            double now_s);

  void Fade(double now_s);

  // As of the last Fade or Book.
  double IntendedBps(uint64_t cdn) const;
  double AssignedBps(uint64_t cdn) const;
  double RuleBps(uint64_t rule) const;

 private:
  struct Booked {
    double intended_mbit = 0;
    double assigned_mbit = 0;
  };

  double half_life_s_;
  double faded_s_ = 0;
  absl::flat_hash_map<uint64_t, Booked> by_cdn_;   // at most one for each CDN there ever was
  absl::flat_hash_map<uint64_t, double> by_rule_;  // megabits
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_TRAFFIC_BOOKED_BITS_H_
