// Mp4Cutter: pieces of fragmented MP4, which are the parts of LL-HLS: one moof each.
//
// Parts: cut at the first frame that makes a part kPartFillPercent of the target, or at the target
// where the frame before lasts beyond it, so that each is between 85 % and 100 % of it (RFC 8216bis
// 4.4.4.9); the one before a segment may be shorter.
// Segments: at the first key frame once a segment is segment_ms long, or where the next part would
// take it over what target_s allows: then without a key.
#ifndef DATAPLANE_HLS_MP4_CUTTER_H_
#define DATAPLANE_HLS_MP4_CUTTER_H_

#include <cstdint>
#include <deque>
#include <string>

#include "dataplane/hls/piece_cutter.h"
#include "dataplane/media/mp4_muxer.h"

namespace nearcast::hls {

struct Mp4Cuts {
  int64_t part_ms = 500;      // PART-TARGET; at least eight frames long (PartTargetMs)
  int64_t segment_ms = 2000;  // from here on, a key frame ends a segment
  int64_t target_s = 2;       // EXT-X-TARGETDURATION
};

// The smallest part target that suits frames `interval_ms` apart and is not below `wanted_ms`.
inline int64_t PartTargetMs(int64_t wanted_ms, int64_t interval_ms) {
  return wanted_ms > 8 * interval_ms ? wanted_ms : 8 * interval_ms;
}

// Thread rule: as PieceCutter.
class Mp4Cutter : public PieceCutter {
 public:
  static constexpr int64_t kPartFillPercent = 86;
  static constexpr size_t kInitsMax = 16;  // generations whose initialization segments are kept

  Mp4Cutter(PieceStore* store, const Mp4Cuts& cuts) : PieceCutter(store), cuts_(cuts) {}

  const Mp4Cuts& cuts() const { return cuts_; }

  // Null when that generation is gone or has never been.
  BytesRef Init(uint32_t generation) const;

 private:
  bool EndsBefore(const media::CodedFrame& frame, const Piece& open) override;
  int64_t PieceMsMax() const override { return cuts_.part_ms; }
  int64_t PatienceMs() const override;
  void BeginPiece(const media::CodedFrame& frame, Piece* piece, std::string* bytes) override;
  void AddFrame(const media::CodedFrame& frame, std::string* bytes) override;
  void EndPiece(const media::CodedFrame* next, Piece* piece, std::string* bytes) override;
  void ChangeTracks(const media::MediaConfig& config) override;
  // Whether a piece that begins with `frame`, at `start_ms`, begins a segment.
  bool BeginsSegment(const media::CodedFrame& frame, int64_t start_ms) const;

  const Mp4Cuts cuts_;
  media::Mp4Muxer muxer_;
  std::deque<BytesRef> inits_;
  uint32_t generations_ = 0;  // ever; the newest is in force
  int64_t segment_start_ms_ = 0;
  bool new_section_ = true;
};

}  // namespace nearcast::hls

#endif  // DATAPLANE_HLS_MP4_CUTTER_H_
