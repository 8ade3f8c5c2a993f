// ReadingPace: when a publisher that is read in pieces is read next.
//
//   reader   at_ms = pace.Plan(now_ms, wanted_ms)     it has read; it reads again then
//   viewers  pace.Hasten(at_ms)                       somebody wants frames before that
//
// What a stream costs is being read, and told of, once for each frame. While all who take it let its
// frames gather, it is enough to read them when the first of these is due: nobody gets them later for
// that. A stream that nobody takes is read each kPauseMsMax, as its cache is to be fresh. Thread rule:
// none; a lock around it.
#ifndef DATAPLANE_STREAM_READING_PACE_H_
#define DATAPLANE_STREAM_READING_PACE_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>

namespace nearcast::stream {

class ReadingPace {
 public:
  static constexpr int64_t kPauseMsMax = 400;

  // From now on it is read in pieces. `hasten` may only post.
  void Begin(std::function<void()> hasten, int64_t now_ms) {
    hasten_ = std::move(hasten);
    read_ms_ = planned_ms_ = now_ms;
  }

  // It is read as it comes.
  void End() { hasten_ = nullptr; }

  // `wanted_ms`: when the most impatient listener wants frames; INT64_MAX = never.
  int64_t Plan(int64_t now_ms, int64_t wanted_ms) {
    read_ms_ = now_ms;
    planned_ms_ = std::min(wanted_ms, now_ms + kPauseMsMax);
    return planned_ms_;
  }

  void Hasten(int64_t at_ms) {
    if (hasten_ == nullptr || at_ms >= planned_ms_) return;
    planned_ms_ = at_ms;
    hasten_();
  }

  // How much of the stream may have come and not been read.
  int64_t UnreadMs(int64_t now_ms) const {
    if (hasten_ == nullptr) return 0;
    return std::clamp<int64_t>(now_ms - read_ms_, 0, kPauseMsMax);
  }

 private:
  std::function<void()> hasten_;  // null: it is read as it comes
  int64_t read_ms_ = 0;
  int64_t planned_ms_ = 0;
};

}  // namespace nearcast::stream

#endif  // DATAPLANE_STREAM_READING_PACE_H_
