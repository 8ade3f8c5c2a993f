// CheckTrack: what one vantage says of one check of one node, with thresholds and flap damping.
//
// The word changes after so many equal results in a row. Each time that it falls to down a penalty
// is added, which halves every kPenaltyHalfLife; a word that falls too often is held at down until
// the penalty has decayed, so that answers do not follow a flapping node to and fro. The figures of
// penalty, suppression and reuse are those of RFC 2439, section 4.2, on a shorter time scale.
#ifndef SCHEDULERLIB_LIVE_CHECK_TRACK_H_
#define SCHEDULERLIB_LIVE_CHECK_TRACK_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "schedulerlib/live/node_live.h"

namespace nearcast::scheduler {

inline constexpr absl::Duration kPenaltyHalfLife = absl::Seconds(60);
inline constexpr double kPenaltyPerFall = 1000;
inline constexpr double kPenaltySuppress = 2500;  // the third fall within a minute
inline constexpr double kPenaltyReuse = 750;
inline constexpr double kPenaltyMax = 6000;  // held for three minutes at most

// Results in a row, at least 1.
struct CheckThresholds {
  uint32_t up = 2;
  uint32_t down = 3;
};

class CheckTrack {
 public:
  // The first success is believed at once: a node that works must not wait for its word.
  void Add(bool ok, const CheckThresholds& thresholds, absl::Duration now);

  // kUnknown before the first success and the first `down` failures.
  Health WordAt(absl::Duration now) const;

  bool SuppressedAt(absl::Duration now) const;

 private:
  double PenaltyAt(absl::Duration now) const;

  Health word_ = Health::kUnknown;  // as the thresholds have it
  bool last_ok_ = false;
  uint32_t streak_ = 0;  // results equal to the last one
  bool suppressed_ = false;
  double penalty_ = 0;  // at penalty_at_
  absl::Duration penalty_at_;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_LIVE_CHECK_TRACK_H_
