// RtmpClientSession: the client's side of one RTMP connection (push or pull) as a pure state
// machine.
//
//   RtmpClientSession session({.role = RtmpRole::kPublish, .tc_url = "rtmp://127.0.0.11/live",
//                              .app = "live", .stream_name = "demo?token=1"}, options, seed);
//   send(session.TakeOutput());  // C0 and C1 wait there from the beginning
//   on bytes: session.Read(&input) until nullopt; after RtmpReady, WriteMedia or RtmpMedia events
#ifndef DATAPLANE_MEDIA_RTMP_CLIENT_SESSION_H_
#define DATAPLANE_MEDIA_RTMP_CLIENT_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dataplane/media/rtmp_channel.h"
#include "dataplane/media/rtmp_command.h"
#include "dataplane/media/rtmp_handshake.h"
#include "dataplane/media/rtmp_session.h"

namespace nearcast::media {

enum class RtmpRole { kPublish, kPlay };

struct RtmpTarget {
  RtmpRole role = RtmpRole::kPublish;
  std::string tc_url;       // rtmp://host[:port]/app
  std::string app;          // with its query, if any
  std::string stream_name;  // with its query, if any
  HandshakeForm handshake = HandshakeForm::kSimple;
};

class RtmpClientSession {
 public:
  enum class State { kHandshake, kConnecting, kCreatingStream, kAsking, kReady, kEnded };

  RtmpClientSession(RtmpTarget target, const RtmpSessionOptions& options, uint64_t seed);

  // As RtmpServerSession::Read. A refusal by the server (_error, or a status of level "error") is
  // PermissionDenied with the server's code and words; all errors are final.
  absl::StatusOr<std::optional<RtmpEvent>> Read(absl::string_view* input);

  // What to send, in order; empties the session's buffer.
  std::string TakeOutput() { return std::exchange(*channel_.mutable_output(), {}); }

  // kReady as a publisher only. Script payloads are onMetaData bodies; @setDataFrame is put before
  // them.
  void WriteMedia(FrameKind kind, uint32_t dts_ms, absl::string_view payload);

  // Ends the stream politely (FCUnpublish, deleteStream): send the output, then close.
  void EndStream();

  State state() const { return state_; }

 private:
  absl::StatusOr<std::optional<RtmpEvent>> ReadEvent(absl::string_view* input);
  absl::Status ReadHandshake(absl::string_view* input);
  absl::StatusOr<std::optional<RtmpEvent>> OnMessage(RtmpMessage message);
  absl::StatusOr<std::optional<RtmpEvent>> OnCommand(const RtmpCommand& command);
  absl::StatusOr<std::optional<RtmpEvent>> OnStatus(const StatusCommand& status);
  absl::StatusOr<std::optional<RtmpEvent>> OnUserControl(const RtmpMessage& message);
  absl::Status OnReply(const CommandReply& reply);
  std::optional<RtmpEvent> OnStreamEnd();
  void Connect();
  void CreateStream();
  void OpenStream();

  const RtmpTarget target_;
  State state_ = State::kHandshake;
  ClientHandshake handshake_;
  RtmpChannel channel_;
  uint32_t message_stream_id_ = 0;
  absl::Status error_;
};

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_RTMP_CLIENT_SESSION_H_
