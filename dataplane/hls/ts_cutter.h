// TsCutter: pieces of MPEG-TS: one at each key frame, and one each kTsPieceMs; PAT and PMT in front
// of each, so that a slice may be cut at any of them.
#ifndef DATAPLANE_HLS_TS_CUTTER_H_
#define DATAPLANE_HLS_TS_CUTTER_H_

#include <string>

#include "dataplane/hls/piece_cutter.h"
#include "dataplane/media/ts_muxer.h"

namespace nearcast::hls {

inline constexpr int64_t kTsPieceMs = 100;

// Thread rule: as PieceCutter.
class TsCutter : public PieceCutter {
 public:
  using PieceCutter::PieceCutter;

 private:
  bool EndsBefore(const media::CodedFrame& frame, const Piece& open) override {
    const bool key_picture = config().video && frame.key;
    return key_picture || frame.dts_ms - open.start_ms >= kTsPieceMs;
  }
  void BeginPiece(const media::CodedFrame&, Piece*, std::string* bytes) override {
    muxer_.BeginPiece(bytes);
  }
  void AddFrame(const media::CodedFrame& frame, std::string* bytes) override {
    muxer_.Add(frame, bytes);
  }
  void EndPiece(const media::CodedFrame*, Piece*, std::string* bytes) override {
    muxer_.EndPiece(bytes);
  }
  void ChangeTracks(const media::MediaConfig& config) override { muxer_.BeginSection(config); }

  media::TsMuxer muxer_;
};

}  // namespace nearcast::hls

#endif  // DATAPLANE_HLS_TS_CUTTER_H_
