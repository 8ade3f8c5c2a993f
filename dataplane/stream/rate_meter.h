// RateMeter: bit rate and frame rate of a stream over the last full second.
#ifndef DATAPLANE_STREAM_RATE_METER_H_
#define DATAPLANE_STREAM_RATE_METER_H_

#include <cstdint>

#include "dataplane/stream/frame.h"

namespace nearcast::stream {

// Thread rule: none; one owner, or a lock around it.
class RateMeter {
 public:
  void Add(const Frame& frame, int64_t now_ms) {
    if (now_ms - window_ms_ >= kWindowMs) Turn(now_ms);
    bytes_ += frame.payload().size();
    video_frames_ += frame.track() == Track::kVideo && !IsHeader(frame.role()) ? 1 : 0;
  }

  // 0 when nothing has come for two windows.
  double bits_per_s(int64_t now_ms) const { return Stale(now_ms) ? 0 : bits_per_s_; }
  double video_frames_per_s(int64_t now_ms) const { return Stale(now_ms) ? 0 : frames_per_s_; }

 private:
  static constexpr int64_t kWindowMs = 1000;

  bool Stale(int64_t now_ms) const { return now_ms - window_ms_ > 2 * kWindowMs; }

  void Turn(int64_t now_ms) {
    const double seconds = static_cast<double>(now_ms - window_ms_) / 1000.0;
    bits_per_s_ = static_cast<double>(bytes_) * 8 / seconds;
    frames_per_s_ = static_cast<double>(video_frames_) / seconds;
    bytes_ = video_frames_ = 0;
    window_ms_ = now_ms;
  }

  int64_t window_ms_ = 0;
  uint64_t bytes_ = 0;
  uint64_t video_frames_ = 0;
  double bits_per_s_ = 0;
  double frames_per_s_ = 0;
};

}  // namespace nearcast::stream

#endif  // DATAPLANE_STREAM_RATE_METER_H_
