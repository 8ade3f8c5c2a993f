// How long a viewer's queue may become before frames are dropped: short for those who want to be
// near live, long for those who want it smooth, longer where the path stutters, short again when it
// is good.
//
//   latency   400 ms … 1.5 s          smooth   2 s … 4 s
//
// bound = floor + 2 × jitter + 2 × round trip, within floor and ceiling. On a path that carries less
// than the stream patience gains nothing: the floor. A bound that the viewer named stays as it is.
#ifndef DATAPLANE_STREAM_QUEUE_BOUND_H_
#define DATAPLANE_STREAM_QUEUE_BOUND_H_

#include <cstdint>

namespace nearcast::stream {

enum class QueueClass : uint8_t { kLatency, kSmooth };

struct QueueWish {
  QueueClass queue_class = QueueClass::kSmooth;
  int64_t queue_ms = 0;  // the bound itself; 0 = by class and path
};

// A viewer's path, as its TCP connection measures it (TCP_INFO). 0 = not known.
struct PathReading {
  int64_t rtt_ms = 0;
  int64_t bits_per_s = 0;    // what gets through when there is more to send
  int64_t unsent_bytes = 0;  // in the kernel, not yet sent for the first time
};

struct QueueRange {
  int64_t floor_ms = 0;
  int64_t ceiling_ms = 0;
};

QueueRange RangeOf(QueueClass queue_class);

// > 0. `stream_bits_per_s` 0 = not known.
int64_t ChooseQueueBound(const QueueWish& wish, int64_t jitter_ms, const PathReading& path,
                         int64_t stream_bits_per_s);

}  // namespace nearcast::stream

#endif  // DATAPLANE_STREAM_QUEUE_BOUND_H_
