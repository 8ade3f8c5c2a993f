// Counters of one serving thread. viewers_admitted = viewers_left + those that are there; of those
// admitted, viewers_refused never saw a frame.
#ifndef DATAPLANE_EGRESS_EGRESS_COUNTERS_H_
#define DATAPLANE_EGRESS_EGRESS_COUNTERS_H_

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
  Counter jumps;            // counted when the viewer leaves
  Counter viewers_too_slow;  // let go: fallen out of the ring, and no frame of theirs may be dropped
};

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_EGRESS_COUNTERS_H_
