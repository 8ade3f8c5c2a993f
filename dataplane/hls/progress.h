// Progress: how far one HLS session has come: what it was sent, and how old that was.
//
//   store:   … [ . . . . ][ . . . . ][ . .        age of the next media at the request of a slice:
//               first      end           newest     from `first` to newest; afterwards from `end`
#ifndef DATAPLANE_HLS_PROGRESS_H_
#define DATAPLANE_HLS_PROGRESS_H_

#include <algorithm>
#include <cstdint>

#include "dataplane/hls/piece_store.h"
#include "dataplane/stream/send_rate.h"

namespace nearcast::hls {

// Thread rule: none; a lock around it (Channel).
class Progress {
 public:
  // Pieces [first, end), which the store holds, are sent.
  void Note(const PieceStore& store, uint64_t first, uint64_t end, int64_t now_ms) {
    if (slices_ == 0) rate_.Note(now_ms, 0);
    const int64_t delay_ms = NewestMs(store) - store.at(first).start_ms;
    delay_ms_sum_ += delay_ms;
    delay_ms_max_ = std::max(delay_ms_max_, delay_ms);
    ++slices_;
    end_ms_ = EndMs(store.at(end - 1));
    for (uint64_t seq = first; seq < end; ++seq) bytes_ += store.at(seq).bytes->size();
    rate_.Note(now_ms, bytes_);
  }

  // Of the next media that it has not been sent; 0 before its first slice.
  int64_t DelayMs(const PieceStore& store) const {
    return slices_ == 0 ? 0 : std::max<int64_t>(0, NewestMs(store) - end_ms_);
  }

  // The same at the request of each slice.
  int64_t delay_ms_mean() const {
    return slices_ == 0 ? 0 : delay_ms_sum_ / static_cast<int64_t>(slices_);
  }
  int64_t delay_ms_max() const { return delay_ms_max_; }

  uint64_t slices() const { return slices_; }
  uint64_t bytes() const { return bytes_; }

  // Over 10 s and more: slices come at a time.
  int64_t BitsPerSecond(int64_t now_ms) const { return rate_.BitsPerSecond(now_ms, bytes_); }

 private:
  static int64_t EndMs(const Piece& piece) { return piece.start_ms + piece.duration_ms; }
  static int64_t NewestMs(const PieceStore& store) { return EndMs(store.at(store.end_seq() - 1)); }

  uint64_t slices_ = 0;
  uint64_t bytes_ = 0;
  int64_t end_ms_ = 0;  // of what it was sent last, in stream time
  int64_t delay_ms_sum_ = 0;
  int64_t delay_ms_max_ = 0;
  stream::SendRate rate_{10'000};
};

}  // namespace nearcast::hls

#endif  // DATAPLANE_HLS_PROGRESS_H_
