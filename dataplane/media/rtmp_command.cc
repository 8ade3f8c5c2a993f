#include "dataplane/media/rtmp_command.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace nearcast::media {
namespace {

// The commands about one stream name, by their names on the wire.
struct NamedKind {
  NamedCommandKind kind;
  const char* name;
};
constexpr NamedKind kNamedKinds[] = {
    {NamedCommandKind::kReleaseStream, "releaseStream"},
    {NamedCommandKind::kFcPublish, "FCPublish"},
    {NamedCommandKind::kFcUnpublish, "FCUnpublish"},
    {NamedCommandKind::kGetStreamLength, "getStreamLength"},
};

const char* NamedKindName(NamedCommandKind kind) {
  for (const NamedKind& entry : kNamedKinds) {
    if (entry.kind == kind) return entry.name;
  }
  return "";
}

// A command before its type is known: arguments[0] is the command object.
using Arguments = std::vector<Amf0Value>;

// `value`'s text, or nothing when it is absent or of another type.
absl::StatusOr<std::optional<std::string>> TextOf(const Amf0Value* value, absl::string_view what) {
  if (value == nullptr || value->text() == nullptr) return std::nullopt;
  if (value->text()->size() > kRtmpTextBytesMax) {
    return absl::ResourceExhaustedError(absl::StrCat(
        what, " of ", value->text()->size(), " bytes; at most ", kRtmpTextBytesMax, " are taken"));
  }
  return *value->text();
}

absl::StatusOr<std::string> OptionalText(const Amf0Value* value, absl::string_view what) {
  NC_ASSIGN_OR_RETURN(std::optional<std::string> text, TextOf(value, what));
  return std::move(text).value_or("");
}

absl::StatusOr<std::string> RequiredText(const Amf0Value* value, absl::string_view what) {
  NC_ASSIGN_OR_RETURN(std::optional<std::string> text, TextOf(value, what));
  if (!text) return absl::InvalidArgumentError(absl::StrCat(what, " is missing"));
  return *std::move(text);
}

const Amf0Value* At(const Arguments& arguments, size_t index) {
  return index < arguments.size() ? &arguments[index] : nullptr;
}

double NumberOr(const Amf0Value* value, double otherwise) {
  return value != nullptr && value->number() != nullptr ? *value->number() : otherwise;
}

Amf0Value ValueOrNull(const Arguments& arguments, size_t index) {
  const Amf0Value* value = At(arguments, index);
  return value != nullptr ? *value : Amf0Value(Amf0Null{});
}

absl::StatusOr<RtmpCommand> ParseConnect(double transaction_id, const Arguments& arguments) {
  ConnectCommand connect;
  connect.transaction_id = transaction_id;
  const Amf0Value object = ValueOrNull(arguments, 0);
  NC_ASSIGN_OR_RETURN(connect.app, RequiredText(object.Find("app"), "connect's app"));
  NC_ASSIGN_OR_RETURN(connect.tc_url, OptionalText(object.Find("tcUrl"), "connect's tcUrl"));
  NC_ASSIGN_OR_RETURN(connect.flash_version,
                      OptionalText(object.Find("flashVer"), "connect's flashVer"));
  NC_ASSIGN_OR_RETURN(connect.via, OptionalText(object.Find("nearcastVia"), "connect's via"));
  connect.object_encoding = NumberOr(object.Find("objectEncoding"), 0);
  const Amf0Value* list = object.Find("fourCcList");
  const auto* codecs = list ? std::get_if<Amf0StrictArray>(&list->variant()) : nullptr;
  if (codecs == nullptr) return connect;
  for (const Amf0Value& codec : codecs->elements) {
    NC_ASSIGN_OR_RETURN(std::string four_cc, RequiredText(&codec, "FourCC"));
    connect.fourcc_list.push_back(std::move(four_cc));
  }
  return connect;
}

absl::StatusOr<RtmpCommand> ParsePublish(double transaction_id, const Arguments& arguments) {
  PublishCommand publish;
  publish.transaction_id = transaction_id;
  NC_ASSIGN_OR_RETURN(publish.stream_name, RequiredText(At(arguments, 1), "publish's stream name"));
  NC_ASSIGN_OR_RETURN(std::optional<std::string> type, TextOf(At(arguments, 2), "publish's type"));
  if (type) publish.type = *std::move(type);
  return publish;
}

absl::StatusOr<RtmpCommand> ParsePlay(double transaction_id, const Arguments& arguments) {
  PlayCommand play;
  play.transaction_id = transaction_id;
  NC_ASSIGN_OR_RETURN(play.stream_name, RequiredText(At(arguments, 1), "play's stream name"));
  play.start_s = NumberOr(At(arguments, 2), play.start_s);
  return play;
}

absl::StatusOr<RtmpCommand> ParseStatus(const Arguments& arguments) {
  StatusCommand status;
  const Amf0Value object = ValueOrNull(arguments, 1);
  NC_ASSIGN_OR_RETURN(status.level, OptionalText(object.Find("level"), "onStatus' level"));
  NC_ASSIGN_OR_RETURN(status.code, RequiredText(object.Find("code"), "onStatus' code"));
  NC_ASSIGN_OR_RETURN(status.description,
                      OptionalText(object.Find("description"), "onStatus' description"));
  return status;
}

absl::StatusOr<RtmpCommand> ParseByName(std::string name, double transaction_id,
                                        Arguments arguments) {
  if (name == "connect") return ParseConnect(transaction_id, arguments);
  if (name == "createStream") return CreateStreamCommand{transaction_id};
  if (name == "publish") return ParsePublish(transaction_id, arguments);
  if (name == "play") return ParsePlay(transaction_id, arguments);
  if (name == "onStatus") return ParseStatus(arguments);
  if (name == "deleteStream") {
    return DeleteStreamCommand{transaction_id, NumberOr(At(arguments, 1), 0)};
  }
  if (name == "_result" || name == "_error") {
    return CommandReply{name == "_result" ? CommandOutcome::kResult : CommandOutcome::kError,
                        transaction_id, ValueOrNull(arguments, 0), ValueOrNull(arguments, 1)};
  }
  for (const NamedKind& entry : kNamedKinds) {
    if (name != entry.name) continue;
    NC_ASSIGN_OR_RETURN(std::string stream, OptionalText(At(arguments, 1), "stream name"));
    return NamedCommand{entry.kind, transaction_id, std::move(stream)};
  }
  return OtherCommand{std::move(name), transaction_id, std::move(arguments)};
}

// name, transaction id, command object, further arguments: the form of every command (7.2).
std::string EncodeArguments(absl::string_view name, double transaction_id,
                            const Arguments& arguments) {
  std::string payload;
  AppendAmf0(std::string(name), &payload);
  AppendAmf0(transaction_id, &payload);
  for (const Amf0Value& argument : arguments) AppendAmf0(argument, &payload);
  return payload;
}

Amf0Value FourCcArray(const std::vector<std::string>& fourcc_list) {
  Amf0StrictArray array;
  for (const std::string& four_cc : fourcc_list) array.elements.emplace_back(four_cc);
  return array;
}

// The payload of one command, by type.
struct Encoder {
  std::string operator()(const OtherCommand& other) const {
    return EncodeArguments(other.name, other.transaction_id, other.arguments);
  }
  std::string operator()(const ConnectCommand& connect) const {
    Amf0Object object{{{"app", connect.app},
                       {"flashVer", connect.flash_version},
                       {"tcUrl", connect.tc_url},
                       {"objectEncoding", connect.object_encoding}}};
    if (!connect.fourcc_list.empty()) {
      object.properties.push_back({"fourCcList", FourCcArray(connect.fourcc_list)});
    }
    if (!connect.via.empty()) object.properties.push_back({"nearcastVia", connect.via});
    return EncodeArguments("connect", connect.transaction_id, {std::move(object)});
  }
  std::string operator()(const CreateStreamCommand& create) const {
    return EncodeArguments("createStream", create.transaction_id, {Amf0Null{}});
  }
  std::string operator()(const PublishCommand& publish) const {
    return EncodeArguments("publish", publish.transaction_id,
                           {Amf0Null{}, publish.stream_name, publish.type});
  }
  std::string operator()(const PlayCommand& play) const {
    return EncodeArguments("play", play.transaction_id,
                           {Amf0Null{}, play.stream_name, play.start_s});
  }
  std::string operator()(const DeleteStreamCommand& remove) const {
    return EncodeArguments("deleteStream", remove.transaction_id,
                           {Amf0Null{}, remove.message_stream_id});
  }
  std::string operator()(const NamedCommand& named) const {
    return EncodeArguments(NamedKindName(named.kind), named.transaction_id,
                           {Amf0Null{}, named.stream_name});
  }
  std::string operator()(const CommandReply& reply) const {
    return EncodeArguments(reply.outcome == CommandOutcome::kResult ? "_result" : "_error",
                           reply.transaction_id, {reply.properties, reply.result});
  }
  std::string operator()(const StatusCommand& status) const {
    return EncodeArguments("onStatus", 0,
                           {Amf0Null{}, Amf0Object{{{"level", status.level},
                                                    {"code", status.code},
                                                    {"description", status.description}}}});
  }
};

}  // namespace

absl::StatusOr<RtmpCommand> ParseCommand(absl::string_view payload) {
  if (payload.size() > kRtmpCommandBytesMax) {
    return absl::ResourceExhaustedError(absl::StrCat("RTMP command of ", payload.size(),
                                                     " bytes; at most ", kRtmpCommandBytesMax,
                                                     " are taken"));
  }
  Amf0Reader reader(payload);
  NC_ASSIGN_OR_RETURN(const Amf0Value name_value, reader.Read());
  NC_ASSIGN_OR_RETURN(std::string name, RequiredText(&name_value, "RTMP command's name"));
  double transaction_id = 0;
  if (!reader.AtEnd()) {
    NC_ASSIGN_OR_RETURN(const Amf0Value id, reader.Read());
    transaction_id = NumberOr(&id, 0);
  }
  Arguments arguments;
  while (!reader.AtEnd()) {
    NC_ASSIGN_OR_RETURN(Amf0Value argument, reader.Read());
    arguments.push_back(std::move(argument));
  }
  return ParseByName(std::move(name), transaction_id, std::move(arguments));
}

std::string EncodeCommand(const RtmpCommand& command) { return std::visit(Encoder{}, command); }

CommandReply BuildConnectReply(const ConnectCommand& connect) {
  Amf0Object properties{{{"fmsVer", "FMS/3,5,3,888"}, {"capabilities", 31}, {"mode", 1}}};
  Amf0Object result{{{"level", "status"},
                     {"code", "NetConnection.Connect.Success"},
                     {"description", "Connection succeeded."},
                     {"objectEncoding", connect.object_encoding}}};
  // A relay carries any codec, so that it can take all that the peer can.
  if (!connect.fourcc_list.empty()) {
    properties.properties.push_back({"fourCcList", FourCcArray(connect.fourcc_list)});
  }
  return {CommandOutcome::kResult, connect.transaction_id, std::move(properties),
          std::move(result)};
}

}  // namespace nearcast::media
