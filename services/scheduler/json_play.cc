#include "services/scheduler/json_play.h"

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "services/http/json_text.h"
#include "services/rpc/status.h"
#include "services/scheduler/json_refusal.h"

namespace nearcast {
namespace {

constexpr absl::string_view kPlaylistType = "application/vnd.apple.mpegurl";

absl::StatusOr<v1::Viewer> ViewerOf(const http::Request& request, const http::QueryParams& params) {
  const auto text = [&params](absl::string_view name) { return std::string(params.Get(name)); };
  v1::Viewer viewer;
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
  return viewer;
}

absl::StatusOr<v1::GetPlayInfoRequest::Format> FormatOf(absl::string_view name) {
  if (name.empty() || name == "stream_data") return v1::GetPlayInfoRequest::STREAM_DATA;
  if (name == "veplayer") return v1::GetPlayInfoRequest::VE_LIVE_PLAYER;
  if (name == "auto") return v1::GetPlayInfoRequest::AUTO_LIST;
  if (name == "hls") return v1::GetPlayInfoRequest::HLS_MULTIVARIANT;
  return rpc::WithReason(
      absl::InvalidArgumentError(
          absl::StrCat("format: \"", name, "\" is unknown; stream_data, veplayer, auto or hls")),
      "INVALID_FORMAT");
}

// The same viewer's manifest, relative to the playlist's own address. Parameters go as they came.
std::string SteeringUri(absl::string_view stream, absl::string_view query) {
  return absl::StrCat("/v1/steering/", stream, query.empty() ? "" : "?", query);
}

std::string WriteStreamUrlBody(const v1::PlayInfo& info) {
  return info.document().empty() ? absl::StrCat("{\"stream_url\":", info.stream_url(), "}")
                                 : info.document();
}

absl::Status Play(StreamScheduler* scheduler, const http::Request& request,
                  const http::QueryParams& params, http::Response& response) {
  v1::GetPlayInfoRequest play;
  play.set_stream(std::string(params.Get("stream")));
  NC_ASSIGN_OR_RETURN(*play.mutable_viewer(), ViewerOf(request, params));
  NC_ASSIGN_OR_RETURN(const auto format, FormatOf(params.Get("format")));
  play.set_format(format);
  const bool is_playlist = format == v1::GetPlayInfoRequest::HLS_MULTIVARIANT;
  if (is_playlist) play.set_steering_uri(SteeringUri(params.Get("stream"), request.query));
  NC_ASSIGN_OR_RETURN(const v1::PlayInfo info, scheduler->GetPlayInfo(play));
  response.body = WriteStreamUrlBody(info);
  if (is_playlist) response.content_type = kPlaylistType;
  return absl::OkStatus();
}

absl::Status Steer(StreamScheduler* scheduler, const http::Request& request,
                   const http::QueryParams& params, http::Response& response) {
  const auto dash = params.Find("_DASH_pathway");
  v1::GetPlayInfoRequest play;
  play.set_stream(std::string(request.wildcard));
  NC_ASSIGN_OR_RETURN(*play.mutable_viewer(), ViewerOf(request, params));
  play.set_format(dash || params.Get("form") == "dash" ? v1::GetPlayInfoRequest::DASH_STEERING
                                                       : v1::GetPlayInfoRequest::HLS_STEERING);
  play.set_pathway(std::string(dash ? *dash : params.Get("_HLS_pathway")));
  const auto info = scheduler->GetPlayInfo(play);
  const std::string reason = rpc::ReasonOf(info.status());
  if (reason == "STREAM_ENDED" || reason == "STREAM_BANNED") {
    http::WriteError(410, reason, info.status().message(), response);  // players ask no more
    return absl::OkStatus();
  }
  NC_RETURN_IF_ERROR(info.status());
  response.body = info->document();
  return absl::OkStatus();
}

void AppendResult(const v1::BatchGetPlayInfoResponse::Result& result, std::string& out) {
  absl::StrAppend(&out, out.back() == '[' ? "" : ",");
  http::Response piece;
  if (result.has_info()) {
    piece.body = WriteStreamUrlBody(result.info());
  } else {
    http::WriteError(400, result.reason(), result.message(), piece);
  }
  absl::StrAppend(&out, "{\"stream\":");
  http::AppendJsonString(result.stream(), &out);
  absl::StrAppend(&out, ",", absl::string_view(piece.body).substr(1));
}

absl::Status PlayMany(StreamScheduler* scheduler, const http::Request& request,
                      const http::QueryParams& params, http::Response& response) {
  v1::BatchGetPlayInfoRequest batch;
  for (const absl::string_view stream :
       absl::StrSplit(params.Get("streams"), ',', absl::SkipEmpty())) {
    batch.add_streams(std::string(stream));
  }
  NC_ASSIGN_OR_RETURN(*batch.mutable_viewer(), ViewerOf(request, params));
  NC_ASSIGN_OR_RETURN(const v1::BatchGetPlayInfoResponse answer,
                      scheduler->BatchGetPlayInfo(batch));
  response.body = "{\"results\":[";
  for (const auto& result : answer.results()) AppendResult(result, response.body);
  response.body += "]}";
  return absl::OkStatus();
}

using Endpoint = absl::Status (*)(StreamScheduler*, const http::Request&, const http::QueryParams&,
                                  http::Response&);

void Answer(Endpoint endpoint, StreamScheduler* scheduler, const http::Request& request,
            http::Response& response) {
  response.AddHeader("Access-Control-Allow-Origin", "*");  // pages read refusals too
  const auto params = request.params();
  if (!params.ok()) {
    return http::WriteError(400, "INVALID_QUERY", params.status().message(), response);
  }
  const absl::Status status = endpoint(scheduler, request, **params, response);
  if (!status.ok()) Refuse(status, response);
}

}  // namespace

void RegisterJsonPlay(http::Router* router, StreamScheduler* scheduler) {
  const auto add = [router, scheduler](absl::string_view path, Endpoint endpoint) {
    router->Handle(http::Method::kGet, path,
                   [=](const http::Request& request, http::Response& response) {
                     Answer(endpoint, scheduler, request, response);
                   });
  };
  add("/v1/play", &Play);
  add("/v1/plays", &PlayMany);
  add("/v1/steering/*", &Steer);
}

}  // namespace nearcast
