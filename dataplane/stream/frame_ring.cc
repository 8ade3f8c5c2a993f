#include "dataplane/stream/frame_ring.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace nearcast::stream {
namespace {

constexpr size_t kSlotsFirst = 64;

bool SamePayload(const FrameRef& a, const FrameRef& b) {
  return a && b && a->payload() == b->payload();
}

const FrameRef& HeaderOf(const Headers& headers, Track track) {
  if (track == Track::kVideo) return headers.video;
  return track == Track::kAudio ? headers.audio : headers.metadata;
}

}  // namespace

FrameRing::FrameRing(const RingBounds& bounds)
    : bounds_(bounds),
      slots_(kSlotsFirst),
      mask_(kSlotsFirst - 1),
      headers_(std::make_shared<Headers>()) {
  NC_CHECK(bounds.frames_max >= 2);
}

AppendResult FrameRing::Append(FrameRef frame) {
  NC_CHECK(frame && frame->role() != FrameRole::kRaw);
  if (IsHeader(frame->role()) && AdoptHeader(frame) == AppendResult::kRepeatedHeader) {
    return AppendResult::kRepeatedHeader;
  }
  if (!IsHeader(frame->role())) Announce(frame->track());
  Note(*frame);
  Store(std::move(frame));
  TrimSoft();
  TrimHard();
  return AppendResult::kStored;
}

AppendResult FrameRing::AdoptHeader(const FrameRef& frame) {
  if (SamePayload(HeaderOf(*headers_, frame->track()), frame)) return AppendResult::kRepeatedHeader;
  auto next = std::make_shared<Headers>(*headers_);
  ++next->generation;
  switch (frame->track()) {
    case Track::kVideo:
      next->video = frame;
      break;
    case Track::kAudio:
      next->audio = frame;
      break;
    default:
      next->metadata = frame;
  }
  headers_ = std::move(next);
  return AppendResult::kStored;
}

void FrameRing::Announce(Track track) {
  if (track != Track::kVideo && track != Track::kAudio) return;
  bool& shown = track == Track::kVideo ? has_video_ : has_audio_;
  const bool late = !shown && end_ > 0 && lifetime_ms() >= kTrackWaitMs;
  shown = true;
  const FrameRef& header = HeaderOf(*headers_, track);
  if (!late || !header) return;
  auto next = std::make_shared<Headers>(*headers_);
  ++next->generation;
  Store(header);
  headers_ = std::move(next);
}

void FrameRing::Note(const Frame& frame) {
  if (end_ == 0) first_dts_ms_ = frame.dts_ms();
  newest_dts_ms_ = std::max(newest_dts_ms_, frame.dts_ms());
  if (frame.role() != FrameRole::kVideoKey) return;
  if (key_dts_ms_ >= 0) gop_ms_ = frame.dts_ms() - key_dts_ms_;
  key_dts_ms_ = frame.dts_ms();
  gops_.push_back({end_, frame.dts_ms(), headers_});
}

void FrameRing::Store(FrameRef frame) {
  if (end_ - begin_ == slots_.size()) Grow();
  bytes_ += frame->flv().size();
  slots_[end_ & mask_] = std::move(frame);
  ++end_;
}

void FrameRing::Grow() {
  std::vector<FrameRef> wider(slots_.size() * 2);
  const uint64_t wider_mask = wider.size() - 1;
  for (uint64_t seq = begin_; seq < end_; ++seq) {
    wider[seq & wider_mask] = std::move(slots_[seq & mask_]);
  }
  slots_ = std::move(wider);
  mask_ = wider_mask;
}

void FrameRing::TrimSoft() {
  const int64_t limit = newest_dts_ms_ - bounds_.keep_ms;
  while (gops_.size() > 2 && gops_[1].dts_ms <= limit) DropBefore(gops_[1].seq);
  if (!gops_.empty()) {
    // What lies before the oldest keyframe serves no start once it is old.
    while (begin_ < gops_.front().seq && at(begin_).dts_ms() < limit) DropBefore(begin_ + 1);
    return;
  }
  if (has_video_) return;  // the video has lost its keyframe: only the hard bounds cut
  while (end_ - begin_ > 1 && at(begin_).dts_ms() < limit) DropBefore(begin_ + 1);
}

void FrameRing::TrimHard() {
  while (OverBounds() && gops_.size() >= 2) DropBefore(gops_[1].seq);
  while (OverBounds()) DropBefore(begin_ + 1);
}

void FrameRing::Shrink(size_t bytes_max) {
  const size_t own_bytes_max = std::exchange(bounds_.bytes_max, bytes_max);
  TrimHard();
  bounds_.bytes_max = own_bytes_max;
}

bool FrameRing::OverBounds() const {
  if (end_ - begin_ <= 1) return false;
  return end_ - begin_ > bounds_.frames_max || bytes_ > bounds_.bytes_max ||
         span_ms() > bounds_.span_ms_max;
}

int64_t FrameRing::span_ms() const { return empty() ? 0 : newest_dts_ms_ - at(begin_).dts_ms(); }

void FrameRing::DropBefore(uint64_t seq) {
  for (; begin_ < seq; ++begin_) {
    bytes_ -= at(begin_).flv().size();
    slots_[begin_ & mask_] = FrameRef();
  }
  while (!gops_.empty() && gops_.front().seq < begin_) gops_.pop_front();
}

}  // namespace nearcast::stream
