// TsMuxer: coded frames become an MPEG transport stream.
//
//   TsMuxer muxer;
//   muxer.BeginSection(config);            // at the start, and when the tracks change
//   muxer.BeginPiece(&bytes);              // PAT and PMT: a player can begin here
//   muxer.Add(frame, &bytes);
//   muxer.EndPiece(&bytes);                // what was gathered of the sound
//
// The clock reference goes with each picture, and between pictures that are far apart, 100 ms of
// it before what it serves. Sound is gathered into PES packets of at most kAudioGatherMs. Times:
// 90 kHz, stream time + kTsStartMs, modulo 2^33 on the wire. Source: ISO/IEC 13818-1.
#ifndef DATAPLANE_MEDIA_TS_MUXER_H_
#define DATAPLANE_MEDIA_TS_MUXER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "dataplane/media/audio_clock.h"
#include "dataplane/media/media_config.h"
#include "dataplane/media/ts_packet.h"

namespace nearcast::media {

// Stream time 0 on the wire: room for the clock reference, and for pictures that are shown before
// they are decoded.
inline constexpr int64_t kTsStartMs = 10'000;

// Thread rule: any thread, one at a time.
class TsMuxer {
 public:
  static constexpr int64_t kAudioGatherMs = 100;

  // What is written from here on has these tracks. After the first section the clock is marked as
  // discontinuous.
  void BeginSection(const MediaConfig& config);

  void BeginPiece(std::string* out);

  // A frame of a track that the section does not have, or that is empty or too large for its
  // packet, is left out and counted.
  void Add(const CodedFrame& frame, std::string* out);

  void EndPiece(std::string* out) { FlushAudio(out); }

  uint64_t left_out() const { return left_out_; }

 private:
  void AddVideo(const CodedFrame& frame, std::string* out);
  void AddAudio(const CodedFrame& frame, std::string* out);
  void FlushAudio(std::string* out);
  int64_t DecodingTime(int64_t dts, int64_t pts);

  TsPacketWriter packets_;
  MediaConfig config_;
  std::string pat_;
  std::string pmt_;
  uint8_t sections_ = 0;
  bool mark_discontinuity_ = false;
  int64_t last_pcr_ = 0;
  int64_t last_video_dts_ = 0;
  int64_t early_ = 0;  // how much earlier pictures are decoded than stamped, 90 kHz
  std::string unit_;   // scratch: one access unit
  std::optional<AudioClock> clock_;
  std::string sound_;  // gathered
  int64_t sound_pts_ = 0;
  int64_t sound_begin_ms_ = 0;
  uint64_t left_out_ = 0;
};

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_TS_MUXER_H_
