#include "schedulerlib/live/check_track.h"

#include <algorithm>
#include <cmath>

namespace nearcast::scheduler {

void CheckTrack::Add(bool ok, const CheckThresholds& thresholds, absl::Duration now) {
  suppressed_ = SuppressedAt(now);
  streak_ = ok == last_ok_ ? std::min(streak_ + 1, 1000u) : 1;
  last_ok_ = ok;
  const bool first_success = ok && word_ == Health::kUnknown;
  if (streak_ < (ok ? thresholds.up : thresholds.down) && !first_success) return;
  const Health word = ok ? Health::kUp : Health::kDown;
  if (word_ == Health::kUp && word == Health::kDown) {
    penalty_ = std::min(PenaltyAt(now) + kPenaltyPerFall, kPenaltyMax);
    penalty_at_ = now;
    suppressed_ |= penalty_ >= kPenaltySuppress;
  }
  word_ = word;
}

Health CheckTrack::WordAt(absl::Duration now) const {
  return SuppressedAt(now) ? Health::kDown : word_;
}

bool CheckTrack::SuppressedAt(absl::Duration now) const {
  return suppressed_ && PenaltyAt(now) > kPenaltyReuse;
}

double CheckTrack::PenaltyAt(absl::Duration now) const {
  return penalty_ * std::exp2(-absl::FDivDuration(now - penalty_at_, kPenaltyHalfLife));
}

}  // namespace nearcast::scheduler
