// Crowd: whether viewers are arriving at one serving thread just now.
//
// While they come less than kPauseMs apart, what is left of the caches waits: all of a crowd get
// their keyframes before anybody gets the rest of a cache. No longer than kMsMax: arrivals may never
// end. Thread rule: belongs to one thread.
#ifndef DATAPLANE_EGRESS_CROWD_H_
#define DATAPLANE_EGRESS_CROWD_H_

#include <cstdint>

namespace nearcast::egress {

class Crowd {
 public:
  static constexpr int64_t kPauseMs = 3;
  static constexpr int64_t kMsMax = 200;

  void NoteArrival(int64_t now_ms) {
    if (now_ms - last_ms_ >= kPauseMs) first_ms_ = now_ms;
    last_ms_ = now_ms;
  }

  bool IsArriving(int64_t now_ms) const {
    return now_ms - last_ms_ < kPauseMs && now_ms - first_ms_ < kMsMax;
  }

 private:
  int64_t first_ms_ = 0;
  int64_t last_ms_ = 0;
};

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_CROWD_H_
