// Frame: one coded audio or video frame (or header, or metadata) as it goes out to every viewer of
// a stream.
//
//   FrameRef key = Frame::Make({.role = FrameRole::kVideoKey, .dts_ms = 40}, payload);
//   Send(key->flv());                                    // FLV: one piece
//   Send(key->ws_flv());                                 // the same as a WebSocket message
//   Send(key->rtmp_header()); Send(key->payload());      // RTMP: two pieces
//   Send(key->link_header()); Send(key->payload());      // to another node: two pieces
//
// A frame is one heap buffer, written once when it enters the relay and never changed after: every
// viewer, whatever its protocol, sends pieces of it. FLV: Adobe Flash Video File Format 10.1, Annex
// E.4.1. RTMP: Adobe RTMP 1.0, 5.3.1. WebSocket: RFC 6455, 5.2.
#ifndef DATAPLANE_STREAM_FRAME_H_
#define DATAPLANE_STREAM_FRAME_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/string_view.h"

namespace nearcast::stream {

enum class FrameRole : uint8_t {
  kVideoKey,  // a decoder can start here
  kVideoInter,
  kVideoDisposable,  // no other frame refers to it
  kVideoLeading,     // follows a keyframe, is shown before it, refers to frames from before it
  kVideoHeader,      // decoder configuration (AVC, HEVC … sequence header)
  kAudio,
  kAudioHeader,  // decoder configuration (AAC AudioSpecificConfig)
  kScript,       // onMetaData
  kData,         // any other script message, in its place in time
  kRaw,          // bytes outside any track: a viewer's response head
};

enum class Track : uint8_t { kVideo, kAudio, kScript, kNone };

Track TrackOf(FrameRole role);

inline bool IsHeader(FrameRole role) {
  return role == FrameRole::kVideoHeader || role == FrameRole::kAudioHeader ||
         role == FrameRole::kScript;
}

// The largest payload that a frame may have; what is larger is refused at the door. Below the chunk
// size that RTMP viewers are told (kRtmpChunkBytes), so a frame is always one RTMP chunk.
inline constexpr size_t kFramePayloadBytesMax = (8u << 20) - 1;
inline constexpr uint32_t kRtmpChunkBytes = 8u << 20;

// The message stream that RTMP viewers play on: the same for all, as the chunk headers are shared.
inline constexpr uint32_t kRtmpPlayStreamId = 1;

class FrameRef;

// What a frame is called on every node that has it: frames of one timeline are numbered in order,
// whatever their track. A header has the number of the frame that follows it.
struct FrameId {
  uint32_t timeline = 0;  // 0 = none
  uint32_t seq = 0;       // wraps
};

// Immutable once made. Thread rule: any thread may read; references are counted atomically.
class Frame {
 public:
  struct Spec {
    FrameRole role = FrameRole::kVideoInter;
    int64_t dts_ms = 0;  // stream time, >= 0; the wire carries its low 32 bits
    FrameId id;
  };

  // Copies `payload` (an FLV tag body = an RTMP message body), at most kFramePayloadBytesMax bytes.
  static FrameRef Make(const Spec& spec, absl::string_view payload);

  // A frame whose flv() and payload() are just `bytes` and whose other pieces are empty.
  static FrameRef MakeRaw(absl::string_view bytes);

  FrameRole role() const { return role_; }
  Track track() const { return TrackOf(role_); }
  int64_t dts_ms() const { return dts_ms_; }

  // Tag header (11 bytes), payload, PreviousTagSize (4 bytes).
  absl::string_view flv() const { return {bytes() + flv_begin_, flv_size_}; }
  absl::string_view payload() const { return {bytes() + payload_begin_, payload_size_}; }

  // flv() behind the header of a binary WebSocket message.
  absl::string_view ws_flv() const {
    const size_t begin = size_t{link_header_size_} + rtmp_header_size_;
    return {bytes() + begin, flv_begin_ - begin + flv_size_};
  }

  // A type 0 chunk header, with the extended timestamp where it needs one.
  absl::string_view rtmp_header() const {
    return {bytes() + link_header_size_, rtmp_header_size_};
  }

  // The header of a record of the private link (media/link_record.h).
  absl::string_view link_header() const { return {bytes(), link_header_size_}; }

  // Read out of the link header: not for every viewer of every frame.
  FrameId id() const;

 private:
  friend class FrameRef;
  Frame() = default;
  static Frame* Allocate(size_t bytes);

  const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
  char* bytes() { return reinterpret_cast<char*>(this + 1); }

  mutable std::atomic<uint32_t> refs_{1};
  FrameRole role_ = FrameRole::kRaw;
  uint8_t link_header_size_ = 0;
  uint8_t rtmp_header_size_ = 0;
  uint8_t flv_begin_ = 0;
  uint8_t payload_begin_ = 0;
  uint32_t flv_size_ = 0;
  uint32_t payload_size_ = 0;
  int64_t dts_ms_ = 0;
};

// A counted reference to a Frame, or empty. One word. Thread rule: as std::shared_ptr.
class FrameRef {
 public:
  FrameRef() = default;

  // Another reference to a frame that somebody else holds one to.
  static FrameRef To(const Frame& frame) {
    frame.refs_.fetch_add(1, std::memory_order_relaxed);
    return FrameRef(const_cast<Frame*>(&frame));
  }

  FrameRef(const FrameRef& other) : frame_(other.frame_) {
    if (frame_ != nullptr) frame_->refs_.fetch_add(1, std::memory_order_relaxed);
  }
  FrameRef(FrameRef&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  FrameRef& operator=(FrameRef other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~FrameRef() {
    if (frame_ != nullptr && frame_->refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) Free();
  }

  explicit operator bool() const { return frame_ != nullptr; }
  const Frame* operator->() const { return frame_; }
  const Frame& operator*() const { return *frame_; }
  const Frame* get() const { return frame_; }

 private:
  friend class Frame;
  explicit FrameRef(Frame* adopted) : frame_(adopted) {}
  void Free();

  Frame* frame_ = nullptr;
};

}  // namespace nearcast::stream

#endif  // DATAPLANE_STREAM_FRAME_H_
