// TimestampRebase: a publisher's 32-bit timestamps become one stream time that never runs backwards
// on a track.
//
//   TimestampRebase rebase(TimestampRebase::Keep());            // the first publisher
//   int64_t dts_ms = rebase.Map(Track::kVideo, timestamp);
//   TimestampRebase next(TimestampRebase::ContinueAt(dts_ms + 40));   // after it reconnected
//
// One offset serves all tracks, so that the distance between sound and picture stays what the
// publisher sent. A jump (more than kJumpMs from the track's last frame, either way) moves the
// offset so that time goes on; frames of another track that still run on the clock from before the
// jump are read with the offset from before it. 32-bit wraps (49.7 days) are not jumps.
#ifndef DATAPLANE_STREAM_TIMESTAMP_REBASE_H_
#define DATAPLANE_STREAM_TIMESTAMP_REBASE_H_

#include <array>
#include <cstdint>
#include <optional>

#include "dataplane/stream/frame.h"

namespace nearcast::stream {

// Thread rule: belongs to one thread.
class TimestampRebase {
 public:
  static constexpr int64_t kJumpMs = 5'000;

  // The first timestamp of a stream is kept as it is up to this; a later one becomes this.
  static constexpr int64_t kFirstMsMax = 10'000;

  struct Start {
    enum class Kind : uint8_t { kKeep, kKeepSmall, kContinue } kind = Kind::kKeepSmall;
    int64_t at_ms = 0;
  };

  // A pulled stream: stream time is the upstream's, so that nodes agree on it.
  static Start Keep() { return {Start::Kind::kKeep, 0}; }

  // A new publisher: as Keep, unless it begins beyond kFirstMsMax.
  static Start KeepSmall() { return {Start::Kind::kKeepSmall, 0}; }

  // A returning publisher: its first timestamp becomes `at_ms`.
  static Start ContinueAt(int64_t at_ms) { return {Start::Kind::kContinue, at_ms}; }

  explicit TimestampRebase(Start start) : start_(start) {}

  // Stream time in ms, >= 0, not less than the last one returned for `track`.
  int64_t Map(Track track, uint32_t timestamp);

  // How often the publisher's clock jumped.
  uint32_t jumps() const { return jumps_; }

 private:
  int64_t Unwrap(uint32_t timestamp);
  int64_t FirstOffset(int64_t raw_ms) const;
  int64_t Choose(const std::optional<int64_t>& last_out_ms, int64_t raw_ms);

  Start start_;
  std::optional<int64_t> raw_ms_;                 // unwrapped, of the newest frame on any track
  std::array<std::optional<int64_t>, 4> out_ms_;  // by track
  int64_t newest_out_ms_ = 0;
  int64_t offset_ms_ = 0;
  std::optional<int64_t> offset_before_jump_ms_;
  uint32_t jumps_ = 0;
};

}  // namespace nearcast::stream

#endif  // DATAPLANE_STREAM_TIMESTAMP_REBASE_H_
