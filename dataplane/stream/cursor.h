// Cursor: a viewer, as the stream sees it: a position in a ring and what it still needs before
// frames make sense to it.
//
//   Cursor cursor = Cursor::At(FindStart(ring, request), wanted);
//   …                                     // the headers of the start point go out first
//   cursor.Recover(ring, request, order)  // before each batch: chooses what it loses, if it must
//   cursor.Collect(ring, limits, &batch)  // the next frames it shall have
//
// No queue and no heap object per viewer or message: a slow viewer is a cursor that stays behind.
// What it loses is the cut of the GOP that it is in (gop_cut.h); when the ring has passed it, it
// jumps to a keyframe. What a viewer has been handed always decodes. Thread rule: belongs to one
// thread.
#ifndef DATAPLANE_STREAM_CURSOR_H_
#define DATAPLANE_STREAM_CURSOR_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "dataplane/stream/drop_counts.h"
#include "dataplane/stream/drop_policy.h"
#include "dataplane/stream/frame_ring.h"
#include "dataplane/stream/gop_cut.h"
#include "dataplane/stream/gop_start.h"

namespace nearcast::stream {

struct BatchLimits {
  size_t frames_max = 512;
  size_t bytes_max = 256u << 10;
};

enum class Recovery : uint8_t {
  kInPlace,
  kFellOffRing,  // jumped: its next frame had left the ring
  kTooLate,      // jumped: too far behind for anything gentler
  kMustLeave,    // its next frame has left the ring, and it may not lose any
};

struct RecoverResult {
  Recovery recovery = Recovery::kInPlace;
  HeadersRef headers;  // to be sent before the next frame; null when the viewer already has them
};

class Cursor {
 public:
  Cursor() = default;
  static Cursor At(const StartPoint& start, Wanted wanted);

  uint64_t next_seq() const { return next_seq_; }
  bool waits_for_key() const { return waits_for_key_; }
  Wanted wanted() const { return wanted_; }

  // Frames that this viewer was meant to get and never will.
  const DropCounts& drops() const { return drops_; }
  uint32_t jumps() const { return jumps_; }

  // Age of the next frame to send; 0 when there is none.
  int64_t LagMs(const FrameRing& ring) const;

  // Whether Collect would give this cursor and `other` the same frames.
  bool SameView(const Cursor& other) const;

  // Applies the drop order. Call before Collect; afterwards next_seq() lies within the ring, unless
  // the viewer must leave. What a viewer got at its start (StartPoint::burst_end_seq) is never cut.
  RecoverResult Recover(const FrameRing& ring, const StartRequest& request, const DropOrder& order);

  // Writes the next frames into `out` (its size and `limits` bound them; at least one frame when
  // there is any) and moves past them. The pointers live as long as the ring keeps the frames.
  // While frames may be dropped a batch ends before a keyframe, as each GOP has its own cut.
  size_t Collect(const FrameRing& ring, const BatchLimits& limits, absl::Span<const Frame*> out);

  // Moves as `after` has, which had SameView when it was `before`.
  void Follow(const Cursor& before, const Cursor& after);

 private:
  RecoverResult JumpTo(StartPoint start, Recovery recovery);
  GopPlace Place(const FrameRing& ring, int64_t lag_ms) const;
  void ReviseCut(const FrameRing& ring, const DropOrder& order, int64_t lag_ms);
  bool Admits(const FrameRing& ring, uint64_t seq);
  bool AdmitsPicture(const FrameRing& ring, uint64_t seq);
  bool IsCut(const FrameRing& ring, uint64_t seq);

  uint64_t next_seq_ = 0;
  uint64_t burst_end_seq_ = 0;
  GopCut cut_;
  DropCounts drops_;
  int64_t gop_lost_ms_ = 0;  // stream time that cuts have taken from the GOP that it is in
  uint32_t headers_generation_ = 0;
  uint32_t jumps_ = 0;
  bool waits_for_key_ = false;
  bool lost_reference_ = true;        // the next keyframe's leading pictures cannot be decoded
  bool gop_without_leading_ = false;  // nor those of the GOP that it is in
  bool stepwise_ = false;             // one GOP per batch
  bool cut_open_gop_ = false;         // waits for a key because its GOP was cut
  Wanted wanted_ = Wanted::kEverything;
};

}  // namespace nearcast::stream

#endif  // DATAPLANE_STREAM_CURSOR_H_
