#include "services/scheduler/json_scheduler.h"

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "services/rpc/status.h"

namespace nearcast {
namespace {

// The mapping of google.rpc.Code's own comments.
int HttpStatusOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
      return 400;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return 409;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kUnavailable:
      return 503;
    default:
      return 500;
  }
}

void Refuse(const absl::Status& status, http::Response& response) {
  http::WriteError(HttpStatusOf(status.code()), rpc::ReasonOf(status), status.message(), response);
}

void WriteJson(const google::protobuf::Message& message, http::Response& response) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  const auto status = google::protobuf::util::MessageToJsonString(message, &response.body, options);
  if (!status.ok()) http::WriteError(500, "INTERNAL", status.ToString(), response);
}

void CreateStream(StreamScheduler* scheduler, const http::Request& request,
                  http::Response& response) {
  v1::CreateStreamRequest create;
  const auto read = google::protobuf::util::JsonStringToMessage(std::string(request.body), &create);
  if (!read.ok()) {
    http::WriteError(400, "INVALID_JSON",
                     absl::StrCat("the body is no CreateStreamRequest: ", read.ToString()),
                     response);
    return;
  }
  const auto created = scheduler->CreateStream(create);
  if (!created.ok()) return Refuse(created.status(), response);
  WriteJson(*created, response);
}

void ShowStream(StreamScheduler* scheduler, const http::Request& request,
                http::Response& response) {
  v1::GetStreamRequest get;
  get.set_stream(std::string(request.wildcard));
  const auto stream = scheduler->GetStream(get);
  if (!stream.ok()) return Refuse(stream.status(), response);
  WriteJson(*stream, response);
}

absl::StatusOr<v1::GetPlayInfoRequest> PlayRequestOf(const http::Request& request,
                                                     const http::QueryParams& params) {
  v1::GetPlayInfoRequest play;
  const auto text = [&params](absl::string_view name) { return std::string(params.Get(name)); };
  play.set_stream(text("stream"));
  v1::Viewer& viewer = *play.mutable_viewer();
  viewer.set_address(text("ip").empty() ? request.client.ToString() : text("ip"));
  viewer.set_viewer_id(text("viewer"));
  viewer.set_app(text("app"));
  viewer.set_app_version(text("app_version"));
  viewer.set_device(text("device"));
  uint32_t grade = 0;
  if (!text("grade").empty() && !absl::SimpleAtoi(text("grade"), &grade)) {
    return rpc::WithReason(absl::InvalidArgumentError("grade: must be 1 (worst) to 8 (best)"),
                           "INVALID_VIEWER");
  }
  viewer.set_network_grade(grade);
  const std::string format = text("format");
  if (format == "veplayer") {
    play.set_format(v1::GetPlayInfoRequest::VE_LIVE_PLAYER);
  } else if (!format.empty() && format != "stream_data") {
    return rpc::WithReason(absl::InvalidArgumentError(absl::StrCat(
                               "format: \"", format, "\" is unknown; stream_data or veplayer")),
                           "INVALID_FORMAT");
  }
  return play;
}

void Play(StreamScheduler* scheduler, const http::Request& request, http::Response& response) {
  response.AddHeader("Access-Control-Allow-Origin", "*");  // pages read refusals too
  const auto params = request.params();
  if (!params.ok()) {
    return http::WriteError(400, "INVALID_QUERY", params.status().message(), response);
  }
  const auto play = PlayRequestOf(request, **params);
  if (!play.ok()) return Refuse(play.status(), response);
  const auto info = scheduler->GetPlayInfo(*play);
  if (!info.ok()) return Refuse(info.status(), response);
  const bool is_player = play->format() == v1::GetPlayInfoRequest::VE_LIVE_PLAYER;
  response.body =
      is_player ? info->document() : absl::StrCat("{\"stream_url\":", info->stream_url(), "}");
}

}  // namespace

void RegisterJsonScheduler(http::Router* router, StreamScheduler* scheduler) {
  const auto add = [router, scheduler](http::Method method, absl::string_view path, auto* handler) {
    router->Handle(method, path,
                   [scheduler, handler](const http::Request& request, http::Response& response) {
                     handler(scheduler, request, response);
                   });
  };
  add(http::Method::kPost, "/v1/streams", &CreateStream);
  add(http::Method::kGet, "/v1/streams/*", &ShowStream);
  add(http::Method::kGet, "/v1/play", &Play);
}

}  // namespace nearcast
