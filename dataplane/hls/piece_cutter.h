// PieceCutter: a feed's frames become pieces of a store: where pieces are cut, and how long they
// last. The clock is the picture's, where there is video; sound cuts only while pictures stay away.
// Pieces of a section follow one another without a hole: one begins where the one before ended,
// even where its first frame is later.
#ifndef DATAPLANE_HLS_PIECE_CUTTER_H_
#define DATAPLANE_HLS_PIECE_CUTTER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "dataplane/hls/media_feed.h"
#include "dataplane/hls/piece_store.h"
#include "dataplane/media/media_config.h"

namespace nearcast::hls {

// Thread rule: none; a lock around it (Channel).
class PieceCutter : public FeedSink {
 public:
  // Pictures that stay away this long let sound cut, in every format.
  static constexpr int64_t kPatienceMs = 400;

  explicit PieceCutter(PieceStore* store) : store_(store) {}

  void BeginSection(const media::MediaConfig& config) final;
  void Add(const media::CodedFrame& frame) final;

  // No more frames: the last piece is closed.
  void Finish();

  // The tracks of the section that goes on.
  const media::MediaConfig& config() const { return config_; }

 protected:
  // Whether the open piece shall end before `frame`, a frame of the clock's track.
  virtual bool EndsBefore(const media::CodedFrame& frame, const Piece& open) = 0;
  // No piece is longer: one whose frame lasts on ends all the same.
  virtual int64_t PieceMsMax() const { return INT32_MAX; }
  // How long after the newest picture sound may cut.
  virtual int64_t PatienceMs() const { return kPatienceMs; }
  // Fills in what only the format knows of a piece that begins with `frame`, and at start_ms.
  virtual void BeginPiece(const media::CodedFrame& frame, Piece* piece, std::string* bytes) = 0;
  virtual void AddFrame(const media::CodedFrame& frame, std::string* bytes) = 0;
  // `next`: the frame that the next piece begins with; null when there is none, or another section.
  // The piece's duration is known.
  virtual void EndPiece(const media::CodedFrame* next, Piece* piece, std::string* bytes) = 0;
  virtual void ChangeTracks(const media::MediaConfig& config) = 0;

  int64_t interval_ms() const { return interval_ms_; }

  // How far sound runs ahead of pictures in the order of frames: the most of late.
  int64_t sound_lead_ms() const { return sound_lead_ms_; }

  // Where the open piece ends that `frame_ms` does not belong to any more.
  int64_t EndMs(const Piece& open, int64_t frame_ms) const;

 private:
  void Open(const media::CodedFrame& frame, int64_t start_ms);
  void Close(int64_t end_ms, const media::CodedFrame* next);
  bool Cuts(const media::CodedFrame& frame);
  void NoteClock(int64_t dts_ms);
  void NoteSoundLead(int64_t dts_ms);

  PieceStore* const store_;
  media::MediaConfig config_;
  std::optional<Piece> open_;
  std::string bytes_;
  bool first_ = true;
  bool discontinuity_ = false;
  int64_t clock_ms_ = -1;     // of the newest frame of the clock's track
  int64_t newest_ms_ = 0;     // of the newest frame
  int64_t interval_ms_ = 40;  // between frames of the clock: the smaller of the last two
  int64_t newest_interval_ms_ = 40;
  int64_t sound_lead_ms_ = kPatienceMs;
};

}  // namespace nearcast::hls

#endif  // DATAPLANE_HLS_PIECE_CUTTER_H_
