#include "dataplane/pull/patience.h"

#include <algorithm>

namespace nearcast::pull {

Patience::Patience(const PullOptions* options, uint64_t seed)
    : options_(options), random_(seed), pause_ms_(options->retry_ms_min) {}

void Patience::NoteBegin() {
  pause_ms_ = options_->retry_ms_min;
  rounds_ = 0;
  ended_ = false;
  ForgetFailures();
}

void Patience::NoteFailure(const absl::Status& status) {
  if (absl::IsOutOfRange(status)) ended_ = true;
  if (!absl::IsNotFound(status)) may_be_had_ = true;
}

Patience::Next Patience::AfterRound(int64_t now_ms, bool held) {
  ++rounds_;
  if (may_be_had_) return Next::kTryAgain;
  if (!began()) return held ? Next::kTryAgain : Next::kNeverBegan;
  const int64_t wait_ms = ended_ ? options_->not_found_ms : options_->lost_ms;
  return SilentMs(now_ms) < wait_ms ? Next::kTryAgain : Next::kIsOver;
}

int64_t Patience::ChoosePause(bool held) {
  const int64_t pause_ms = pause_ms_ / 2 + static_cast<int64_t>(random_() % (pause_ms_ / 2 + 1));
  const bool expected = began() ? !ended_ : held;
  pause_ms_ =
      std::min(pause_ms_ * 2, expected ? options_->expected_retry_ms_max : options_->retry_ms_max);
  return pause_ms;
}

}  // namespace nearcast::pull
