// Payloads of RTMP's protocol control and user control messages.
// Source: Adobe RTMP Specification 1.0, 5.4 (types 1, 2, 3, 5, 6), 6.2 and 7.1.7 (type 4).
#ifndef DATAPLANE_MEDIA_RTMP_CONTROL_H_
#define DATAPLANE_MEDIA_RTMP_CONTROL_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dataplane/media/rtmp_message.h"

namespace nearcast::media {

// A control message whose payload is one 32-bit number: kSetChunkSize, kAbort (chunk stream id),
// kAcknowledgement (bytes received so far, modulo 2^32), kWindowAckSize (bytes). Control messages
// use chunk stream 2, message stream 0.
RtmpMessage BuildControl(RtmpType type, uint32_t value);

// The number in such a payload. InvalidArgument when it is shorter than 4 bytes.
absl::StatusOr<uint32_t> ParseControl(absl::string_view payload);

// 5.4.5: limit type of Set Peer Bandwidth.
enum class BandwidthLimit : uint8_t { kHard = 0, kSoft = 1, kDynamic = 2 };
RtmpMessage BuildSetPeerBandwidth(uint32_t window_bytes, BandwidthLimit limit);

enum class UserControlEvent : uint16_t {
  kStreamBegin = 0,
  kStreamEof = 1,
  kStreamDry = 2,
  kSetBufferLength = 3,
  kStreamIsRecorded = 4,
  kPingRequest = 6,
  kPingResponse = 7,
};

struct UserControl {
  UserControlEvent event = UserControlEvent::kStreamBegin;  // may hold a value without a name
  uint32_t value = 0;             // message stream id; the timestamp of a ping
  uint32_t buffer_length_ms = 0;  // kSetBufferLength only
};

RtmpMessage BuildUserControl(const UserControl& control);

// InvalidArgument when the payload is shorter than the event's fields.
absl::StatusOr<UserControl> ParseUserControl(absl::string_view payload);

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_RTMP_CONTROL_H_
