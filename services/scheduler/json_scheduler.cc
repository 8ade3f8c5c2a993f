#include "services/scheduler/json_scheduler.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "google/protobuf/util/json_util.h"
#include "services/http/json_text.h"
#include "services/rpc/status.h"
#include "services/scheduler/json_play.h"
#include "services/scheduler/json_refusal.h"

namespace nearcast {

using rpc::WithReason;

namespace {

void WriteJson(const google::protobuf::Message& message, http::Response& response) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  const auto status = google::protobuf::util::MessageToJsonString(message, &response.body, options);
  if (!status.ok()) http::WriteError(500, "INTERNAL", status.ToString(), response);
}

// Nothing = an empty message.
absl::Status ReadJson(absl::string_view text, google::protobuf::Message* message) {
  if (text.empty()) return absl::OkStatus();
  const auto read = google::protobuf::util::JsonStringToMessage(std::string(text), message);
  if (read.ok()) return absl::OkStatus();
  return WithReason(
      absl::InvalidArgumentError(
          absl::StrCat("the body is no ", message->GetDescriptor()->name(), ": ", read.ToString())),
      "INVALID_JSON");
}

// Fields by their names; JSON's rules for protobuf read them, so that numbers, states and times
// ("2026-02-01T19:50:00Z") are written as there.
absl::Status ReadQuery(const http::Request& request, google::protobuf::Message* message) {
  const auto params = request.params();
  if (!params.ok()) return WithReason(params.status(), "INVALID_QUERY");
  std::string json = "{";
  for (const http::QueryParams::Param& param : (*params)->all()) {
    if (json.size() > 1) json += ',';
    http::AppendJsonString(param.name, &json);
    json += ':';
    http::AppendJsonString(param.value, &json);
  }
  const auto read = google::protobuf::util::JsonStringToMessage(json + "}", message);
  if (read.ok()) return absl::OkStatus();
  return WithReason(
      absl::InvalidArgumentError(absl::StrCat("the query is no ", message->GetDescriptor()->name(),
                                              ": ", read.ToString())),
      "INVALID_QUERY");
}

// The host of "http://host:port".
absl::string_view HostOf(absl::string_view origin) {
  const size_t slashes = origin.find("://");
  return slashes == absl::string_view::npos ? origin : origin.substr(slashes + 3);
}

// Pages of other sites may look at what is played, and change nothing.
absl::Status CheckOrigin(const http::Request& request) {
  const absl::string_view origin = request.header("Origin");
  if (origin.empty() || HostOf(origin) == request.header("Host")) return absl::OkStatus();
  return WithReason(
      absl::PermissionDeniedError(absl::StrCat("streams are not changed by pages of ", origin)),
      "FOREIGN_ORIGIN");
}

absl::Status CreateStream(StreamScheduler* scheduler, const http::Request& request,
                          http::Response& response) {
  NC_RETURN_IF_ERROR(CheckOrigin(request));
  v1::CreateStreamRequest create;
  NC_RETURN_IF_ERROR(ReadJson(request.body, &create));
  NC_ASSIGN_OR_RETURN(const v1::Stream stream, scheduler->CreateStream(create));
  WriteJson(stream, response);
  return absl::OkStatus();
}

absl::Status ListStreams(StreamScheduler* scheduler, const http::Request& request,
                         http::Response& response) {
  v1::ListStreamsRequest list;
  NC_RETURN_IF_ERROR(ReadQuery(request, &list));
  NC_ASSIGN_OR_RETURN(const v1::ListStreamsResponse streams, scheduler->ListStreams(list));
  WriteJson(streams, response);
  return absl::OkStatus();
}

absl::Status ShowStream(StreamScheduler* scheduler, const http::Request& request,
                        http::Response& response) {
  v1::GetStreamRequest get;
  get.set_stream(std::string(request.wildcard));
  NC_ASSIGN_OR_RETURN(const v1::Stream stream, scheduler->GetStream(get));
  WriteJson(stream, response);
  return absl::OkStatus();
}

// A call that changes the stream of that name.
template <typename Request, auto kCall>
absl::StatusOr<v1::Stream> Change(StreamScheduler* scheduler, absl::string_view name,
                                  absl::string_view body) {
  Request change;
  NC_RETURN_IF_ERROR(ReadJson(body, &change));
  if (!change.stream().empty() && change.stream() != name) {
    return WithReason(absl::InvalidArgumentError(
                          absl::StrCat("stream: the path says \"", name, "\", the body another")),
                      "INVALID_JSON");
  }
  change.set_stream(std::string(name));
  return (scheduler->*kCall)(change);
}

struct ChangeCall {
  absl::string_view word;
  absl::StatusOr<v1::Stream> (*make)(StreamScheduler*, absl::string_view, absl::string_view);
};

constexpr ChangeCall kChanges[] = {
    {"state", &Change<v1::UpdateStreamStateRequest, &StreamScheduler::UpdateStreamState>},
    {"end", &Change<v1::EndStreamRequest, &StreamScheduler::EndStream>},
    {"move", &Change<v1::MoveStreamRequest, &StreamScheduler::MoveStream>},
    {"preheat", &Change<v1::PreheatStreamRequest, &StreamScheduler::PreheatStream>},
    {"forward", &Change<v1::ForwardStreamRequest, &StreamScheduler::ForwardStream>},
};

absl::Status ChangeStream(StreamScheduler* scheduler, const http::Request& request,
                          http::Response& response) {
  NC_RETURN_IF_ERROR(CheckOrigin(request));
  const size_t slash = request.wildcard.find('/');
  const absl::string_view name = request.wildcard.substr(0, slash);
  const absl::string_view word =
      slash == absl::string_view::npos ? "" : request.wildcard.substr(slash + 1);
  for (const ChangeCall& change : kChanges) {
    if (change.word != word) continue;
    NC_ASSIGN_OR_RETURN(const v1::Stream stream, change.make(scheduler, name, request.body));
    WriteJson(stream, response);
    return absl::OkStatus();
  }
  return WithReason(absl::NotFoundError("POST /v1/streams/NAME/ wants state, end, move, preheat or "
                                        "forward behind it"),
                    "UNKNOWN_CALL");
}

}  // namespace

void RegisterJsonScheduler(http::Router* router, StreamScheduler* scheduler) {
  const auto add = [router, scheduler](http::Method method, absl::string_view path, auto* handler) {
    router->Handle(method, path,
                   [scheduler, handler](const http::Request& request, http::Response& response) {
                     const absl::Status status = handler(scheduler, request, response);
                     if (!status.ok()) Refuse(status, response);
                   });
  };
  add(http::Method::kPost, "/v1/streams", &CreateStream);
  add(http::Method::kGet, "/v1/streams", &ListStreams);
  add(http::Method::kGet, "/v1/streams/*", &ShowStream);
  add(http::Method::kPost, "/v1/streams/*", &ChangeStream);
  RegisterJsonPlay(router, scheduler);
}

}  // namespace nearcast
