// Counters of one serving thread. viewers_admitted = viewers_left + those that are there; of those
// admitted, viewers_refused never saw a frame.
#ifndef DATAPLANE_EGRESS_EGRESS_COUNTERS_H_
#define DATAPLANE_EGRESS_EGRESS_COUNTERS_H_

#include <array>
#include <cstdint>

#include "base/counter.h"

namespace nearcast::egress {

struct EgressCounters {
  Counter viewers_admitted;
  Counter viewers_left;
  Counter viewers_refused;
  Counter bytes_sent;
  Counter sends;

  // Frames that viewers never got (stream/drop_counts.h), as they happen.
  Counter dropped_tail;
  Counter dropped_unreferred;
  Counter dropped_rest;
  Counter dropped_jumped;
  Counter undecodable;

  // How long viewers' queues are, measured of each every 100 ms or so: by the upper bounds in
  // kQueueMsBounds and beyond, and their sum.
  static constexpr std::array<int64_t, 6> kQueueMsBounds = {10, 100, 500, 1'000, 3'000, 10'000};
  std::array<Counter, 7> queues;
  Counter queue_ms_sum;
  Counter jumps;  // counted when the viewer leaves
  Counter
      viewers_too_slow;  // let go: fallen out of the ring, and no frame of theirs may be dropped
};

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_EGRESS_COUNTERS_H_
