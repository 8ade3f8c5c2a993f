#include "dataplane/stream/cursor.h"

namespace nearcast::stream {

Cursor Cursor::At(const StartPoint& start, Wanted wanted) {
  Cursor cursor;
  cursor.next_seq_ = start.seq;
  cursor.headers_generation_ = start.headers->generation;
  cursor.waits_for_key_ = start.waits_for_key;
  cursor.wanted_ = wanted;
  return cursor;
}

RecoverResult Cursor::Recover(const FrameRing& ring, const StartRequest& request,
                              const DropLimits& limits) {
  DropDecision decision = DecideNext(ring, next_seq_, request, limits);
  if (decision.cause == DropCause::kNone) return {};
  ++jumps_;
  frames_skipped_ += decision.next.seq - next_seq_;
  next_seq_ = decision.next.seq;
  waits_for_key_ = decision.next.waits_for_key;
  RecoverResult result{decision.cause, nullptr};
  if (decision.next.headers->generation != headers_generation_) {
    headers_generation_ = decision.next.headers->generation;
    result.headers = std::move(decision.next.headers);
  }
  return result;
}

size_t Cursor::Collect(const FrameRing& ring, const BatchLimits& limits,
                       absl::Span<const Frame*> out) {
  size_t count = 0;
  size_t bytes = 0;
  while (next_seq_ < ring.end_seq() && count < out.size() && count < limits.frames_max) {
    const Frame& frame = ring.at(next_seq_);
    if (count > 0 && bytes + frame.flv().size() > limits.bytes_max) break;
    ++next_seq_;
    if (!Admits(frame)) continue;
    out[count++] = &frame;
    bytes += frame.flv().size();
  }
  return count;
}

bool Cursor::Admits(const Frame& frame) {
  if (IsHeader(frame.role()))
    ++headers_generation_;  // the ring stores a header only when it is new
  if (wanted_ == Wanted::kAudioOnly) return frame.track() == Track::kAudio;
  if (!waits_for_key_ || frame.track() != Track::kVideo) return true;
  if (frame.role() == FrameRole::kVideoHeader) return true;
  if (frame.role() != FrameRole::kVideoKey) {
    ++frames_skipped_;
    return false;
  }
  waits_for_key_ = false;
  return true;
}

void Cursor::Follow(const Cursor& other) {
  next_seq_ = other.next_seq_;
  waits_for_key_ = other.waits_for_key_;
  headers_generation_ = other.headers_generation_;
}

}  // namespace nearcast::stream
