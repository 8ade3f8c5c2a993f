// What one viewer's network makes of a publish point's latency: how much cache, how much buffer.
#ifndef SCHEDULERLIB_STREAM_VIEWER_LATENCY_H_
#define SCHEDULERLIB_STREAM_VIEWER_LATENCY_H_

#include <cstdint>

#include "schedulerlib/latency/gop_cache_setting.h"
#include "schedulerlib/latency/latency_plan.h"
#include "schedulerlib/model/viewer.h"
#include "schedulerlib/snapshot/snapshot.h"

namespace nearcast::scheduler {

struct ViewerLatency {
  const LatencyPlan* plan = nullptr;  // null = the publish point has no policy
  uint32_t gop_cache_ms = 0;          // M that is wanted
  uint32_t start_buffer_ms = 0;
  uint32_t gop_ms = 0;
};

// By the viewer's network grade, recent stalls and retries; points without a policy treat all alike.
ViewerLatency DecideLatency(const CompiledPublishPoint& point, const Viewer& viewer);

// As if the publish point had no LatencyPolicy: its own gop_cache_ms and start_buffer_ms.
ViewerLatency LatencyWithoutPolicy(const CompiledPublishPoint& point);

// The wanted M in the words of one CDN; points into the snapshot's `cdn`.
GopCacheSetting ChooseGopCacheOf(const CompiledCdn& cdn, const ViewerLatency& latency);

// How long HLS slices are: whole GOPs for half of the cache, so that they grow as it does on worse
// networks; at most 10 s. 0 where the publish point has no policy: nothing is said.
uint32_t ChooseSliceMs(const ViewerLatency& latency);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_VIEWER_LATENCY_H_
