#include "dataplane/hls/mp4_cutter.h"

#include <memory>
#include <utility>

#include "dataplane/media/mp4_init.h"

namespace nearcast::hls {
namespace {

// EXTINF is rounded before it is compared with the target (RFC 8216, 4.3.3.1).
constexpr int64_t kRoundingMs = 490;

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

bool Mp4Cutter::BeginsSegment(const media::CodedFrame& frame) const {
  const int64_t length_ms = frame.dts_ms - segment_start_ms_;
  const bool start = config().video ? frame.key : true;
  if (start && length_ms >= cuts_.segment_ms) return true;
  return length_ms + cuts_.part_ms > cuts_.target_s * 1000 + kRoundingMs;
}

bool Mp4Cutter::EndsBefore(const media::CodedFrame& frame, const Piece& open) {
  const int64_t part_ms = frame.dts_ms - open.start_ms;
  const bool full =
      part_ms * 100 >= cuts_.part_ms * kPartFillPercent || part_ms + interval_ms() > cuts_.part_ms;
  const int64_t length_ms = frame.dts_ms - segment_start_ms_;
  const bool key_ends = (config().video ? frame.key : full) && length_ms >= cuts_.segment_ms;
  return full || key_ends;
}

void Mp4Cutter::BeginPiece(const media::CodedFrame& frame, Piece* piece, std::string*) {
  piece->init = generations_;
  piece->segment = std::exchange(new_section_, false) || BeginsSegment(frame);
  if (piece->segment) segment_start_ms_ = frame.dts_ms;
}

void Mp4Cutter::AddFrame(const media::CodedFrame& frame, std::string*) { muxer_.Add(frame); }

void Mp4Cutter::EndPiece(const media::CodedFrame* next, Piece* piece, std::string* bytes) {
  piece->segment_end = next == nullptr || BeginsSegment(*next);
  const bool picture = next != nullptr && next->kind == media::FrameKind::kVideo;
  muxer_.EndPiece(picture ? next->dts_ms : -1, bytes);
}

}  // namespace nearcast::hls
