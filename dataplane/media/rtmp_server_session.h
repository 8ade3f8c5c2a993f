// RtmpServerSession: the server's side of one RTMP connection as a pure state machine; bytes in,
// events and bytes out. Source: Adobe RTMP Specification 1.0, 5.2 (handshake), 7.2.1 (connect,
// createStream), 7.2.2.1 (play), 7.2.2.3 (deleteStream), 7.2.2.6 (publish).
//
//   RtmpServerSession session(options, seed);
//   on bytes from the socket:
//     while (true) {
//       NC_ASSIGN_OR_RETURN(std::optional<RtmpEvent> event, session.Read(&input));
//       if (!event) break;  // input is used up
//       if (std::holds_alternative<RtmpPublish>(*event)) session.AcceptPublish();
//     }
//     send(session.TakeOutput());
//
//   handshake ─► connect ─► createStream ─► publish ─► AcceptPublish ─► RtmpMedia … RtmpStreamEnd
//                                        └► play ────► AcceptPlay ────► WriteMedia … EndStream
//
// One stream at a time per connection. No clock, no socket.
#ifndef DATAPLANE_MEDIA_RTMP_SERVER_SESSION_H_
#define DATAPLANE_MEDIA_RTMP_SERVER_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dataplane/media/chunk_writer.h"
#include "dataplane/media/rtmp_command.h"
#include "dataplane/media/rtmp_handshake.h"
#include "dataplane/media/rtmp_receiver.h"
#include "dataplane/media/rtmp_session.h"

namespace nearcast::media {

// Thread rule: any thread, one at a time.
class RtmpServerSession : public RtmpReceiver {
 public:
  enum class State {
    kHandshake,
    kConnecting,    // handshake done, before connect
    kConnected,     // no stream
    kAskedPublish,  // RtmpPublish was returned, no answer yet
    kAskedPlay,     // RtmpPlay was returned, no answer yet
    kPublishing,
    kPlaying,
  };

  RtmpServerSession(const RtmpSessionOptions& options, uint64_t seed);

  // As RtmpReceiver::Read. After RtmpPublish or RtmpPlay the owner answers before it reads on
  // (NC_CHECKed). Answers are at most 16 times what was read, and 8 KB; the owner closes a
  // connection that sends but never takes its answers.
  absl::StatusOr<std::optional<RtmpEvent>> Read(absl::string_view* input);

  void AcceptPublish();
  void AcceptPlay();

  // Answers RtmpPublish or RtmpPlay with an error status and returns to kConnected. Send the
  // output, then close, or let the peer try again. `code` as "NetStream.Publish.BadName",
  // "NetStream.Play.StreamNotFound".
  void Refuse(absl::string_view code, absl::string_view description);

  // kPlaying only. Copies the payload, an FLV tag body, into the output.
  void WriteMedia(FrameKind kind, uint32_t dts_ms, absl::string_view payload);

  // kPlaying only: the same without the copy. The owner sends TakeOutput() first, then the pieces
  // that SliceChunks(headers, payload, chunk_size()) gives.
  ChunkHeaders MediaHeaders(FrameKind kind, uint32_t dts_ms, size_t payload_size) const;

  // kPlaying or kPublishing: tells the peer that the stream ended and returns to kConnected.
  void EndStream(absl::string_view description);

  State state() const { return state_; }
  uint32_t chunk_size() const { return channel_.chunk_size(); }
  uint64_t received_bytes() const { return channel_.received_bytes(); }
  HandshakeForm handshake_form() const { return handshake_.form(); }

 private:
  absl::StatusOr<bool> ReadHandshake(absl::string_view* input, std::string* output) override;
  absl::StatusOr<std::optional<RtmpEvent>> OnMessage(RtmpMessage message) override;
  absl::StatusOr<std::optional<RtmpEvent>> OnCommand(const RtmpCommand& command,
                                                     uint32_t message_stream_id);
  absl::Status OnConnect(const ConnectCommand& connect);
  absl::StatusOr<RtmpStreamName> OpenStream(absl::string_view stream_name,
                                            uint32_t message_stream_id);
  std::optional<RtmpEvent> OnNamed(const NamedCommand& named);
  std::optional<RtmpEvent> OnStreamEnd();
  void WriteResult(double transaction_id, Amf0Value result);
  void WriteStatus(absl::string_view level, absl::string_view code, absl::string_view description);
  bool Waiting() const { return state_ == State::kAskedPublish || state_ == State::kAskedPlay; }

  State state_ = State::kHandshake;
  ServerHandshake handshake_;
  std::string tc_url_;
  std::string app_;
  std::string via_;
  std::string stream_name_;  // as the peer said it, for the status texts
  uint32_t created_streams_ = 0;
  uint32_t message_stream_id_ = 0;  // of publish or play
};

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_RTMP_SERVER_SESSION_H_
