#include "dataplane/hls/mp4_cutter.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "dataplane/media/mp4_init.h"

namespace nearcast::hls {
namespace {

// EXTINF is rounded before it is compared with the target (RFC 8216, 4.3.3.1).
constexpr int64_t kRoundingMs = 490;

// A picture that is later than this is not waited for.
constexpr int64_t kLateMs = 100;

}  // namespace

BytesRef Mp4Cutter::Init(uint32_t generation) const {
  const uint32_t oldest = generations_ - static_cast<uint32_t>(inits_.size());
  if (generation <= oldest || generation > generations_) return nullptr;
  return inits_[generation - oldest - 1];
}

void Mp4Cutter::ChangeTracks(const media::MediaConfig& config) {
  muxer_.BeginSection(config);
  inits_.push_back(std::make_shared<const std::string>(media::BuildMp4Init(config)));
  ++generations_;
  if (inits_.size() > kInitsMax) inits_.pop_front();
  new_section_ = true;
}

bool Mp4Cutter::BeginsSegment(const media::CodedFrame& frame, int64_t start_ms) const {
  const int64_t length_ms = start_ms - segment_start_ms_;
  const bool start = config().video ? frame.key : true;
  if (start && length_ms >= cuts_.segment_ms) return true;
  return length_ms + cuts_.part_ms > cuts_.target_s * 1000 + kRoundingMs;
}

// A part is due when its time is over: pictures are waited for as long as sound usually runs ahead.
int64_t Mp4Cutter::PatienceMs() const {
  return std::min({kPatienceMs, cuts_.part_ms, sound_lead_ms() + interval_ms() + kLateMs});
}

bool Mp4Cutter::EndsBefore(const media::CodedFrame& frame, const Piece& open) {
  const int64_t end_ms = EndMs(open, frame.dts_ms);
  const bool full = (end_ms - open.start_ms) * 100 >= cuts_.part_ms * kPartFillPercent;
  const bool key_ends =
      config().video && frame.key && end_ms - segment_start_ms_ >= cuts_.segment_ms;
  return full || key_ends;
}

void Mp4Cutter::BeginPiece(const media::CodedFrame& frame, Piece* piece, std::string*) {
  piece->init = generations_;
  piece->segment = std::exchange(new_section_, false) || BeginsSegment(frame, piece->start_ms);
  if (piece->segment) segment_start_ms_ = piece->start_ms;
}

void Mp4Cutter::AddFrame(const media::CodedFrame& frame, std::string*) { muxer_.Add(frame); }

void Mp4Cutter::EndPiece(const media::CodedFrame* next, Piece* piece, std::string* bytes) {
  piece->segment_end =
      next == nullptr || BeginsSegment(*next, piece->start_ms + piece->duration_ms);
  const bool picture = next != nullptr && next->kind == media::FrameKind::kVideo;
  muxer_.EndPiece(picture ? next->dts_ms : -1, bytes);
}

}  // namespace nearcast::hls
