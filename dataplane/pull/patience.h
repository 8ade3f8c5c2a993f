// Patience: how long a pull goes on when its sources do not have the stream, and after which pauses.
//
// A round is a question for sources and a try of each. A source that may have the stream, only not
// now (its machine is away, its line broke), is asked for ever. When all say that they do not have
// it, it is over at once if it never began; else after not_found_ms since its last frame if a source
// has said that it ended, after lost_ms if it broke off: an origin that starts anew knows nothing of
// the stream until its publisher is back. Pauses double, with jitter of half, up to a bound.
#ifndef DATAPLANE_PULL_PATIENCE_H_
#define DATAPLANE_PULL_PATIENCE_H_

#include <cstdint>
#include <random>

#include "absl/status/status.h"
#include "dataplane/pull/pull_options.h"

namespace nearcast::pull {

// Thread rule: belongs to one pull. Times are milliseconds of one clock that never goes back.
class Patience {
 public:
  enum class Next : uint8_t {
    kTryAgain,
    kNeverBegan,  // nobody has it, and nobody had
    kIsOver,      // nobody has it any more
  };

  // `options` must outlive it; `seed` is the jitter's.
  Patience(const PullOptions* options, uint64_t seed);

  // A source's first frame, and each that was taken.
  void NoteBegin();
  void NoteFrame(int64_t now_ms) { last_frame_ms_ = now_ms; }

  // How a try, or the question for sources, failed. NotFound: it is not there; OutOfRange: the
  // source has ended it; anything else: it may be there.
  void NoteFailure(const absl::Status& status);
  // Those that failed will be tried again.
  void ForgetFailures() { may_be_had_ = false; }

  // A held stream that never began is asked for as long as it is held.
  Next AfterRound(int64_t now_ms, bool held);

  // Before the next round, ms.
  int64_t ChoosePause(bool held);

  bool began() const { return last_frame_ms_ >= 0; }
  // Whether viewers are without pictures, and not all sources have been tried yet.
  bool IsHurried() const { return began() && rounds_ == 0; }
  // Since the last frame. Requires began().
  int64_t SilentMs(int64_t now_ms) const { return now_ms - last_frame_ms_; }

 private:
  const PullOptions* const options_;
  std::mt19937_64 random_;
  int64_t pause_ms_;
  int64_t last_frame_ms_ = -1;  // -1: never
  int rounds_ = 0;              // since a source's first frame
  bool may_be_had_ = false;     // a failure was no NotFound
  bool ended_ = false;          // the last that had it has ended it
};

}  // namespace nearcast::pull

#endif  // DATAPLANE_PULL_PATIENCE_H_
