// Where a new viewer starts: the law of first-frame delay. With a lower limit M and keyframes every
// g, the first frame's age is uniform in [M, M+g], mean M + g/2 (docs/relay.md, "Start";
// gop_start_law_test shows it).
//
//   lower limit: the newest keyframe that is at least M old       age in [M, M+g)
//   upper limit: the oldest keyframe that is not older than N     age in (N-g, N]
//
// Ties and edges: when the cache holds less than M, the oldest keyframe; when no keyframe is young
// enough for N (a GOP longer than N), the newest keyframe, age in [0, g), as a viewer that sees
// something late beats one that waits a GOP. With no keyframe in the cache a video stream starts at
// the live edge: sound at once, pictures from the next keyframe.
#ifndef DATAPLANE_STREAM_GOP_START_H_
#define DATAPLANE_STREAM_GOP_START_H_

#include <cstdint>

#include "dataplane/stream/frame_ring.h"

namespace nearcast::stream {

enum class GopCachePolicy : uint8_t { kLowerLimit, kUpperLimit };

enum class Wanted : uint8_t { kEverything, kAudioOnly };

struct StartRequest {
  GopCachePolicy policy = GopCachePolicy::kLowerLimit;
  int64_t gop_cache_ms = 0;  // M or N, >= 0
  Wanted wanted = Wanted::kEverything;

  // The ring's newest frame is that much older than what has come (Stream::UnreadMs): frames' ages
  // are counted from there.
  int64_t unread_ms = 0;
};

struct StartPoint {
  uint64_t seq = 0;
  HeadersRef headers;          // to be sent before `seq`; never null
  bool waits_for_key = false;  // skip video until a keyframe comes
  uint64_t burst_end_seq = 0;  // the live edge at this moment: up to here it is the start burst
};

StartPoint FindStart(const FrameRing& ring, const StartRequest& request);

}  // namespace nearcast::stream

#endif  // DATAPLANE_STREAM_GOP_START_H_
