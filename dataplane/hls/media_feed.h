// MediaFeed: a stream's frames as a muxer wants them: coded frames in sections. Within a section
// the tracks are the same and the clock runs on; a section begins with a picture that a decoder can
// start at (or with sound, where there is no video).
//
// A new section begins when
//   - a track's configuration changes, or a track shows itself for the first time: at the next
//     start picture; until then the tracks that did not change go on in the old section; parameter
//     sets that a start picture brings count before those of the sequence header (in_band_sets.h),
//   - nothing came for more than gap_ms of stream time, or frames were lost: at the next start
//     picture; what comes before it is left out.
// A track counts once it has shown a frame: a header alone makes players wait for ever. Sound that
// has been silent for kSilentMs when a start picture comes does not count any more, for the same
// reason; pictures that stay away are waited for.
#ifndef DATAPLANE_HLS_MEDIA_FEED_H_
#define DATAPLANE_HLS_MEDIA_FEED_H_

#include <cstdint>
#include <optional>

#include "dataplane/media/media_config.h"
#include "dataplane/stream/frame_ring.h"
#include "dataplane/stream/gop_start.h"

namespace nearcast::hls {

class FeedSink {
 public:
  virtual ~FeedSink() = default;
  virtual void BeginSection(const media::MediaConfig& config) = 0;
  virtual void Add(const media::CodedFrame& frame) = 0;
};

// Thread rule: none; a lock around it (Channel).
class MediaFeed {
 public:
  static constexpr int64_t kSilentMs = 2'000;

  MediaFeed(stream::Wanted wanted, int64_t gap_ms, FeedSink* sink)
      : wanted_(wanted), gap_ms_(gap_ms), sink_(sink) {}

  // Where the feed begins: the headers in force there, and what the frames that are there show.
  void Begin(const stream::FrameRing& ring, uint64_t seq, const stream::Headers& headers);

  void Take(const stream::Frame& frame);

  // Frames are missing before the next one.
  void Lose() { broken_ = true; }

  // Frames of codecs that cannot be muxed, and malformed ones.
  uint64_t left_out() const { return left_out_; }

 private:
  void NoteHeader(const stream::Frame& header);
  void NoteTrack(const stream::Frame& frame);
  void NoteInBandSets(const stream::Frame& key);
  void TakeFrame(const stream::Frame& frame);
  bool BeginsSection(const stream::Frame& frame) const;
  media::MediaConfig ShownTracks() const;

  const stream::Wanted wanted_;
  const int64_t gap_ms_;
  FeedSink* const sink_;
  media::MediaConfig known_;  // by the newest headers, and what start pictures brought since
  std::optional<media::VideoConfig> announced_;  // by the newest video header
  media::MediaConfig section_;                   // of the section that goes on
  bool in_section_ = false;
  bool broken_ = false;
  bool video_shown_ = false;
  bool audio_shown_ = false;
  int64_t newest_ms_ = -1;
  int64_t sound_ms_ = -1;  // of the newest sound
  uint64_t left_out_ = 0;
};

}  // namespace nearcast::hls

#endif  // DATAPLANE_HLS_MEDIA_FEED_H_
