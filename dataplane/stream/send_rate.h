// SendRate: how fast one viewer has been sent media lately, from readings of what it was sent in all.
//
//   SendRate rate(1'000);
//   rate.Note(now_ms, bytes_sent);            // now and then
//   rate.BitsPerSecond(now_ms, bytes_sent);   // at any time
//
// The rate is that of the last full window; where nothing was noted for longer, of all the time since
// then, so that it falls while nothing is sent.
#ifndef DATAPLANE_STREAM_SEND_RATE_H_
#define DATAPLANE_STREAM_SEND_RATE_H_

#include <cstdint>

namespace nearcast::stream {

// Thread rule: none; one owner, or a lock around it.
class SendRate {
 public:
  explicit constexpr SendRate(int32_t window_ms) : window_ms_(window_ms) {}

  // Time begins with the first note.
  void Note(int64_t now_ms, uint64_t bytes) {
    if (begun_ && now_ms - at_ms_ < window_ms_) return;
    if (begun_) last_ = Since(now_ms, bytes);
    has_last_ = begun_;
    begun_ = true;
    at_ms_ = now_ms;
    bytes_ = bytes;
  }

  // 0 before a second of time is known.
  int64_t BitsPerSecond(int64_t now_ms, uint64_t bytes) const {
    const int64_t passed_ms = now_ms - at_ms_;
    if (!begun_) return 0;
    if (has_last_ && passed_ms < window_ms_) return last_;
    return passed_ms < 1'000 ? 0 : Since(now_ms, bytes);
  }

 private:
  int64_t Since(int64_t now_ms, uint64_t bytes) const {
    return static_cast<int64_t>(bytes - bytes_) * 8'000 / (now_ms - at_ms_);
  }

  int32_t window_ms_;
  bool begun_ = false;
  bool has_last_ = false;
  int64_t at_ms_ = 0;  // when the window began
  uint64_t bytes_ = 0;
  int64_t last_ = 0;
};

}  // namespace nearcast::stream

#endif  // DATAPLANE_STREAM_SEND_RATE_H_
