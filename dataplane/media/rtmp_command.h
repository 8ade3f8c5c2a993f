// RTMP commands: typed values to and from AMF0 payloads.
// Source: Adobe RTMP Specification 1.0, 7.2.1 (NetConnection) and 7.2.2 (NetStream); releaseStream,
// FCPublish, FCUnpublish and getStreamLength are not in it but are sent by every publisher or
// player.
//
//   NC_ASSIGN_OR_RETURN(const RtmpCommand command, ParseCommand(message.payload));
//   if (const auto* publish = std::get_if<PublishCommand>(&command)) …
//
// Names and arguments carry tokens, so that nothing is ever cut: a text over kRtmpTextBytesMax is
// an error.
#ifndef DATAPLANE_MEDIA_RTMP_COMMAND_H_
#define DATAPLANE_MEDIA_RTMP_COMMAND_H_

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dataplane/media/amf0.h"

namespace nearcast::media {

inline constexpr size_t kRtmpTextBytesMax = 8192;
inline constexpr size_t kRtmpCommandBytesMax = 64 << 10;  // of a whole command

// 7.2.1.1. `transaction_id` ties a command to its _result or _error; 0 means that no answer is
// wanted.
struct ConnectCommand {
  double transaction_id = 1;
  std::string app;
  std::string tc_url;
  std::string flash_version;
  double object_encoding = 0;            // 0 AMF0, 3 AMF3
  std::vector<std::string> fourcc_list;  // Enhanced RTMP: codecs the peer can take
  std::string via;  // "nearcastVia": the nodes that the stream has come through; ours
};

struct CreateStreamCommand {
  double transaction_id = 0;
};

// `type` is "live", "record" or "append" (7.2.2.6); others are passed on.
struct PublishCommand {
  double transaction_id = 0;
  std::string stream_name;
  std::string type = "live";
};

// `start_s`: -2 live or recorded, -1 live only, >= 0 an offset (7.2.2.1).
struct PlayCommand {
  double transaction_id = 0;
  std::string stream_name;
  double start_s = -2;
};

struct DeleteStreamCommand {
  double transaction_id = 0;
  double message_stream_id = 0;
};

// releaseStream, FCPublish, FCUnpublish, getStreamLength: a command about one stream name.
enum class NamedCommandKind { kReleaseStream, kFcPublish, kFcUnpublish, kGetStreamLength };
struct NamedCommand {
  NamedCommandKind kind = NamedCommandKind::kReleaseStream;
  double transaction_id = 0;
  std::string stream_name;
};

// _result and _error (7.2.1.1): the answer to the command of that transaction.
enum class CommandOutcome { kResult, kError };
struct CommandReply {
  CommandOutcome outcome = CommandOutcome::kResult;
  double transaction_id = 0;
  Amf0Value properties = Amf0Null{};
  Amf0Value result =
      Amf0Null{};  // an object with level, code, description; or createStream's number
};

// onStatus (7.2.2): level "status" or "error"; code such as "NetStream.Publish.Start".
struct StatusCommand {
  std::string level = "status";
  std::string code;
  std::string description;
};

// Any command without a type of its own, e.g. closeStream or onBWDone; arguments with the command
// object first.
struct OtherCommand {
  std::string name;
  double transaction_id = 0;
  std::vector<Amf0Value> arguments;
};

using RtmpCommand =
    std::variant<OtherCommand, ConnectCommand, CreateStreamCommand, PublishCommand, PlayCommand,
                 DeleteStreamCommand, NamedCommand, CommandReply, StatusCommand>;

// Reads the payload of a command message (type 20; of type 17 without its first byte).
// InvalidArgument when it is not AMF0 or an argument that the command needs is absent or of another
// type; ResourceExhausted over a limit.
absl::StatusOr<RtmpCommand> ParseCommand(absl::string_view payload);

// The payload of a command message.
std::string EncodeCommand(const RtmpCommand& command);

// The body of connect's _result (7.2.1.1), which encoders and players look into.
CommandReply BuildConnectReply(const ConnectCommand& connect);

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_RTMP_COMMAND_H_
