#include "dataplane/media/rtmp_client_session.h"

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "dataplane/media/metadata.h"
#include "dataplane/media/rtmp_control.h"

namespace nearcast::media {
namespace {

// Each command's own transaction, so that an answer tells what it answers.
constexpr double kConnectId = 1, kReleaseStreamId = 2, kFcPublishId = 3, kCreateStreamId = 4;
constexpr double kStreamId = 5, kEndId = 6;

constexpr uint32_t kPlayBufferMs = 1000;

}  // namespace

RtmpClientSession::RtmpClientSession(RtmpTarget target, const RtmpSessionOptions& options,
                                     uint64_t seed)
    : RtmpReceiver(options), target_(std::move(target)), handshake_(target_.handshake, seed) {
  handshake_.Start(channel_.mutable_output());
}

absl::StatusOr<bool> RtmpClientSession::ReadHandshake(absl::string_view* input,
                                                      std::string* output) {
  NC_RETURN_IF_ERROR(handshake_.Read(input, output));
  if (handshake_.done()) Connect();
  return handshake_.done();
}

void RtmpClientSession::Connect() {
  channel_.WriteChunkSize();
  ConnectCommand connect;
  connect.transaction_id = kConnectId;
  connect.app = target_.app;
  connect.tc_url = target_.tc_url;
  connect.via = target_.via;
  connect.flash_version =
      target_.role == RtmpRole::kPublish ? "FMLE/3.0 (compatible; Nearcast)" : "LNX 9,0,124,2";
  channel_.WriteCommand(connect, 0);
  state_ = State::kConnecting;
}

absl::StatusOr<std::optional<RtmpEvent>> RtmpClientSession::OnMessage(RtmpMessage message) {
  if (const std::optional<absl::string_view> payload = CommandPayload(message)) {
    NC_ASSIGN_OR_RETURN(const RtmpCommand command, ParseCommand(*payload));
    return OnCommand(command);
  }
  if (message.header.type == RtmpType::kUserControl) return OnUserControl(message);
  const bool playing = target_.role == RtmpRole::kPlay && state_ == State::kReady;
  if (!playing) return std::nullopt;
  std::optional<RtmpMedia> media = ToMedia(std::move(message));
  if (!media) return std::nullopt;
  return *std::move(media);
}

absl::StatusOr<std::optional<RtmpEvent>> RtmpClientSession::OnCommand(const RtmpCommand& command) {
  if (const auto* status = std::get_if<StatusCommand>(&command)) return OnStatus(*status);
  if (const auto* reply = std::get_if<CommandReply>(&command)) {
    NC_RETURN_IF_ERROR(OnReply(*reply));
  }
  return std::nullopt;
}

absl::Status RtmpClientSession::OnReply(const CommandReply& reply) {
  // releaseStream and FCPublish are courtesies: servers may not know them.
  const bool counts = reply.transaction_id == kConnectId ||
                      reply.transaction_id == kCreateStreamId || reply.transaction_id == kStreamId;
  if (!counts) return absl::OkStatus();
  if (reply.outcome == CommandOutcome::kError) {
    return absl::PermissionDeniedError(absl::StrCat("the RTMP server refused ", target_.stream_name,
                                                    ": ", FormatAmf0(reply.result)));
  }
  if (state_ == State::kConnecting && reply.transaction_id == kConnectId) CreateStream();
  if (state_ == State::kCreatingStream && reply.transaction_id == kCreateStreamId) {
    const double* const id = reply.result.number();
    if (id == nullptr || !(*id >= 0 && *id <= UINT32_MAX)) {
      return absl::InvalidArgumentError("the RTMP server's createStream answer has no stream id");
    }
    message_stream_id_ = static_cast<uint32_t>(*id);
    OpenStream();
  }
  return absl::OkStatus();
}

void RtmpClientSession::CreateStream() {
  if (target_.role == RtmpRole::kPublish) {
    channel_.WriteCommand(
        NamedCommand{NamedCommandKind::kReleaseStream, kReleaseStreamId, target_.stream_name}, 0);
    channel_.WriteCommand(
        NamedCommand{NamedCommandKind::kFcPublish, kFcPublishId, target_.stream_name}, 0);
  }
  channel_.WriteCommand(CreateStreamCommand{kCreateStreamId}, 0);
  state_ = State::kCreatingStream;
}

void RtmpClientSession::OpenStream() {
  if (target_.role == RtmpRole::kPublish) {
    channel_.WriteCommand(PublishCommand{kStreamId, target_.stream_name, "live"},
                          message_stream_id_);
  } else {
    channel_.WriteCommand(PlayCommand{kStreamId, target_.stream_name, -2}, message_stream_id_);
    channel_.Write(BuildUserControl({.event = UserControlEvent::kSetBufferLength,
                                     .value = message_stream_id_,
                                     .buffer_length_ms = kPlayBufferMs}));
  }
  state_ = State::kAsking;
}

absl::StatusOr<std::optional<RtmpEvent>> RtmpClientSession::OnStatus(const StatusCommand& status) {
  if (status.level == "error") {
    return absl::PermissionDeniedError(absl::StrCat("the RTMP server refused ", target_.stream_name,
                                                    ": ", status.code, ": ", status.description));
  }
  const absl::string_view started =
      target_.role == RtmpRole::kPublish ? "NetStream.Publish.Start" : "NetStream.Play.Start";
  if (state_ == State::kAsking && status.code == started) {
    state_ = State::kReady;
    return RtmpReady{};
  }
  const bool ended = status.code == "NetStream.Play.UnpublishNotify" ||
                     status.code == "NetStream.Play.Stop" ||
                     status.code == "NetStream.Unpublish.Success";
  if (ended) return OnStreamEnd();
  return std::nullopt;
}

absl::StatusOr<std::optional<RtmpEvent>> RtmpClientSession::OnUserControl(
    const RtmpMessage& message) {
  NC_ASSIGN_OR_RETURN(const UserControl control, ParseUserControl(message.payload));
  if (control.event == UserControlEvent::kStreamEof) return OnStreamEnd();
  return std::nullopt;
}

std::optional<RtmpEvent> RtmpClientSession::OnStreamEnd() {
  if (state_ != State::kReady) return std::nullopt;
  state_ = State::kEnded;
  return RtmpStreamEnd{};
}

void RtmpClientSession::WriteMedia(FrameKind kind, uint32_t dts_ms, absl::string_view payload) {
  NC_CHECK(state_ == State::kReady && target_.role == RtmpRole::kPublish);
  if (kind != FrameKind::kScript || !IsOnMetaData(payload)) {
    channel_.WriteMedia(kind, dts_ms, message_stream_id_, payload);
    return;
  }
  std::string wrapped;
  AppendAmf0("@setDataFrame", &wrapped);
  const absl::string_view metadata = StripSetDataFrame(payload);
  wrapped.append(metadata.data(), metadata.size());
  channel_.WriteMedia(kind, dts_ms, message_stream_id_, wrapped);
}

void RtmpClientSession::EndStream() {
  if (state_ != State::kReady) return;
  if (target_.role == RtmpRole::kPublish) {
    channel_.WriteCommand(NamedCommand{NamedCommandKind::kFcUnpublish, kEndId, target_.stream_name},
                          0);
  }
  channel_.WriteCommand(DeleteStreamCommand{0, static_cast<double>(message_stream_id_)}, 0);
  state_ = State::kEnded;
}

}  // namespace nearcast::media
