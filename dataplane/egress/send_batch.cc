#include "dataplane/egress/send_batch.h"

#include <cstring>

#include "absl/types/span.h"

namespace nearcast::egress {
namespace {

size_t WritePiece(absl::string_view piece, size_t* skip, iovec* out) {
  if (*skip >= piece.size()) {
    *skip -= piece.size();
    return 0;
  }
  out->iov_base = const_cast<char*>(piece.data() + *skip);
  out->iov_len = piece.size() - *skip;
  *skip = 0;
  return 1;
}

}  // namespace

size_t WriteIovecs(const stream::Frame& frame, Wire wire, size_t skip, iovec* out) {
  if (wire == Wire::kFlv) return WritePiece(frame.flv(), &skip, out);
  if (wire == Wire::kWebSocket) return WritePiece(frame.ws_flv(), &skip, out);
  const absl::string_view header = wire == Wire::kRtmp ? frame.rtmp_header() : frame.link_header();
  const size_t count = WritePiece(header, &skip, out);
  return count + WritePiece(frame.payload(), &skip, out + count);
}

void SendBatch::Prepare(const stream::FrameRing& ring, const stream::Cursor& cursor, Wire wire,
                        size_t bytes_max) {
  const bool same_ring = ring_ == &ring && ring_end_seq_ == ring.end_seq();
  const bool same_shape = wire_ == wire && bytes_max_ == bytes_max;
  if (same_ring && same_shape && before_.SameView(cursor)) {
    if (iovec_count_ >= kFlatPieces && frame_bytes_ <= kFlatBytesMax) Flatten();
    return;
  }
  ring_ = &ring;
  ring_end_seq_ = ring.end_seq();
  wire_ = wire;
  bytes_max_ = bytes_max;
  before_ = after_ = cursor;
  frame_count_ = after_.Collect(ring, {kFramesMax, bytes_max}, absl::MakeSpan(frames_));
  frame_bytes_ = iovec_count_ = 0;
  for (size_t i = 0; i < frame_count_; ++i) {
    frame_bytes_ += WireBytes(*frames_[i], wire);
    iovec_count_ += WriteIovecs(*frames_[i], wire, 0, frames_begin() + iovec_count_);
  }
}

void SendBatch::Flatten() {
  if (flat_.size() < frame_bytes_) flat_.resize(frame_bytes_);
  char* end = flat_.data();
  for (size_t i = 0; i < iovec_count_; ++i) {
    const iovec& piece = frames_begin()[i];
    end = static_cast<char*>(std::memcpy(end, piece.iov_base, piece.iov_len)) + piece.iov_len;
  }
  *frames_begin() = {flat_.data(), frame_bytes_};
  iovec_count_ = 1;
}

}  // namespace nearcast::egress
