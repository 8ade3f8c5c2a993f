#include "dataplane/stream/drop_policy.h"

#include <algorithm>

namespace nearcast::stream {
namespace {

int64_t LagLimit(const FrameRing& ring, const StartRequest& request, const DropLimits& limits) {
  return std::max(limits.lag_ms_max, request.gop_cache_ms + 2 * ring.gop_ms());
}

bool LagExceeded(const FrameRing& ring, uint64_t next_seq, const StartRequest& request,
                 const DropLimits& limits) {
  if (limits.lag_ms_max == 0 || next_seq >= ring.end_seq()) return false;
  const int64_t lag_ms = ring.newest_dts_ms() - ring.at(next_seq).dts_ms();
  return lag_ms > LagLimit(ring, request, limits);
}

}  // namespace

DropDecision DecideNext(const FrameRing& ring, uint64_t next_seq, const StartRequest& request,
                        const DropLimits& limits) {
  if (next_seq < ring.begin_seq()) {
    return {DropCause::kFellOffRing, FindStart(ring, request)};
  }
  if (!LagExceeded(ring, next_seq, request, limits)) return {};
  StartPoint start = FindStart(ring, request);
  if (start.seq <= next_seq || start.waits_for_key) return {};  // nothing better ahead yet
  return {DropCause::kLagExceeded, std::move(start)};
}

}  // namespace nearcast::stream
