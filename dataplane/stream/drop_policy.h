// Whether a viewer that falls behind loses frames, and how many: progressively, so that it notices
// as little as can be (docs/relay.md, "Slow viewers").
//
//   queue       what each GOP loses                                        (gop_cut.h does it)
//   ≤ bound     nothing
//   ≤ 1.25 ×    its last frame
//   ≤ 1.5 ×     its last two frames
//   ≤ 2 ×       those, and frames that no other refers to
//   more        the last resort: of its tail as much as the queue is longer than that; at most a
//               quarter of the GOP while the queue drains, half of it while it stands, all but the
//               keyframe while it grows
//
// Up to twice the bound the series decides, not one reading: the length that counts is where the
// queue will be in kForesightMs if it goes on as it does. A queue that drains by itself is left
// alone; one that grows is met early. Beyond lag_ms_max a GOP is cut without waiting for its end.
// The last frames of a GOP are the ones that nothing refers to any more; sound is dropped only by a
// jump, when nothing else has helped.
//
// protected_period_ms: in the first n ms of a session (wall clock) nothing is dropped; 0 = never.
// gop_keep_ms (gop_keep_duration): a GOP that loses frames still delivers at least n ms of stream
// time. A viewer that asked for these, may not lose frames and has fallen out of the ring is let go:
// it cannot be served as it asked.
#ifndef DATAPLANE_STREAM_DROP_POLICY_H_
#define DATAPLANE_STREAM_DROP_POLICY_H_

#include <cstdint>

#include "dataplane/stream/queue_bound.h"

namespace nearcast::stream {

enum class DropMode : uint8_t {
  kProgressive,
  kWholeGop,  // every GOP that begins while the queue is too long; for comparison
};

struct DropWish {
  DropMode mode = DropMode::kProgressive;
  QueueWish queue;
  int64_t protected_period_ms = 5'000;  // 0 = no frame is ever dropped
  int64_t gop_keep_ms = 0;              // 0 = no demand

  // The viewer named one of these two itself: it is let go rather than taken to another place
  // against them. The node's own defaults are no reason to let anybody go.
  bool binding = false;
};

// What holds for all viewers of a node.
struct DropLimits {
  int64_t lag_ms_max = 10'000;  // behind this, all but keyframes and sound goes; 0 = no limit
};

enum class DropLevel : uint8_t {
  kNone,
  kLastFrame,
  kLastTwoFrames,
  kUnreferred,  // the last two, and all that no other frame refers to
  kQuarter,     // the last resort: as much of the tail as the queue is too long, at most a quarter
  kHalf,        // likewise, at most half of the GOP
  kAllButKey,   // likewise, at most all but the keyframe
  kWholeGop,
};

struct QueueState {
  int64_t session_ms = 0;  // since the request, wall clock
  int64_t lag_ms = 0;      // length of the queue
  double trend = 0;        // QueueGauge::trend
  int64_t bound_ms = 0;    // ChooseQueueBound
};

// What may be done to a viewer's queue now.
struct DropOrder {
  DropLevel level = DropLevel::kNone;
  int64_t bound_ms = 0;     // act only while the queue is longer than this
  int64_t gop_keep_ms = 0;  // DropWish
  int64_t lag_ms_max = 0;   // DropLimits
  int64_t unsent_ms = 0;    // of the queue, what waits in the kernel and not in the ring

  // Whether a GOP may be cut before its end is known.
  bool may_cut_open_gop = false;

  // Whether the viewer may be taken to another place of the ring, sound and all, when it has
  // fallen out of it or is beyond twice lag_ms_max.
  bool may_jump = false;
};

inline constexpr int64_t kForesightMs = 1'000;

DropOrder DecideDrop(const QueueState& queue, const DropWish& wish, const DropLimits& limits);

}  // namespace nearcast::stream

#endif  // DATAPLANE_STREAM_DROP_POLICY_H_
