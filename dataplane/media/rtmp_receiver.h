// RtmpReceiver: how both sessions (rtmp_server_session.h, rtmp_client_session.h) read: the
// handshake, then messages until one of them is an event.
// Source: Adobe RTMP Specification 1.0, 5.2 and 5.3.
#ifndef DATAPLANE_MEDIA_RTMP_RECEIVER_H_
#define DATAPLANE_MEDIA_RTMP_RECEIVER_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dataplane/media/rtmp_channel.h"
#include "dataplane/media/rtmp_session.h"

namespace nearcast::media {

// Thread rule: any thread, one at a time.
class RtmpReceiver {
 public:
  virtual ~RtmpReceiver() = default;

  // Takes bytes from the front of *input until there is an event; nullopt when *input is used up.
  // Bytes to send may have been added either way. InvalidArgument for a bad handshake, chunk or
  // command, ResourceExhausted over a limit; an error is final: close the connection.
  absl::StatusOr<std::optional<RtmpEvent>> Read(absl::string_view* input);

  // What to send, in order; empties the session's buffer.
  std::string TakeOutput() { return std::exchange(*channel_.mutable_output(), {}); }

 protected:
  explicit RtmpReceiver(const RtmpSessionOptions& options) : channel_(options) {}

  // True when the handshake is over: what follows in *input are chunks. InvalidArgument.
  virtual absl::StatusOr<bool> ReadHandshake(absl::string_view* input, std::string* output) = 0;

  // nullopt when the message is no event. Errors as Read.
  virtual absl::StatusOr<std::optional<RtmpEvent>> OnMessage(RtmpMessage message) = 0;

  RtmpChannel channel_;

 private:
  absl::StatusOr<std::optional<RtmpEvent>> ReadEvent(absl::string_view* input);

  bool handshake_over_ = false;
  absl::Status error_;
};

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_RTMP_RECEIVER_H_
