// Where a viewer goes on: in place, or at a keyframe further on when it has fallen too far behind.
//
// This is the one place that decides what a slow viewer loses. Two causes: its next frame has left
// the ring, or its lag has passed the bound. Either way it goes on where a new viewer with the same
// wish would start, never on an inter frame, and never backwards. The bound is widened to what a
// start itself may be late (limit + two GOPs), else a viewer would be thrown forward as soon as it
// had started.
#ifndef DATAPLANE_STREAM_DROP_POLICY_H_
#define DATAPLANE_STREAM_DROP_POLICY_H_

#include <cstdint>

#include "dataplane/stream/frame_ring.h"
#include "dataplane/stream/gop_start.h"

namespace nearcast::stream {

struct DropLimits {
  int64_t lag_ms_max = 10'000;  // age of the next frame to send; 0 = bounded by the ring alone
};

enum class DropCause : uint8_t { kNone, kFellOffRing, kLagExceeded };

struct DropDecision {
  DropCause cause = DropCause::kNone;
  StartPoint next;  // meaningful when cause is not kNone
};

// `next_seq` is the frame that the viewer would be sent next.
DropDecision DecideNext(const FrameRing& ring, uint64_t next_seq, const StartRequest& request,
                        const DropLimits& limits);

}  // namespace nearcast::stream

#endif  // DATAPLANE_STREAM_DROP_POLICY_H_
