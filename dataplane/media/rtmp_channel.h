// RtmpChannel: what both sessions do below their commands once the handshake is over: chunks to
// messages and back, window acknowledgement (5.4.3, 5.4.4), ping (7.1.7), media in message form,
// aggregates (7.1.6). Section numbers: Adobe RTMP Specification 1.0.
#ifndef DATAPLANE_MEDIA_RTMP_CHANNEL_H_
#define DATAPLANE_MEDIA_RTMP_CHANNEL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dataplane/media/chunk_reader.h"
#include "dataplane/media/rtmp_command.h"
#include "dataplane/media/rtmp_session.h"

namespace nearcast::media {

// Thread rule: any thread, one at a time.
class RtmpChannel {
 public:
  explicit RtmpChannel(const RtmpSessionOptions& options);

  // The next message that is not the channel's own business: commands, user control, media.
  // Aggregates arrive split. nullopt when *input is used up. InvalidArgument for
  // what the protocol forbids, ResourceExhausted over a limit (ChunkReader::Read); final.
  absl::StatusOr<std::optional<RtmpMessage>> Read(absl::string_view* input);

  // Sends with the default chunk size until this call, with options.chunk_size from then on.
  void WriteChunkSize();

  // Asks the peer to acknowledge each options.window_ack_bytes, and grants it as much
  // (5.4.4, 5.4.5).
  void WriteWindow();

  void Write(const RtmpMessage& message);
  void WriteCommand(const RtmpCommand& command, uint32_t message_stream_id);
  void WriteMedia(FrameKind kind, uint32_t dts_ms, uint32_t message_stream_id,
                  absl::string_view payload);

  // What to send; the handshake appends here too.
  std::string* mutable_output() { return &output_; }

  uint32_t chunk_size() const { return chunk_size_; }
  uint64_t received_bytes() const { return received_bytes_; }

  // Counts bytes that the handshake took.
  void AddReceivedBytes(uint64_t bytes) { received_bytes_ += bytes; }

 private:
  absl::StatusOr<std::optional<RtmpMessage>> ReadChunks(absl::string_view* input);
  absl::StatusOr<bool> Consume(RtmpMessage* message);
  absl::StatusOr<std::optional<RtmpMessage>> ReadAggregate();
  void AcknowledgeIfDue();

  const RtmpSessionOptions options_;
  ChunkReader reader_;
  std::string output_;
  RtmpMessage aggregate_;                // the last aggregate message
  size_t aggregate_offset_ = 0;          // up to where its tags were returned
  uint32_t aggregate_first_dts_ms_ = 0;  // of its first tag
  uint32_t chunk_size_ = kRtmpDefaultChunkSize;
  uint64_t received_bytes_ = 0;
  uint64_t acknowledged_bytes_ = 0;
  uint32_t peer_window_bytes_ = 0;  // acknowledge after so many bytes; 0 = the peer did not ask
};

// The payload of a command message as AMF0: an AMF3 command (type 17) begins with a format byte,
// and what follows is AMF0 in practice. Nothing for other types.
std::optional<absl::string_view> CommandPayload(const RtmpMessage& message);

// An audio, video or data message as an event; nullopt for other types and for empty messages,
// which some encoders send to keep a connection alive.
std::optional<RtmpMedia> ToMedia(RtmpMessage message);

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_RTMP_CHANNEL_H_
