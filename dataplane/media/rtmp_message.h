// RtmpMessage: the unit above RTMP chunks, and the numbers that name its types and channels.
// Source: Adobe RTMP Specification 1.0, 5.4 and 7.1 (type ids).
#ifndef DATAPLANE_MEDIA_RTMP_MESSAGE_H_
#define DATAPLANE_MEDIA_RTMP_MESSAGE_H_

#include <cstdint>
#include <string>

namespace nearcast::media {

enum class RtmpType : uint8_t {
  kSetChunkSize = 1,
  kAbort = 2,
  kAcknowledgement = 3,
  kUserControl = 4,
  kWindowAckSize = 5,
  kSetPeerBandwidth = 6,
  kAudio = 8,
  kVideo = 9,
  kDataAmf3 = 15,
  kCommandAmf3 = 17,
  kDataAmf0 = 18,
  kCommandAmf0 = 20,
  kAggregate = 22,
};

// Chunk streams that we send on. 2 is fixed by the specification (5.4), the others are a common
// choice.
inline constexpr uint32_t kControlChunkStream = 2;
inline constexpr uint32_t kCommandChunkStream = 3;
inline constexpr uint32_t kAudioChunkStream = 4;
inline constexpr uint32_t kVideoChunkStream = 6;
inline constexpr uint32_t kDataChunkStream = 5;

struct RtmpMessageHeader {
  uint32_t chunk_stream_id = kCommandChunkStream;  // 2..65599
  uint32_t timestamp_ms = 0;                       // wraps at 2^32
  RtmpType type = RtmpType::kCommandAmf0;          // may hold a value without a name
  uint32_t message_stream_id = 0;
};

struct RtmpMessage {
  RtmpMessageHeader header;
  std::string payload;
};

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_RTMP_MESSAGE_H_
