#include "schedulerlib/stream/viewer_latency.h"

#include <algorithm>

namespace nearcast::scheduler {
namespace {

constexpr uint32_t kSliceMsMax = 10'000;

}  // namespace

ViewerLatency LatencyWithoutPolicy(const CompiledPublishPoint& point) {
  ViewerLatency latency;
  latency.gop_cache_ms = point.spec.gop_cache_ms;
  latency.start_buffer_ms = point.spec.start_buffer_ms;
  latency.gop_ms = point.tiers.empty() ? 0 : point.tiers.front().gop_s * 1000;
  return latency;
}

ViewerLatency DecideLatency(const CompiledPublishPoint& point, const Viewer& viewer) {
  if (!point.latency) return LatencyWithoutPolicy(point);
  ViewerLatency latency;
  latency.plan = &*point.latency;
  const GradeLatency& at = latency.plan->by_grade[std::min(viewer.network_grade, kGradeBest)];
  latency.gop_cache_ms = at.gop_cache_ms;
  latency.start_buffer_ms = ChooseStartBuffer(at.start_buffer, viewer.recent_stalls,
                                              viewer.recent_retries, viewer.recent_age_s);
  latency.gop_ms = latency.plan->gop_ms;
  return latency;
}

GopCacheSetting ChooseGopCacheOf(const CompiledCdn& cdn, const ViewerLatency& latency) {
  const GopCache& cache = cdn.spec.gop_cache;
  // Without a policy M itself is what was declared, whatever the way adds.
  const uint32_t network_ms = latency.plan == nullptr ? cache.added_ms : latency.plan->network_ms;
  return ChooseGopCache(
      cache,
      {.gop_cache_ms = latency.gop_cache_ms, .gop_ms = latency.gop_ms, .network_ms = network_ms});
}

uint32_t ChooseSliceMs(const ViewerLatency& latency) {
  if (latency.plan == nullptr || latency.gop_ms == 0) return 0;
  const uint32_t half_ms = latency.gop_cache_ms / 2;
  const uint32_t gops = std::max(1u, (half_ms + latency.gop_ms - 1) / latency.gop_ms);
  return std::min(gops * latency.gop_ms, kSliceMsMax);
}

}  // namespace nearcast::scheduler
