#include "dataplane/media/rtmp_server_session.h"

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "dataplane/media/rtmp_control.h"

namespace nearcast::media {

RtmpServerSession::RtmpServerSession(const RtmpSessionOptions& options, uint64_t seed)
    : RtmpReceiver(options), handshake_(seed) {}

absl::StatusOr<std::optional<RtmpEvent>> RtmpServerSession::Read(absl::string_view* input) {
  NC_CHECK(!Waiting());
  return RtmpReceiver::Read(input);
}

absl::StatusOr<bool> RtmpServerSession::ReadHandshake(absl::string_view* input,
                                                      std::string* output) {
  NC_RETURN_IF_ERROR(handshake_.Read(input, output));
  if (handshake_.done()) state_ = State::kConnecting;
  return handshake_.done();
}

absl::StatusOr<std::optional<RtmpEvent>> RtmpServerSession::OnMessage(RtmpMessage message) {
  if (const std::optional<absl::string_view> payload = CommandPayload(message)) {
    NC_ASSIGN_OR_RETURN(const RtmpCommand command, ParseCommand(*payload));
    return OnCommand(command, message.header.message_stream_id);
  }
  // Media before publish or after its end concerns nobody.
  if (state_ != State::kPublishing) return std::nullopt;
  std::optional<RtmpMedia> media = ToMedia(std::move(message));
  if (!media) return std::nullopt;
  return *std::move(media);
}

absl::StatusOr<std::optional<RtmpEvent>> RtmpServerSession::OnCommand(const RtmpCommand& command,
                                                                      uint32_t message_stream_id) {
  if (const auto* connect = std::get_if<ConnectCommand>(&command)) {
    NC_RETURN_IF_ERROR(OnConnect(*connect));
    return std::nullopt;
  }
  if (state_ == State::kConnecting) {
    return absl::InvalidArgumentError("RTMP command before connect");
  }
  if (const auto* create = std::get_if<CreateStreamCommand>(&command)) {
    WriteResult(create->transaction_id, static_cast<double>(++created_streams_));
    return std::nullopt;
  }
  if (const auto* publish = std::get_if<PublishCommand>(&command)) {
    NC_ASSIGN_OR_RETURN(RtmpStreamName name, OpenStream(publish->stream_name, message_stream_id));
    state_ = State::kAskedPublish;
    return RtmpPublish{std::move(name), via_};
  }
  if (const auto* play = std::get_if<PlayCommand>(&command)) {
    NC_ASSIGN_OR_RETURN(RtmpStreamName name, OpenStream(play->stream_name, message_stream_id));
    state_ = State::kAskedPlay;
    return RtmpPlay{std::move(name)};
  }
  if (const auto* named = std::get_if<NamedCommand>(&command)) return OnNamed(*named);
  if (std::holds_alternative<DeleteStreamCommand>(command)) return OnStreamEnd();
  const auto* other = std::get_if<OtherCommand>(&command);
  if (other != nullptr && other->name == "closeStream") return OnStreamEnd();
  return std::nullopt;
}

// 7.2.1.1: the window and the chunk size first, so that they hold for all that follows.
absl::Status RtmpServerSession::OnConnect(const ConnectCommand& connect) {
  if (state_ != State::kConnecting) return absl::InvalidArgumentError("a second RTMP connect");
  tc_url_ = connect.tc_url;
  app_ = connect.app;
  via_ = connect.via;
  channel_.WriteWindow();
  channel_.WriteChunkSize();
  channel_.WriteCommand(BuildConnectReply(connect), 0);
  state_ = State::kConnected;
  return absl::OkStatus();
}

absl::StatusOr<RtmpStreamName> RtmpServerSession::OpenStream(absl::string_view stream_name,
                                                             uint32_t message_stream_id) {
  if (state_ != State::kConnected) {
    return absl::InvalidArgumentError("a second RTMP publish or play on one connection");
  }
  message_stream_id_ = message_stream_id;
  stream_name_ = std::string(stream_name);
  return BuildStreamName(tc_url_, app_, stream_name);
}

std::optional<RtmpEvent> RtmpServerSession::OnNamed(const NamedCommand& named) {
  const bool asks_length = named.kind == NamedCommandKind::kGetStreamLength;
  if (named.transaction_id != 0) {
    WriteResult(named.transaction_id, asks_length ? Amf0Value(0) : Amf0Value());
  }
  if (named.kind == NamedCommandKind::kFcUnpublish) return OnStreamEnd();
  return std::nullopt;
}

std::optional<RtmpEvent> RtmpServerSession::OnStreamEnd() {
  if (state_ == State::kPublishing) {
    WriteStatus("status", "NetStream.Unpublish.Success", "The stream ended.");
  }
  if (state_ != State::kPublishing && state_ != State::kPlaying) return std::nullopt;
  state_ = State::kConnected;
  return RtmpStreamEnd{};
}

void RtmpServerSession::AcceptPublish() {
  NC_CHECK(state_ == State::kAskedPublish);
  channel_.Write(
      BuildUserControl({.event = UserControlEvent::kStreamBegin, .value = message_stream_id_}));
  WriteStatus("status", "NetStream.Publish.Start", absl::StrCat("Publishing ", stream_name_, "."));
  state_ = State::kPublishing;
}

void RtmpServerSession::AcceptPlay() {
  NC_CHECK(state_ == State::kAskedPlay);
  channel_.Write(
      BuildUserControl({.event = UserControlEvent::kStreamBegin, .value = message_stream_id_}));
  WriteStatus("status", "NetStream.Play.Reset", absl::StrCat("Resetting ", stream_name_, "."));
  WriteStatus("status", "NetStream.Play.Start", absl::StrCat("Playing ", stream_name_, "."));
  state_ = State::kPlaying;
}

void RtmpServerSession::Refuse(absl::string_view code, absl::string_view description) {
  NC_CHECK(Waiting());
  WriteStatus("error", code, description);
  state_ = State::kConnected;
}

void RtmpServerSession::WriteMedia(FrameKind kind, uint32_t dts_ms, absl::string_view payload) {
  NC_CHECK(state_ == State::kPlaying);
  channel_.WriteMedia(kind, dts_ms, message_stream_id_, payload);
}

ChunkHeaders RtmpServerSession::MediaHeaders(FrameKind kind, uint32_t dts_ms,
                                             size_t payload_size) const {
  NC_CHECK(state_ == State::kPlaying);
  return BuildChunkHeaders(MediaMessageHeader(kind, dts_ms, message_stream_id_), payload_size);
}

void RtmpServerSession::EndStream(absl::string_view description) {
  NC_CHECK(state_ == State::kPlaying || state_ == State::kPublishing);
  if (state_ == State::kPlaying) {
    channel_.Write(
        BuildUserControl({.event = UserControlEvent::kStreamEof, .value = message_stream_id_}));
    WriteStatus("status", "NetStream.Play.UnpublishNotify", description);
  } else {
    WriteStatus("status", "NetStream.Unpublish.Success", description);
  }
  state_ = State::kConnected;
}

void RtmpServerSession::WriteResult(double transaction_id, Amf0Value result) {
  channel_.WriteCommand(
      CommandReply{CommandOutcome::kResult, transaction_id, Amf0Null{}, std::move(result)}, 0);
}

void RtmpServerSession::WriteStatus(absl::string_view level, absl::string_view code,
                                    absl::string_view description) {
  channel_.WriteCommand(
      StatusCommand{std::string(level), std::string(code), std::string(description)},
      message_stream_id_);
}

}  // namespace nearcast::media
