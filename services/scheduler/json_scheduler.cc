#include "services/scheduler/json_scheduler.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "services/scheduler/json_play.h"
#include "services/scheduler/json_refusal.h"

namespace nearcast {
namespace {

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
  RegisterJsonPlay(router, scheduler);
}

}  // namespace nearcast
