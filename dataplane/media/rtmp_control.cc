#include "dataplane/media/rtmp_control.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "dataplane/media/big_endian.h"

namespace nearcast::media {
namespace {

RtmpMessage ControlMessage(RtmpType type) {
  return {.header = {.chunk_stream_id = kControlChunkStream, .type = type}, .payload = {}};
}

}  // namespace

RtmpMessage BuildControl(RtmpType type, uint32_t value) {
  RtmpMessage message = ControlMessage(type);
  AppendBigEndian(value, 4, &message.payload);
  return message;
}

absl::StatusOr<uint32_t> ParseControl(absl::string_view payload) {
  if (payload.size() < 4) {
    return absl::InvalidArgumentError(
        absl::StrCat("RTMP control message of ", payload.size(), " bytes"));
  }
  return static_cast<uint32_t>(LoadBigEndian(payload, 0, 4));
}

RtmpMessage BuildSetPeerBandwidth(uint32_t window_bytes, BandwidthLimit limit) {
  RtmpMessage message = BuildControl(RtmpType::kSetPeerBandwidth, window_bytes);
  AppendBigEndian(static_cast<uint8_t>(limit), 1, &message.payload);
  return message;
}

RtmpMessage BuildUserControl(const UserControl& control) {
  RtmpMessage message = ControlMessage(RtmpType::kUserControl);
  AppendBigEndian(static_cast<uint16_t>(control.event), 2, &message.payload);
  AppendBigEndian(control.value, 4, &message.payload);
  if (control.event == UserControlEvent::kSetBufferLength) {
    AppendBigEndian(control.buffer_length_ms, 4, &message.payload);
  }
  return message;
}

absl::StatusOr<UserControl> ParseUserControl(absl::string_view payload) {
  UserControl control;
  if (payload.size() >= 2) {
    control.event = static_cast<UserControlEvent>(LoadBigEndian(payload, 0, 2));
  }
  const bool has_length = control.event == UserControlEvent::kSetBufferLength;
  if (payload.size() < (has_length ? 10u : 6u)) {
    return absl::InvalidArgumentError(
        absl::StrCat("RTMP user control message of ", payload.size(), " bytes"));
  }
  control.value = static_cast<uint32_t>(LoadBigEndian(payload, 2, 4));
  if (has_length) control.buffer_length_ms = static_cast<uint32_t>(LoadBigEndian(payload, 6, 4));
  return control;
}

}  // namespace nearcast::media
