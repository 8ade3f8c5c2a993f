// Any bytes as FLV tag bodies: what the muxers make of them is well-formed, whatever it means.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "base/check.h"
#include "dataplane/media/frame_header.h"
#include "dataplane/media/media_config.h"
#include "dataplane/media/mp4_init.h"
#include "dataplane/media/mp4_muxer.h"
#include "dataplane/media/ts_muxer.h"
#include "dataplane/media/ts_reading.h"

namespace nearcast::media {
namespace {

// A muxer is told of nothing that the feed would not tell it of: tracks that have a configuration.
class Muxers {
 public:
  void Take(FrameKind kind, int64_t dts_ms, absl::string_view body) {
    const bool video = kind == FrameKind::kVideo;
    if (video) {
      if (auto config = ParseVideoConfig(body); config.ok()) return Adopt(&config_.video, *config);
    } else if (!config_.audio || !SequenceHeaderConfig(kind, body).empty()) {
      if (auto config = ParseAudioConfig(body); config.ok()) Adopt(&config_.audio, *config);
    }
    const auto header = ParseFrameHeader(kind, 0, body);
    if (!header.ok()) return;
    const CodedFrame frame{kind, header->keyframe, dts_ms, header->composition_ms,
                           CodedBytes(kind, body)};
    ts_.Add(frame, &ts_bytes_);
    mp4_.Add(frame);
  }

  void EndPiece() {
    ts_.EndPiece(&ts_bytes_);
    const TsReading reading = ReadTs(ts_bytes_, &continuity_);
    NC_CHECK(reading.errors.empty());
    ts_bytes_.clear();
    if (config_.video || config_.audio) ts_.BeginPiece(&ts_bytes_);
    std::string fragment;
    mp4_.EndPiece(-1, &fragment);
  }

 private:
  template <typename Config>
  void Adopt(std::optional<Config>* track, const Config& config) {
    *track = config;
    ts_.EndPiece(&ts_bytes_);
    ts_.BeginSection(config_);
    ts_.BeginPiece(&ts_bytes_);
    mp4_.BeginSection(config_);
    (void)BuildMp4Init(config_);
  }

  MediaConfig config_;
  TsMuxer ts_;
  Mp4Muxer mp4_;
  std::string ts_bytes_;
  std::map<uint16_t, uint8_t> continuity_;
};

}  // namespace
}  // namespace nearcast::media

// A run of bodies: kind and time step (one byte), length (two bytes), body.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nearcast::media;
  Muxers muxers;
  int64_t dts_ms = 0;
  while (size >= 3) {
    const size_t length = std::min<size_t>(data[1] << 8 | data[2], size - 3);
    dts_ms += data[0] >> 1;
    muxers.Take((data[0] & 1) != 0 ? FrameKind::kVideo : FrameKind::kAudio, dts_ms,
                {reinterpret_cast<const char*>(data) + 3, length});
    if (data[0] % 5 == 0) muxers.EndPiece();
    data += 3 + length;
    size -= 3 + length;
  }
  muxers.EndPiece();
  return 0;
}
