// RtmpClientSession: the client's side of one RTMP connection (push or pull) as a pure state
// machine. Source: Adobe RTMP Specification 1.0, 5.2 (handshake), 7.2.1 (connect, createStream),
// 7.2.2.1 (play), 7.2.2.3 (deleteStream), 7.2.2.6 (publish).
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

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dataplane/media/rtmp_command.h"
#include "dataplane/media/rtmp_handshake.h"
#include "dataplane/media/rtmp_receiver.h"
#include "dataplane/media/rtmp_session.h"

namespace nearcast::media {

enum class RtmpRole { kPublish, kPlay };

struct RtmpTarget {
  RtmpRole role = RtmpRole::kPublish;
  std::string tc_url;       // rtmp://host[:port]/app
  std::string app;          // with its query, if any
  std::string stream_name;  // with its query, if any
  HandshakeForm handshake = HandshakeForm::kSimple;
  std::string via;  // ConnectCommand::via
};

// Read: a refusal by the server (_error, or a status of level "error") is PermissionDenied with the
// server's code and words; the rest as RtmpReceiver.
// Thread rule: any thread, one at a time.
class RtmpClientSession : public RtmpReceiver {
 public:
  enum class State { kHandshake, kConnecting, kCreatingStream, kAsking, kReady, kEnded };

  RtmpClientSession(RtmpTarget target, const RtmpSessionOptions& options, uint64_t seed);

  // kReady as a publisher only. Script payloads are onMetaData bodies; @setDataFrame is put before
  // them.
  void WriteMedia(FrameKind kind, uint32_t dts_ms, absl::string_view payload);

  // Ends the stream politely (FCUnpublish, deleteStream): send the output, then close.
  void EndStream();

  State state() const { return state_; }

  // kReady: what the server's createStream gave.
  uint32_t message_stream_id() const { return message_stream_id_; }

 private:
  absl::StatusOr<bool> ReadHandshake(absl::string_view* input, std::string* output) override;
  absl::StatusOr<std::optional<RtmpEvent>> OnMessage(RtmpMessage message) override;
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
  uint32_t message_stream_id_ = 0;
};

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_RTMP_CLIENT_SESSION_H_
