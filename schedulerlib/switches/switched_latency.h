// A viewer's latency as switches leave it.
#ifndef SCHEDULERLIB_SWITCHES_SWITCHED_LATENCY_H_
#define SCHEDULERLIB_SWITCHES_SWITCHED_LATENCY_H_

#include "schedulerlib/model/viewer.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/viewer_latency.h"
#include "schedulerlib/switches/switch_board.h"

namespace nearcast::scheduler {

// DecideLatency, without a LatencyPolicy that is off, and with the cache and the buffer that
// switches set.
ViewerLatency DecideSwitchedLatency(const CompiledPublishPoint& point, const Viewer& viewer,
                                    const SwitchEffects& switches);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SWITCHES_SWITCHED_LATENCY_H_
