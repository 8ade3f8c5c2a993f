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
  Counter frames_skipped;  // counted when the viewer leaves
  Counter jumps;           // likewise
};

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_EGRESS_COUNTERS_H_
