// PieceStore: the shared buffer of one stream in one format: muxed bytes in pieces, each of which a
// player may begin with (MPEG-TS: PAT and PMT in front; fMP4: one moof and mdat).
//
//   seq:   700  701  702  703  704          a slice is a run of pieces: [700, 704)
//          [K . | .  . | K  . | .  .         nobody owns a copy; sessions hold numbers
//
// A piece never changes once it is here. Pieces leave from the front: by age, and by a bound on
// bytes. Source of the idea: "virtual slices", docs/hls.md.
#ifndef DATAPLANE_HLS_PIECE_STORE_H_
#define DATAPLANE_HLS_PIECE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "dataplane/stream/media_budget.h"

namespace nearcast::hls {

using BytesRef = std::shared_ptr<const std::string>;

struct Piece {
  int64_t start_ms = 0;  // stream time
  int32_t duration_ms = 0;
  uint32_t init = 0;           // generation of the initialization segment (fMP4)
  bool key = false;            // begins with a key frame, or has no video
  bool has_key = false;        // holds a key frame
  bool discontinuity = false;  // the tracks or the clock changed before it
  bool segment = false;        // a segment of LL-HLS begins here
  bool segment_end = false;    // … and ends behind it
  bool key_next = false;       // the next piece begins with a key frame
  BytesRef bytes;
};

struct PieceBounds {
  int64_t keep_ms = 20'000;
  size_t bytes_max = 64u << 20;
};

// Thread rule: none; a lock around it (Channel).
class PieceStore {
 public:
  // What it holds counts in `budget`, where there is one.
  PieceStore(uint64_t first_seq, const PieceBounds& bounds,
             std::shared_ptr<stream::MediaBudget> budget = nullptr)
      : begin_(first_seq), bounds_(bounds), account_(std::move(budget)) {}

  void Append(Piece piece);

  // Pieces stay this long at least (but for the bound on bytes); never shortened.
  void KeepAtLeast(int64_t keep_ms);

  uint64_t begin_seq() const { return begin_; }
  uint64_t end_seq() const { return begin_ + pieces_.size(); }

  // begin_seq() <= seq < end_seq().
  const Piece& at(uint64_t seq) const { return pieces_[seq - begin_]; }

  size_t bytes() const { return bytes_; }
  uint64_t bytes_ever() const { return bytes_ever_; }

 private:
  uint64_t begin_;
  PieceBounds bounds_;
  std::deque<Piece> pieces_;
  size_t bytes_ = 0;
  uint64_t bytes_ever_ = 0;
  int64_t kept_ms_ = 0;
  stream::MediaAccount account_;
};

}  // namespace nearcast::hls

#endif  // DATAPLANE_HLS_PIECE_STORE_H_
