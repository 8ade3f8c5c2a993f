#include "dataplane/stream/gop_start.h"

#include <algorithm>
#include <iterator>

namespace nearcast::stream {
namespace {

const Gop& LowerLimit(const std::deque<Gop>& gops, int64_t limit_dts_ms) {
  auto after = std::upper_bound(gops.begin(), gops.end(), limit_dts_ms,
                                [](int64_t dts, const Gop& gop) { return dts < gop.dts_ms; });
  return after == gops.begin() ? gops.front() : *std::prev(after);
}

const Gop& UpperLimit(const std::deque<Gop>& gops, int64_t limit_dts_ms) {
  auto first = std::lower_bound(gops.begin(), gops.end(), limit_dts_ms,
                                [](const Gop& gop, int64_t dts) { return gop.dts_ms < dts; });
  return first == gops.end() ? gops.back() : *first;
}

// Any audio frame starts a decoder, so the limit is met within one frame.
uint64_t AudioStart(const FrameRing& ring, int64_t limit_dts_ms) {
  uint64_t seq = ring.end_seq();
  while (seq > ring.begin_seq() && ring.at(seq - 1).dts_ms() >= limit_dts_ms) --seq;
  return seq;
}

}  // namespace

StartPoint FindStart(const FrameRing& ring, const StartRequest& request) {
  const int64_t limit = ring.newest_dts_ms() + request.unread_ms - request.gop_cache_ms;
  if (request.wanted == Wanted::kAudioOnly || !ring.has_video()) {
    return {AudioStart(ring, limit), ring.headers(), false, ring.end_seq()};
  }
  if (ring.gops().empty()) return {ring.end_seq(), ring.headers(), true, ring.end_seq()};
  const Gop& gop = request.policy == GopCachePolicy::kLowerLimit ? LowerLimit(ring.gops(), limit)
                                                                 : UpperLimit(ring.gops(), limit);
  return {gop.seq, gop.headers, false, ring.end_seq()};
}

}  // namespace nearcast::stream
