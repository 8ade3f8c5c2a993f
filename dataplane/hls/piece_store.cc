#include "dataplane/hls/piece_store.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace nearcast::hls {

void PieceStore::Append(Piece piece) {
  NC_CHECK(piece.bytes != nullptr && piece.duration_ms >= 0);
  bytes_ += piece.bytes->size();
  bytes_ever_ += piece.bytes->size();
  kept_ms_ += piece.duration_ms;
  pieces_.push_back(std::move(piece));
  account_.Set(bytes_);
  const size_t share = account_.BytesMax();
  if (bytes_ > share) account_.CountCut();
  const size_t bytes_max = std::min(bounds_.bytes_max, share);
  while (pieces_.size() > 1 &&
         (kept_ms_ - pieces_.front().duration_ms >= bounds_.keep_ms || bytes_ > bytes_max)) {
    bytes_ -= pieces_.front().bytes->size();
    kept_ms_ -= pieces_.front().duration_ms;
    pieces_.pop_front();
    ++begin_;
  }
  account_.Set(bytes_);
}

void PieceStore::KeepAtLeast(int64_t keep_ms) {
  bounds_.keep_ms = std::max(bounds_.keep_ms, keep_ms);
}

}  // namespace nearcast::hls
