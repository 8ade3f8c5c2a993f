// Frames for tests, in words: Key(40), Inter(80), Audio(90), VideoHeader(0, "A").
#ifndef DATAPLANE_STREAM_FRAME_BUILDER_H_
#define DATAPLANE_STREAM_FRAME_BUILDER_H_

#include <string>

#include "dataplane/stream/frame.h"

namespace nearcast::stream {

inline FrameRef BuildFrame(FrameRole role, int64_t dts_ms, const std::string& payload) {
  return Frame::Make({role, dts_ms}, absl::string_view(payload.data(), payload.size()));
}

inline FrameRef Key(int64_t dts_ms, size_t size_bytes = 100) {
  return BuildFrame(FrameRole::kVideoKey, dts_ms, std::string(size_bytes, 'K'));
}
inline FrameRef Inter(int64_t dts_ms, size_t size_bytes = 20) {
  return BuildFrame(FrameRole::kVideoInter, dts_ms, std::string(size_bytes, 'p'));
}
inline FrameRef Disposable(int64_t dts_ms, size_t size_bytes = 12) {
  return BuildFrame(FrameRole::kVideoDisposable, dts_ms, std::string(size_bytes, 'b'));
}
inline FrameRef Leading(int64_t dts_ms) {
  return BuildFrame(FrameRole::kVideoLeading, dts_ms, "l");
}
inline FrameRef Audio(int64_t dts_ms, size_t size_bytes = 10) {
  return BuildFrame(FrameRole::kAudio, dts_ms, std::string(size_bytes, 'a'));
}
inline FrameRef VideoHeader(int64_t dts_ms, const std::string& payload = "avcC") {
  return BuildFrame(FrameRole::kVideoHeader, dts_ms, payload);
}
inline FrameRef AudioHeader(int64_t dts_ms, const std::string& payload = "asc") {
  return BuildFrame(FrameRole::kAudioHeader, dts_ms, payload);
}

}  // namespace nearcast::stream

#endif  // DATAPLANE_STREAM_FRAME_BUILDER_H_
