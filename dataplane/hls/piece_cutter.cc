#include "dataplane/hls/piece_cutter.h"

#include <algorithm>
#include <utility>

namespace nearcast::hls {

using media::CodedFrame;
using media::FrameKind;

void PieceCutter::BeginSection(const media::MediaConfig& config) {
  if (open_) Close(EndMs(*open_, newest_ms_ + interval_ms_), nullptr);
  discontinuity_ = !first_;
  first_ = false;
  config_ = config;
  clock_ms_ = -1;
  ChangeTracks(config);
}

void PieceCutter::Finish() {
  if (open_) Close(EndMs(*open_, newest_ms_ + interval_ms_), nullptr);
}

bool PieceCutter::Cuts(const CodedFrame& frame) {
  const bool picture = frame.kind == FrameKind::kVideo;
  if (picture || !config_.video) return EndsBefore(frame, *open_);
  return frame.dts_ms - std::max(clock_ms_, open_->start_ms) >= PatienceMs() &&
         EndsBefore(frame, *open_);
}

int64_t PieceCutter::EndMs(const Piece& open, int64_t frame_ms) const {
  return std::clamp(frame_ms, open.start_ms, open.start_ms + PieceMsMax());
}

void PieceCutter::Add(const CodedFrame& frame) {
  int64_t start_ms = frame.dts_ms;
  if (open_ && Cuts(frame)) {
    start_ms = EndMs(*open_, frame.dts_ms);
    Close(start_ms, &frame);
  }
  if (!open_) Open(frame, start_ms);
  const bool picture = frame.kind == FrameKind::kVideo;
  if (picture) NoteSoundLead(frame.dts_ms);
  if (picture || !config_.video) NoteClock(frame.dts_ms);
  newest_ms_ = std::max(newest_ms_, frame.dts_ms);
  open_->has_key |= !config_.video || frame.key;
  AddFrame(frame, &bytes_);
}

void PieceCutter::NoteClock(int64_t dts_ms) {
  if (clock_ms_ >= 0 && dts_ms > clock_ms_) {
    // One late frame says nothing of the next.
    interval_ms_ = std::min(newest_interval_ms_, dts_ms - clock_ms_);
    newest_interval_ms_ = dts_ms - clock_ms_;
  }
  clock_ms_ = dts_ms;
}

// newest_ms_ is that of sound, where it runs ahead.
void PieceCutter::NoteSoundLead(int64_t dts_ms) {
  constexpr int64_t kForgets = 64;  // pictures
  const int64_t lead_ms = std::clamp<int64_t>(newest_ms_ - dts_ms, 0, kPatienceMs);
  sound_lead_ms_ = std::max(lead_ms, sound_lead_ms_ * (kForgets - 1) / kForgets);
}

void PieceCutter::Open(const CodedFrame& frame, int64_t start_ms) {
  open_.emplace();
  open_->start_ms = start_ms;
  open_->key = config_.video ? frame.key : true;
  open_->discontinuity = std::exchange(discontinuity_, false);
  BeginPiece(frame, &*open_, &bytes_);
}

void PieceCutter::Close(int64_t end_ms, const CodedFrame* next) {
  open_->key_next = next != nullptr && (config_.video ? next->key : true);
  open_->duration_ms = static_cast<int32_t>(end_ms - open_->start_ms);
  EndPiece(next, &*open_, &bytes_);
  open_->bytes = std::make_shared<const std::string>(std::exchange(bytes_, {}));
  store_->Append(*std::exchange(open_, std::nullopt));
}

}  // namespace nearcast::hls
