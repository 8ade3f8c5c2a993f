#include "services/scheduler/json_play.h"

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "services/http/json_text.h"
#include "services/rpc/status.h"
#include "services/scheduler/json_refusal.h"
#include "services/scheduler/json_viewer.h"

namespace nearcast {
namespace {

constexpr absl::string_view kPlaylistType = "application/vnd.apple.mpegurl";
constexpr absl::string_view kBodyBegin = "{\"stream_url\":";

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

// {"stream_url":{…}}, or the document.
void AppendBody(const PlayAnswer& answer, std::string& out) {
  if (answer.frame == nullptr) {
    out.append(answer.document);
    return;
  }
  out.append(kBodyBegin.data(), kBodyBegin.size());
  AppendStreamUrl(answer, out);
  out.push_back('}');
}

absl::StatusOr<PlayQuestion> ReadPlay(const http::Request& request,
                                      const http::QueryParams& params) {
  PlayQuestion question;
  question.stream = params.Get("stream");
  NC_ASSIGN_OR_RETURN(question.viewer, ReadViewer(request, params));
  NC_ASSIGN_OR_RETURN(question.format, FormatOf(params.Get("format")));
  return question;
}

absl::Status Play(StreamScheduler* scheduler, const http::Request& request,
                  const http::QueryParams& params, http::Response& response) {
  absl::StatusOr<PlayQuestion> question = ReadPlay(request, params);
  std::string steering_uri;
  if (question.ok() && question->format == v1::GetPlayInfoRequest::HLS_MULTIVARIANT) {
    steering_uri = SteeringUri(question->stream, request.query);
    question->steering_uri = steering_uri;
    response.content_type = kPlaylistType;
  }
  NC_ASSIGN_OR_RETURN(const PlayAnswer answer, scheduler->Play(question));
  AppendBody(answer, response.body);
  return absl::OkStatus();
}

absl::StatusOr<PlayQuestion> ReadSteering(const http::Request& request,
                                          const http::QueryParams& params) {
  const auto dash = params.Find("_DASH_pathway");
  PlayQuestion question;
  question.stream = request.wildcard;
  NC_ASSIGN_OR_RETURN(question.viewer, ReadViewer(request, params));
  question.format = dash || params.Get("form") == "dash" ? v1::GetPlayInfoRequest::DASH_STEERING
                                                         : v1::GetPlayInfoRequest::HLS_STEERING;
  question.pathway = dash ? *dash : params.Get("_HLS_pathway");
  return question;
}

absl::Status Steer(StreamScheduler* scheduler, const http::Request& request,
                   const http::QueryParams& params, http::Response& response) {
  const auto answer = scheduler->Play(ReadSteering(request, params));
  const std::string reason = rpc::ReasonOf(answer.status());
  if (reason == "STREAM_ENDED" || reason == "STREAM_BANNED") {
    http::WriteError(410, reason, answer.status().message(), response);  // players ask no more
    return absl::OkStatus();
  }
  NC_RETURN_IF_ERROR(answer.status());
  response.body = answer->document;
  return absl::OkStatus();
}

// "document":…, for the forms that are no stream_url; a playlist as a string.
void AppendDocument(const PlayAnswer& answer, std::string& out) {
  out += "\"document\":";
  if (absl::StartsWith(answer.document, "{")) {
    absl::StrAppend(&out, answer.document, "}");
    return;
  }
  http::AppendJsonString(answer.document, &out);
  out.push_back('}');
}

void AppendResult(absl::string_view stream, const absl::StatusOr<PlayAnswer>& answer,
                  std::string& out) {
  absl::StrAppend(&out, out.back() == '[' ? "" : ",", "{\"stream\":");
  http::AppendJsonString(stream, &out);
  out.push_back(',');
  if (answer.ok() && answer->frame == nullptr) return AppendDocument(*answer, out);
  const size_t brace = out.size();
  if (answer.ok()) {
    AppendBody(*answer, out);
  } else {
    http::Response piece;
    http::WriteError(400, rpc::ReasonOf(answer.status()), answer.status().message(), piece);
    out.append(piece.body);
  }
  out.erase(brace, 1);
}

absl::StatusOr<PlayQuestion> ReadMany(const http::Request& request,
                                      const http::QueryParams& params) {
  PlayQuestion question;
  NC_ASSIGN_OR_RETURN(question.viewer, ReadViewer(request, params));
  NC_ASSIGN_OR_RETURN(question.format, FormatOf(params.Get("format")));
  return question;
}

absl::Status PlayMany(StreamScheduler* scheduler, const http::Request& request,
                      const http::QueryParams& params, http::Response& response) {
  const std::vector<absl::string_view> streams =
      absl::StrSplit(params.Get("streams"), ',', absl::SkipEmpty());
  response.body = "{\"results\":[";
  NC_RETURN_IF_ERROR(scheduler->PlayMany(
      streams, ReadMany(request, params),
      [&response](absl::string_view stream, const absl::StatusOr<PlayAnswer>& answer) {
        AppendResult(stream, answer, response.body);
      }));
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
