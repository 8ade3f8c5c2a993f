// FrameRing: the newest part of one stream, in order. Its keyframe index is the GOP cache.
//
//   FrameRing ring(RingBounds{});
//   ring.Append(frame);
//   for (uint64_t seq = ring.begin_seq(); seq < ring.end_seq(); ++seq) Send(ring.at(seq));
//
//   seq:    100 101 102 … 150 151 … 200 201 …  end_seq
//           [K   a   p  …] [K  a  …] [K  p  …          K keyframe, p inter frame, a audio
//            ^ gops()[0]    ^ [1]     ^ [2]            each with the headers that decode it
//
// A viewer is a sequence number into it (stream/cursor.h), and where a new one starts is
// stream/gop_start.h.
//
// What stays: soft rule, the oldest GOP goes once the second one is keep_ms old by itself, so that
// a lower-limit start of up to keep_ms always finds its keyframe, and never while fewer than three
// keyframes are kept. Hard rule, the bounds on time, frames and bytes: GOPs go whole, oldest first;
// a GOP that exceeds the bounds alone loses its place in the index and then its oldest frames, so
// that nobody is ever started on an inter frame. A stream without keyframes rotates by keep_ms.
//
// A track that shows its first frame only after kTrackWaitMs has its header stored once more before
// it: viewers have been started without it by then.
//
// A ring is a deterministic function of what was appended: a copy that is given the same frames, and
// lets go of what the original was shrunk by, stays equal. That is how each serving thread keeps a
// replica that it reads without a lock (Stream::SyncReplica). Complexity: Append O(1) amortised, at()
// O(1). Thread rule: none; one owner, or a lock around it.
#ifndef DATAPLANE_STREAM_FRAME_RING_H_
#define DATAPLANE_STREAM_FRAME_RING_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "dataplane/stream/frame.h"

namespace nearcast::stream {

struct RingBounds {
  // Behaviour: the largest lower limit that a viewer can be given.
  int64_t keep_ms = 10'000;

  // Hard bounds: the cost of one stream.
  int64_t span_ms_max = 60'000;
  size_t frames_max = 8192;
  size_t bytes_max = 32u << 20;
};

// What a decoder needs before the first frame. Immutable; empty references where the track (or
// metadata) does not exist.
struct Headers {
  uint32_t generation = 0;  // grows with each change within one ring
  FrameRef video;
  FrameRef audio;
  FrameRef metadata;
};
using HeadersRef = std::shared_ptr<const Headers>;

struct Gop {
  uint64_t seq = 0;  // of its keyframe
  int64_t dts_ms = 0;
  HeadersRef headers;  // as they stand at the keyframe
};

enum class AppendResult {
  kStored,
  kRepeatedHeader,  // byte for byte the header that is already in force: ignored
};

class FrameRing {
 public:
  // How much stream time a stream with one track so far is given to show the other one, before
  // viewers are started with that track alone.
  static constexpr int64_t kTrackWaitMs = 700;

  explicit FrameRing(const RingBounds& bounds);

  AppendResult Append(FrameRef frame);

  const RingBounds& bounds() const { return bounds_; }

  // Lets go of the oldest as the hard rule does, until no more than `bytes_max` are left.
  void Shrink(size_t bytes_max);

  // Lets go of what lies before `seq`: how a replica follows a ring that was shrunk.
  void DropBefore(uint64_t seq);

  uint64_t begin_seq() const { return begin_; }
  uint64_t end_seq() const { return end_; }
  bool empty() const { return begin_ == end_; }

  // begin_seq() <= seq < end_seq().
  const Frame& at(uint64_t seq) const { return *slots_[seq & mask_]; }
  const FrameRef& ref(uint64_t seq) const { return slots_[seq & mask_]; }

  // Keyframes still kept, oldest first.
  const std::deque<Gop>& gops() const { return gops_; }

  // In force after the newest frame; never null.
  const HeadersRef& headers() const { return headers_; }

  // Tracks that have shown a picture or sound so far. A header alone is a promise that many
  // encoders do not keep, and players wait for each track that they are promised.
  bool has_video() const { return has_video_; }
  bool has_audio() const { return has_audio_; }

  // The highest dts appended so far; 0 before the first frame.
  int64_t newest_dts_ms() const { return newest_dts_ms_; }

  // Time from the first frame ever appended to the newest.
  int64_t lifetime_ms() const { return newest_dts_ms_ - first_dts_ms_; }

  // Time from the oldest kept frame to the newest.
  int64_t span_ms() const;
  size_t bytes() const { return bytes_; }

  // The last distance between two keyframes; 0 before the second one.
  int64_t gop_ms() const { return gop_ms_; }

 private:
  AppendResult AdoptHeader(const FrameRef& frame);
  void Announce(Track track);
  void Note(const Frame& frame);
  void Store(FrameRef frame);
  void Grow();
  void TrimSoft();
  void TrimHard();
  bool OverBounds() const;

  RingBounds bounds_;
  std::vector<FrameRef> slots_;  // a power of two, grown on need up to frames_max
  uint64_t mask_ = 0;
  uint64_t begin_ = 0;
  uint64_t end_ = 0;
  std::deque<Gop> gops_;
  HeadersRef headers_;
  size_t bytes_ = 0;
  int64_t first_dts_ms_ = 0;
  int64_t newest_dts_ms_ = 0;
  int64_t key_dts_ms_ = -1;
  int64_t gop_ms_ = 0;
  bool has_video_ = false;
  bool has_audio_ = false;
};

}  // namespace nearcast::stream

#endif  // DATAPLANE_STREAM_FRAME_RING_H_
