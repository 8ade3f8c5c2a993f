// QueueGauge: what the length of one viewer's queue has done lately. A viewer's queue is the part of
// the ring that it has not been sent; its length is the age of its next frame (cursor age) and what
// waits in the kernel.
//
//   gauge.Add(now_ms, lag_ms);             // every 100 ms or so
//   gauge.jitter_ms(); gauge.trend();      // decide from the series, not from one reading
//
// Jitter is an envelope: the largest distance of a reading from the smoothed queue, halved every
// kJitterHalfMs. It rises at once when the path stutters and is forgotten when the path is good.
#ifndef DATAPLANE_STREAM_QUEUE_GAUGE_H_
#define DATAPLANE_STREAM_QUEUE_GAUGE_H_

#include <cstdint>

namespace nearcast::stream {

// Thread rule: none; one owner.
class QueueGauge {
 public:
  static constexpr int64_t kSmoothMs = 1'000;
  static constexpr int64_t kJitterHalfMs = 5'000;

  // Readings closer together than 10 ms than the last are left out; time never runs backwards.
  void Add(int64_t now_ms, int64_t lag_ms);

  int64_t lag_ms() const { return lag_ms_; }
  int64_t jitter_ms() const { return static_cast<int64_t>(jitter_ms_); }

  // Milliseconds of queue gained per millisecond: 1 = nothing gets through, 0 = as fast as it comes,
  // -1 or less = catching up. Smoothed over kSmoothMs; within [-4, 1].
  double trend() const { return trend_; }

  // Of all readings that counted, so that a session can be judged when it is over.
  int64_t mean_ms() const { return readings_ == 0 ? 0 : sum_ms_ / readings_; }
  int64_t longest_ms() const { return longest_ms_; }

 private:
  void Note(int64_t lag_ms);

  int64_t at_ms_ = -1;
  int64_t lag_ms_ = 0;
  float smoothed_ms_ = 0;
  float jitter_ms_ = 0;
  float trend_ = 0;
  uint32_t readings_ = 0;
  int64_t sum_ms_ = 0;
  int64_t longest_ms_ = 0;
};

}  // namespace nearcast::stream

#endif  // DATAPLANE_STREAM_QUEUE_GAUGE_H_
