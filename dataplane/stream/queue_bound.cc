#include "dataplane/stream/queue_bound.h"

#include <algorithm>

namespace nearcast::stream {

QueueRange RangeOf(QueueClass queue_class) {
  return queue_class == QueueClass::kLatency ? QueueRange{400, 1'500} : QueueRange{2'000, 4'000};
}

int64_t ChooseQueueBound(const QueueWish& wish, int64_t jitter_ms, const PathReading& path,
                         int64_t stream_bits_per_s) {
  if (wish.queue_ms > 0) return wish.queue_ms;
  const QueueRange range = RangeOf(wish.queue_class);
  const bool too_narrow = path.bits_per_s > 0 && path.bits_per_s < stream_bits_per_s;
  if (too_narrow) return range.floor_ms;
  const int64_t wanted_ms = range.floor_ms + 2 * jitter_ms + 2 * path.rtt_ms;
  return std::clamp(wanted_ms, range.floor_ms, range.ceiling_ms);
}

}  // namespace nearcast::stream
