#include "dataplane/stream/cursor.h"

#include <utility>

namespace nearcast::stream {

Cursor Cursor::At(const StartPoint& start, Wanted wanted) {
  Cursor cursor;
  cursor.next_seq_ = start.seq;
  cursor.burst_end_seq_ = start.burst_end_seq;
  cursor.headers_generation_ = start.headers->generation;
  cursor.waits_for_key_ = start.waits_for_key;
  cursor.wanted_ = wanted;
  return cursor;
}

int64_t Cursor::LagMs(const FrameRing& ring) const {
  if (next_seq_ >= ring.end_seq()) return 0;
  if (next_seq_ < ring.begin_seq()) return ring.span_ms();
  return ring.newest_dts_ms() - ring.at(next_seq_).dts_ms();
}

bool Cursor::SameView(const Cursor& other) const {
  return next_seq_ == other.next_seq_ && cut_ == other.cut_ &&
         waits_for_key_ == other.waits_for_key_ && lost_reference_ == other.lost_reference_ &&
         gop_without_leading_ == other.gop_without_leading_ && stepwise_ == other.stepwise_ &&
         cut_open_gop_ == other.cut_open_gop_ && gop_lost_ms_ == other.gop_lost_ms_ &&
         wanted_ == other.wanted_;
}

RecoverResult Cursor::Recover(const FrameRing& ring, const StartRequest& request,
                              const DropOrder& order) {
  if (next_seq_ < ring.begin_seq()) {
    if (!order.may_jump) return {Recovery::kMustLeave, nullptr};
    return JumpTo(FindStart(ring, request), Recovery::kFellOffRing);
  }
  if (next_seq_ >= cut_.end_seq) cut_ = {};
  stepwise_ = order.level != DropLevel::kNone && next_seq_ >= burst_end_seq_;
  if (!stepwise_ && cut_.end_seq == 0) return {};
  const int64_t lag_ms = LagMs(ring) + order.unsent_ms;
  const bool hopeless = order.lag_ms_max > 0 && lag_ms > 2 * order.lag_ms_max;
  if (stepwise_ && order.may_jump && hopeless) {
    StartPoint start = FindStart(ring, request);
    const bool better = start.seq > next_seq_ && !start.waits_for_key;
    if (better) return JumpTo(std::move(start), Recovery::kTooLate);
  }
  ReviseCut(ring, order, lag_ms);
  return {};
}

RecoverResult Cursor::JumpTo(StartPoint start, Recovery recovery) {
  ++jumps_;
  drops_.jumped += start.seq - next_seq_;
  next_seq_ = start.seq;
  waits_for_key_ = start.waits_for_key;
  lost_reference_ = true;
  cut_open_gop_ = false;
  cut_ = {};
  gop_lost_ms_ = 0;
  RecoverResult result{recovery, nullptr};
  if (start.headers->generation != headers_generation_) {
    headers_generation_ = start.headers->generation;
    result.headers = std::move(start.headers);
  }
  return result;
}

// Before its keyframe has been sent, nothing of a GOP is lost.
GopPlace Cursor::Place(const FrameRing& ring, int64_t lag_ms) const {
  const bool at_key = ring.at(next_seq_).role() == FrameRole::kVideoKey;
  return {next_seq_, at_key ? 0 : gop_lost_ms_, lag_ms,
          at_key ? lost_reference_ : gop_without_leading_};
}

void Cursor::ReviseCut(const FrameRing& ring, const DropOrder& order, int64_t lag_ms) {
  const bool tail_begun = next_seq_ > cut_.tail_seq && cut_.end_seq != 0;
  if (tail_begun || waits_for_key_ || next_seq_ >= ring.end_seq()) return;
  const GopPlace place = Place(ring, lag_ms);
  cut_ = stepwise_ ? ChooseCut(ring, place, order) : GopCut{};
  if (cut_.end_seq == 0 && stepwise_ && MayCutOpenGop(ring, place, order)) {
    waits_for_key_ = cut_open_gop_ = true;
  }
}

size_t Cursor::Collect(const FrameRing& ring, const BatchLimits& limits,
                       absl::Span<const Frame*> out) {
  size_t count = 0;
  size_t bytes = 0;
  while (next_seq_ < ring.end_seq() && count < out.size() && count < limits.frames_max) {
    const Frame& frame = ring.at(next_seq_);
    if (count > 0 && bytes + frame.flv().size() > limits.bytes_max) break;
    if (count > 0 && stepwise_ && frame.role() == FrameRole::kVideoKey) break;
    if (!Admits(ring, next_seq_++)) continue;
    out[count++] = &frame;
    bytes += frame.flv().size();
  }
  return count;
}

bool Cursor::Admits(const FrameRing& ring, uint64_t seq) {
  const Frame& frame = ring.at(seq);
  // The ring stores a header only when it is new.
  if (IsHeader(frame.role())) ++headers_generation_;
  if (wanted_ == Wanted::kAudioOnly) return frame.track() == Track::kAudio;
  if (frame.track() != Track::kVideo || frame.role() == FrameRole::kVideoHeader) return true;
  return AdmitsPicture(ring, seq);
}

bool Cursor::AdmitsPicture(const FrameRing& ring, uint64_t seq) {
  const Frame& frame = ring.at(seq);
  if (seq < cut_.end_seq && IsCut(ring, seq)) return false;
  if (frame.role() == FrameRole::kVideoKey) {
    waits_for_key_ = cut_open_gop_ = false;
    gop_without_leading_ = std::exchange(lost_reference_, false);
    gop_lost_ms_ = 0;
    return true;
  }
  if (waits_for_key_) {
    ++(cut_open_gop_ ? drops_.rest : drops_.undecodable);
    lost_reference_ = true;
    return false;
  }
  const bool needs_lost = frame.role() == FrameRole::kVideoLeading && gop_without_leading_;
  if (needs_lost) ++drops_.undecodable;
  return !needs_lost;
}

bool Cursor::IsCut(const FrameRing& ring, uint64_t seq) {
  const bool unreferred = ring.at(seq).role() == FrameRole::kVideoDisposable;
  if (seq >= cut_.tail_seq) {
    ++(cut_.last_resort ? drops_.rest : drops_.tail);
    lost_reference_ |= !unreferred;
  } else if (seq >= cut_.thin_seq && unreferred) {
    ++drops_.unreferred;
  } else {
    return false;
  }
  gop_lost_ms_ += PictureMs(ring, seq);
  return true;
}

void Cursor::Follow(const Cursor& before, const Cursor& after) {
  next_seq_ = after.next_seq_;
  waits_for_key_ = after.waits_for_key_;
  lost_reference_ = after.lost_reference_;
  gop_without_leading_ = after.gop_without_leading_;
  cut_open_gop_ = after.cut_open_gop_;
  gop_lost_ms_ = after.gop_lost_ms_;
  headers_generation_ = after.headers_generation_;
  drops_ += after.drops_ - before.drops_;
}

}  // namespace nearcast::stream
