// SliceWindow: one session's view of a piece store: which slices its playlist shows now.
//
//   SliceWindow window(store, start, {.cut = Cut::kKey, .length_ms = 2000, .target_s = 2});
//   if (!window.Advance(store)) …                       // its pieces have gone
//   for (const Slice& slice : window.Slices(store, kGoesOn)) …
//
// Its state is two piece numbers, two counts and a length: where slices end follows from the pieces
// alone (FindSliceEnd), so that a slice once shown never changes. Rules: RFC 8216 4.3.3.1 (target
// duration), 6.2.1 and 6.2.2 (removal, media sequence, discontinuity sequence).
#ifndef DATAPLANE_HLS_SLICE_WINDOW_H_
#define DATAPLANE_HLS_SLICE_WINDOW_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "dataplane/hls/piece_store.h"

namespace nearcast::hls {

enum class Cut : uint8_t {
  kEven,     // by time, at a key frame where one is near
  kKey,      // at key frames, unless they stay away
  kSegment,  // where the store's segments begin (LL-HLS)
};

struct SliceRule {
  Cut cut = Cut::kKey;
  int32_t length_ms = 2000;  // wanted, 500..10000
  int32_t target_s = 2;      // EXT-X-TARGETDURATION: no slice, rounded, is longer
};

// A keyframe interval of 1.96 s counts as 2 s.
inline constexpr int64_t kKeyToleranceMs = 50;

// target_s for slices of `length_ms` of a stream with a keyframe each `gop_ms` (0: not known).
int32_t ChooseTargetSeconds(Cut cut, int32_t length_ms, int64_t gop_ms);

enum class StreamEnd : uint8_t { kGoesOn, kHasEnded };

struct Slice {
  uint64_t first = 0;  // pieces [first, end)
  uint64_t end = 0;
  int64_t duration_ms = 0;
  bool discontinuity = false;  // EXT-X-DISCONTINUITY before it
};

// Where the slice that begins at `first` ends; nullopt while that is not decided yet. A slice ends
// before a discontinuity; at a key frame once it is nearly long enough; at its length (kEven), or
// where one more piece would take it over its target.
std::optional<uint64_t> FindSliceEnd(const PieceStore& store, uint64_t first, const SliceRule& rule,
                                     StreamEnd end);

// Thread rule: none; a lock around it (Channel).
class SliceWindow {
 public:
  // A playlist keeps this many target durations, more than the three that it must, or as much as
  // there was at the session's start, up to kStartKeptMsMax.
  static constexpr int64_t kTargetsKept = 4;
  static constexpr int64_t kTargetsKeptLowLatency = 8;  // beyond CAN-SKIP-UNTIL
  static constexpr int64_t kStartKeptMsMax = 75'000;
  static constexpr size_t kSlicesMax = 256;

  // `start`: a piece of the store, or its end.
  SliceWindow(const PieceStore& store, uint64_t start, const SliceRule& rule);

  // False when pieces of the window have left the store: the session cannot go on.
  bool Holds(const PieceStore& store) const { return first_ >= store.begin_seq(); }

  // The playlist is about to be shown: takes slices off the front that it need not show any more.
  // The first time none is, so that the session begins where it was to begin; a client that comes
  // for it much later begins at a later key. As Holds.
  bool Advance(const PieceStore& store, StreamEnd end);

  // Complete slices, oldest first.
  std::vector<Slice> Slices(const PieceStore& store, StreamEnd end) const;

  // The pieces behind the last complete slice.
  Slice OpenSlice(const PieceStore& store, const std::vector<Slice>& slices) const;

  uint64_t media_sequence() const { return media_sequence_; }
  uint64_t discontinuity_sequence() const { return discontinuity_sequence_; }
  const SliceRule& rule() const { return rule_; }
  int64_t keep_ms() const;

  // How long after it was last in a playlist a slice must be there: its own duration and that of
  // the longest playlist; and with them, how long pieces must be kept.
  int64_t retention_ms() const { return keep_ms() * 2 + 6000 * int64_t{rule_.target_s}; }

 private:
  void Trim(const std::vector<Slice>& slices);
  Slice SliceAt(const PieceStore& store, uint64_t first, uint64_t end) const;

  uint64_t start_;  // of the session: no discontinuity before it
  uint64_t first_;  // of the window
  uint32_t media_sequence_ = 0;
  uint32_t discontinuity_sequence_ = 0;
  int32_t start_span_ms_ = 0;  // from the start to the newest piece, when the session was opened
  bool shown_ = false;
  SliceRule rule_;
};

// Where a session begins: the newest key piece that is at least `lower_ms` old, else the oldest one
// that is not older than `upper_ms`, else the newest. nullopt when the store holds none.
struct StartLimits {
  int64_t lower_ms = 0;
  int64_t upper_ms = INT64_MAX;
};
std::optional<uint64_t> FindSessionStart(const PieceStore& store, Cut cut,
                                         const StartLimits& limits);

// Where the client does not say how far back: three slices. With even slices that is an upper limit
// (less than one slice more): players begin with the third slice from the end, and only a session's
// first one is sure to begin with a key frame.
StartLimits DefaultStart(const SliceRule& rule);

}  // namespace nearcast::hls

#endif  // DATAPLANE_HLS_SLICE_WINDOW_H_
