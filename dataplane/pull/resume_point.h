// Joins two sources of the same stream without a frame missing or doubled.
//
// NumberedResume: sources that number their frames (the private link). The same timeline and number
// is the same frame, whatever its time says, so what is known, what is new and what is missing are
// exact.
//
// ResumePoint: sources that do not, by their timestamps.
// Nodes that pull a stream keep its origin's timestamps, so that two sources agree on each frame's
// time. When one source fails in the middle, the next one is asked for its cache and begins with a
// keyframe some time before; the frames that the stream already has are left out. A source on
// another clock (a restarted origin) is told by its first frame, and is taken whole.
#ifndef DATAPLANE_PULL_RESUME_POINT_H_
#define DATAPLANE_PULL_RESUME_POINT_H_

#include <array>
#include <cstdint>
#include <optional>

#include "dataplane/media/frame.h"
#include "dataplane/stream/frame.h"

namespace nearcast::pull {

// Thread rule: belongs to one thread.
class NumberedResume {
 public:
  struct Verdict {
    bool take = false;    // the stream lacks it
    uint32_t missed = 0;  // frames between the last one taken and this
  };

  // The next frame of the present source. Another timeline than before is taken whole. A
  // configuration has the number of the frame that it precedes.
  Verdict Admit(stream::FrameId id, bool configuration);

  // 0 before the first frame.
  uint32_t timeline() const { return timeline_; }

 private:
  uint32_t timeline_ = 0;
  std::optional<uint32_t> next_;  // the number of the first frame that the stream lacks
};

// Thread rule: belongs to one thread.
class ResumePoint {
 public:
  // How far before or behind the last frame a source may begin to count as the same clock.
  static constexpr int64_t kBehindMsMax = 60'000;
  static constexpr int64_t kAheadMsMax = 10'000;

  enum class Clock : uint8_t { kNew, kSame };

  // A new source begins with a frame at `dts_ms`. kNew forgets what was taken before.
  Clock Begin(uint32_t dts_ms);

  // Whether the stream lacks this frame. Headers and metadata are always admitted: the ring ignores
  // repeated ones.
  bool Admit(media::FrameKind kind, uint32_t dts_ms, bool header);

 private:
  // By track, of the frames taken; and where the frames of the present source are still known ones.
  std::array<std::optional<uint32_t>, 2> last_dts_ms_;
  std::array<std::optional<uint32_t>, 2> known_until_ms_;
};

}  // namespace nearcast::pull

#endif  // DATAPLANE_PULL_RESUME_POINT_H_
