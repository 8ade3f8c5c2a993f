#include "dataplane/media/rtmp_channel.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "dataplane/media/big_endian.h"
#include "dataplane/media/chunk_writer.h"
#include "dataplane/media/flv_tag.h"
#include "dataplane/media/metadata.h"
#include "dataplane/media/rtmp_control.h"

namespace nearcast::media {
namespace {

// A peer's window below this would make us answer more than we read.
constexpr uint32_t kWindowBytesMin = 4096;

}  // namespace

RtmpChannel::RtmpChannel(const RtmpSessionOptions& options)
    : options_(options), reader_(options.chunk_limits) {}

absl::StatusOr<std::optional<RtmpMessage>> RtmpChannel::Read(absl::string_view* input) {
  while (true) {
    NC_ASSIGN_OR_RETURN(std::optional<RtmpMessage> part, ReadAggregate());
    if (part) return part;
    NC_ASSIGN_OR_RETURN(std::optional<RtmpMessage> message, ReadChunks(input));
    if (!message) return std::nullopt;
    NC_ASSIGN_OR_RETURN(const bool consumed, Consume(&*message));
    if (!consumed) return message;
  }
}

absl::StatusOr<std::optional<RtmpMessage>> RtmpChannel::ReadChunks(absl::string_view* input) {
  const size_t before = input->size();
  absl::StatusOr<std::optional<RtmpMessage>> message = reader_.Read(input);
  received_bytes_ += before - input->size();
  AcknowledgeIfDue();
  return message;
}

// Does what a message of the channel itself asks for; whether `message` was one.
absl::StatusOr<bool> RtmpChannel::Consume(RtmpMessage* message) {
  switch (message->header.type) {
    case RtmpType::kSetChunkSize:
    case RtmpType::kAbort:
    case RtmpType::kAcknowledgement:
    case RtmpType::kSetPeerBandwidth:
      return true;
    case RtmpType::kWindowAckSize: {
      NC_ASSIGN_OR_RETURN(const uint32_t window_bytes, ParseControl(message->payload));
      peer_window_bytes_ = std::max(window_bytes, kWindowBytesMin);
      return true;
    }
    case RtmpType::kUserControl: {
      if (message->payload.size() < 6)
        return true;  // an event of Flash players that concerns nobody
      NC_ASSIGN_OR_RETURN(const UserControl control, ParseUserControl(message->payload));
      if (control.event != UserControlEvent::kPingRequest) return false;
      Write(BuildUserControl({.event = UserControlEvent::kPingResponse, .value = control.value}));
      return true;
    }
    case RtmpType::kAggregate:
      aggregate_ = std::move(*message);
      aggregate_offset_ = 0;
      return true;
    default:
      return false;
  }
}

// The next tag of the aggregate as a message. 7.1.6: an aggregate is a list of FLV tags, whose
// times count from the first one's, which is the message's own time.
absl::StatusOr<std::optional<RtmpMessage>> RtmpChannel::ReadAggregate() {
  const absl::string_view rest = absl::string_view(aggregate_.payload).substr(aggregate_offset_);
  if (rest.empty()) return std::nullopt;
  NC_ASSIGN_OR_RETURN(const FlvTagHeader tag, ParseFlvTagHeader(rest));
  if (rest.size() - kFlvTagHeaderSize < tag.payload_size) {
    return absl::InvalidArgumentError("RTMP aggregate message ends inside a tag");
  }
  if (aggregate_offset_ == 0) aggregate_first_dts_ms_ = tag.dts_ms;
  RtmpMessage message{.header = aggregate_.header,
                      .payload = std::string(rest.substr(kFlvTagHeaderSize, tag.payload_size))};
  message.header.type = static_cast<RtmpType>(tag.kind);
  message.header.timestamp_ms += tag.dts_ms - aggregate_first_dts_ms_;
  aggregate_offset_ += std::min(rest.size(), FlvTagWireSize(tag.payload_size));
  if (aggregate_offset_ == aggregate_.payload.size()) {
    aggregate_ = RtmpMessage{};
    aggregate_offset_ = 0;
  }
  return message;
}

// At half the window, so that the peer never stands still for want of it.
void RtmpChannel::AcknowledgeIfDue() {
  if (peer_window_bytes_ == 0) return;
  if (received_bytes_ - acknowledged_bytes_ < peer_window_bytes_ / 2) return;
  acknowledged_bytes_ = received_bytes_;
  Write(BuildControl(RtmpType::kAcknowledgement, static_cast<uint32_t>(received_bytes_)));
}

void RtmpChannel::WriteChunkSize() {
  Write(BuildControl(RtmpType::kSetChunkSize, options_.chunk_size));
  chunk_size_ = options_.chunk_size;
}

void RtmpChannel::WriteWindow() {
  Write(BuildControl(RtmpType::kWindowAckSize, options_.window_ack_bytes));
  Write(BuildSetPeerBandwidth(options_.window_ack_bytes, BandwidthLimit::kDynamic));
}

void RtmpChannel::Write(const RtmpMessage& message) {
  AppendChunks(message.header, message.payload, chunk_size_, &output_);
}

void RtmpChannel::WriteCommand(const RtmpCommand& command, uint32_t message_stream_id) {
  Write({.header = {.type = RtmpType::kCommandAmf0, .message_stream_id = message_stream_id},
         .payload = EncodeCommand(command)});
}

void RtmpChannel::WriteMedia(FrameKind kind, uint32_t dts_ms, uint32_t message_stream_id,
                             absl::string_view payload) {
  AppendChunks(MediaMessageHeader(kind, dts_ms, message_stream_id), payload, chunk_size_, &output_);
}

std::optional<absl::string_view> CommandPayload(const RtmpMessage& message) {
  absl::string_view payload = message.payload;
  if (message.header.type == RtmpType::kCommandAmf0) return payload;
  if (message.header.type != RtmpType::kCommandAmf3) return std::nullopt;
  payload.remove_prefix(std::min<size_t>(payload.size(), 1));
  return payload;
}

std::optional<RtmpMedia> ToMedia(RtmpMessage message) {
  RtmpMedia media;
  media.dts_ms = message.header.timestamp_ms;
  switch (message.header.type) {
    case RtmpType::kAudio:
    case RtmpType::kVideo:
      media.kind = static_cast<FrameKind>(message.header.type);
      media.payload = std::move(message.payload);
      break;
    case RtmpType::kDataAmf3:
      if (!message.payload.empty()) message.payload.erase(0, 1);
      [[fallthrough]];
    case RtmpType::kDataAmf0:
      media.kind = FrameKind::kScript;
      media.payload = std::string(StripSetDataFrame(message.payload));
      break;
    default:
      return std::nullopt;
  }
  if (media.payload.empty()) return std::nullopt;
  return media;
}

}  // namespace nearcast::media
