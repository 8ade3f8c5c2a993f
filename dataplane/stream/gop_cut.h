// GopCut: which frames of the GOP that a viewer is in it shall not get.
//
//   GOP      K  p  b  p  b  p  b  p  b  p  │ K          b: no other frame refers to it
//            ──────────▶ sent so far       │
//   cut               ^thin_seq   ^tail_seq ^end_seq
//                     b goes      all pictures go
//
// Only the tail of a GOP is cut, and frames that nothing refers to: what is delivered always
// decodes. Sound, headers and data are never cut. The end of a GOP must be known before its tail
// can be: the next keyframe must be in the ring.
//
// In an open GOP the leading pictures behind the keyframe refer to what is before it, and go with
// the tail of the GOP before. What is left must be gop_keep_ms in both GOPs: where it would not be,
// or cannot be known yet, only frames that nothing refers to are cut.
//
// The cut of a GOP may be chosen again and again while the viewer goes through it (`lost_ms` says
// what it has cost already); a tail that has been begun is not left again.
#ifndef DATAPLANE_STREAM_GOP_CUT_H_
#define DATAPLANE_STREAM_GOP_CUT_H_

#include <cstdint>

#include "dataplane/stream/drop_policy.h"
#include "dataplane/stream/frame_ring.h"

namespace nearcast::stream {

struct GopCut {
  uint64_t thin_seq = 0;     // pictures that nothing refers to are dropped from here
  uint64_t tail_seq = 0;     // all pictures are dropped from here
  uint64_t end_seq = 0;      // the next keyframe, the first frame behind the cut; 0 = no cut
  bool last_resort = false;  // more than the last two pictures

  bool operator==(const GopCut&) const = default;
};

// Where a viewer stands in its GOP.
struct GopPlace {
  uint64_t next_seq = 0;  // the next frame to send, within the ring
  int64_t lost_ms = 0;    // stream time that cuts have taken from this GOP so far
  int64_t lag_ms = 0;     // length of the queue

  // Its leading pictures are not delivered, those that are still to come neither.
  bool without_leading = false;
};

// Time from a picture to the next one (or the keyframe) in the ring; 0 for the newest.
int64_t PictureMs(const FrameRing& ring, uint64_t seq);

// No cut when the order does not ask for one, gop_keep_ms does not allow it, or the GOP's end is
// not in the ring. O(frames of the GOP that have not been sent).
GopCut ChooseCut(const FrameRing& ring, const GopPlace& place, const DropOrder& order);

// Whether everything up to the next keyframe may go, wherever that is: the last resort in a GOP
// without an end in sight. What the GOP behind that keyframe loses cannot be known: with a
// gop_keep_ms the GOPs of the stream must be closed, as far as the ring shows them.
bool MayCutOpenGop(const FrameRing& ring, const GopPlace& place, const DropOrder& order);

}  // namespace nearcast::stream

#endif  // DATAPLANE_STREAM_GOP_CUT_H_
