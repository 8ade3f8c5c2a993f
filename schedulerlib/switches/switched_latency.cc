#include "schedulerlib/switches/switched_latency.h"

namespace nearcast::scheduler {

ViewerLatency DecideSwitchedLatency(const CompiledPublishPoint& point, const Viewer& viewer,
                                    const SwitchEffects& switches) {
  const bool is_off = point.latency && switches.IsLatencyPolicyOff(point.spec.latency_policy);
  ViewerLatency latency = is_off ? LatencyWithoutPolicy(point) : DecideLatency(point, viewer);
  if (switches.gop_cache_ms != 0) latency.gop_cache_ms = switches.gop_cache_ms;
  if (switches.start_buffer_ms != 0) latency.start_buffer_ms = switches.start_buffer_ms;
  return latency;
}

}  // namespace nearcast::scheduler
