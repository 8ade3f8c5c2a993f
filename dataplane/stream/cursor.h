// Cursor: a viewer, as the stream sees it: a position in a ring and what it still needs before
// frames make sense to it.
//
//   Cursor cursor = Cursor::At(FindStart(ring, request));
//   …                                     // the headers of the start point go out first
//   cursor.Recover(ring, request, limits) // before each batch: jumps when it has fallen behind
//   cursor.Collect(ring, limits, &batch)  // the next frames it shall have
//
// No queue and no heap object per viewer or message: a slow viewer is a cursor that stays behind,
// and when the ring (or the drop policy) passes it, it jumps to a keyframe and counts what it
// missed. Thread rule: belongs to one thread.
#ifndef DATAPLANE_STREAM_CURSOR_H_
#define DATAPLANE_STREAM_CURSOR_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "dataplane/stream/drop_policy.h"
#include "dataplane/stream/frame_ring.h"
#include "dataplane/stream/gop_start.h"

namespace nearcast::stream {

struct BatchLimits {
  size_t frames_max = 512;
  size_t bytes_max = 256u << 10;
};

struct RecoverResult {
  DropCause cause = DropCause::kNone;
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
  uint64_t frames_skipped() const { return frames_skipped_; }
  uint32_t jumps() const { return jumps_; }

  // Whether Collect would give this cursor and `other` the same frames.
  bool SameView(const Cursor& other) const {
    return next_seq_ == other.next_seq_ && waits_for_key_ == other.waits_for_key_ &&
           wanted_ == other.wanted_;
  }

  // Applies the drop policy. Call before Collect; afterwards next_seq() lies within the ring.
  RecoverResult Recover(const FrameRing& ring, const StartRequest& request,
                        const DropLimits& limits);

  // Writes the next frames into `out` (its size and `limits` bound them; at least one frame when
  // there is any) and moves past them. The pointers live as long as the ring keeps the frames.
  size_t Collect(const FrameRing& ring, const BatchLimits& limits, absl::Span<const Frame*> out);

  // Takes the position that `other`, with SameView before it collected, has now.
  void Follow(const Cursor& other);

 private:
  bool Admits(const Frame& frame);

  uint64_t next_seq_ = 0;
  uint64_t frames_skipped_ = 0;
  uint32_t headers_generation_ = 0;
  uint32_t jumps_ = 0;
  bool waits_for_key_ = false;
  Wanted wanted_ = Wanted::kEverything;
};

}  // namespace nearcast::stream

#endif  // DATAPLANE_STREAM_CURSOR_H_
