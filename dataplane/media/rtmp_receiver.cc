#include "dataplane/media/rtmp_receiver.h"

#include "base/status_macros.h"

namespace nearcast::media {

absl::StatusOr<std::optional<RtmpEvent>> RtmpReceiver::Read(absl::string_view* input) {
  NC_RETURN_IF_ERROR(error_);
  absl::StatusOr<std::optional<RtmpEvent>> event = ReadEvent(input);
  if (!event.ok()) error_ = event.status();
  return event;
}

absl::StatusOr<std::optional<RtmpEvent>> RtmpReceiver::ReadEvent(absl::string_view* input) {
  if (!handshake_over_) {
    const size_t before = input->size();
    NC_ASSIGN_OR_RETURN(handshake_over_, ReadHandshake(input, channel_.mutable_output()));
    channel_.AddReceivedBytes(before - input->size());
    if (!handshake_over_) return std::nullopt;
  }
  while (true) {
    NC_ASSIGN_OR_RETURN(std::optional<RtmpMessage> message, channel_.Read(input));
    if (!message) return std::nullopt;
    NC_ASSIGN_OR_RETURN(std::optional<RtmpEvent> event, OnMessage(*std::move(message)));
    if (event) return event;
  }
}

}  // namespace nearcast::media
