// Mp4Muxer: coded frames become fragments of an MP4 (CMAF chunks): one moof and one mdat each.
//
//   Mp4Muxer muxer;
//   muxer.BeginSection(config);              // BuildMp4Init(config) goes before (mp4_init.h)
//   muxer.Add(frame);
//   muxer.EndPiece(next_picture_ms, &bytes); // the fragment of what was added
//
// Pictures keep their NAL lengths; parameter sets are in the initialization segment. Source:
// ISO/IEC 14496-12 8.8.4 to 8.8.12.
#ifndef DATAPLANE_MEDIA_MP4_MUXER_H_
#define DATAPLANE_MEDIA_MP4_MUXER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "dataplane/media/audio_clock.h"
#include "dataplane/media/media_config.h"

namespace nearcast::media {

// Thread rule: any thread, one at a time.
class Mp4Muxer {
 public:
  void BeginSection(const MediaConfig& config);

  // A frame of a track that the section does not have, or an empty one, is left out and counted.
  void Add(const CodedFrame& frame);

  // Appends what was added as one fragment; nothing when nothing was. `next_picture_ms` is when the
  // next picture is decoded, -1 when not known: the last one lasts as long as the one before.
  void EndPiece(int64_t next_picture_ms, std::string* out);

  bool empty() const { return video_.samples.empty() && audio_.samples.empty(); }
  uint64_t left_out() const { return left_out_; }

 private:
  struct Sample {
    int64_t begin = 0;  // in the track's clock
    uint32_t duration = 0;
    int32_t composition = 0;
    uint32_t bytes = 0;
    bool key = false;
  };
  struct Track {
    uint32_t id = 0;
    std::vector<Sample> samples;
    std::string data;
  };

  void AddVideo(const CodedFrame& frame);
  void AddAudio(const CodedFrame& frame);
  void SetDurations(int64_t next_picture_ms);
  // Returns where the data offset is to be written.
  size_t PutTrack(const Track& track, std::string* out) const;

  MediaConfig config_;
  Track video_;
  Track audio_;
  std::optional<AudioClock> clock_;
  int64_t last_picture_ = -1;
  uint32_t last_duration_ = 0;
  uint32_t sequence_ = 0;
  uint64_t left_out_ = 0;
};

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_MP4_MUXER_H_
