#include "services/client/client_desk.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "google/protobuf/util/json_util.h"
#include "schedulerlib/client/client_decision.h"
#include "schedulerlib/convert/client_convert.h"
#include "schedulerlib/place/rendezvous.h"
#include "services/rpc/status.h"
#include "services/scheduler/json_refusal.h"

namespace nearcast {
namespace {

using rpc::WithReason;

// Long, since a change of network makes clients ask anyway, and an answer that has not changed
// costs a version's comparison.
constexpr uint32_t kTtlS = 3600;

absl::StatusOr<scheduler::Viewer> ClientOf(const v1::GetClientConfigRequest& request) {
  const auto address = ipdb::ParseIpAddress(request.address());
  if (!address.ok()) {
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat("address: \"", request.address(),
                                                "\" is not an IP address; give the client's own")),
        "INVALID_CLIENT");
  }
  if (request.network_grade() > 8) {
    return WithReason(absl::InvalidArgumentError("network_grade: is over 8; 1 is worst, 8 best"),
                      "INVALID_CLIENT");
  }
  scheduler::Viewer client;
  client.address = *address;
  client.key = request.device_id().empty() ? address->ToString() : request.device_id();
  client.device = request.device();
  client.os = request.os();
  client.app = request.app();
  client.app_version = request.app_version();
  client.network = request.network();
  client.viewer_class = request.client_class();
  client.network_grade = request.network_grade();
  return client;
}

void AddAddress(const scheduler::ClientAddress& from, v1::ClientConfig::Address* to) {
  to->set_cdn(from.cdn);
  to->set_node(from.node);
  to->set_host(from.host);
}

// Of everything that has been written into it so far.
std::string VersionOf(const v1::ClientConfig& config) {
  std::string text;
  google::protobuf::util::MessageToJsonString(config, &text);  // maps in the order of their keys
  return absl::StrCat(absl::Hex(scheduler::StableHash(text), absl::kZeroPad16));
}

v1::ClientConfig WriteConfig(const scheduler::ClientDecision& decision) {
  v1::ClientConfig config;
  *config.mutable_encoder() = ToProto(decision.settings.encoder);
  *config.mutable_decoder() = ToProto(decision.settings.decoder);
  for (const auto& address : decision.push) AddAddress(address, config.add_push());
  for (const auto& address : decision.play) AddAddress(address, config.add_play());
  config.set_ttl_s(kTtlS);
  for (const auto* policy : decision.settings.policies) config.add_policies(policy->name);
  config.set_version(VersionOf(config));
  return config;
}

absl::StatusOr<v1::GetClientConfigRequest> RequestOf(const http::Request& request,
                                                     const http::QueryParams& params) {
  v1::GetClientConfigRequest asked;
  const auto text = [&params](absl::string_view name) { return std::string(params.Get(name)); };
  asked.set_publish_point(text("publish_point"));
  asked.set_address(text("ip").empty() ? request.client.ToString() : text("ip"));
  asked.set_device_id(text("device_id"));
  asked.set_device(text("device"));
  asked.set_os(text("os"));
  asked.set_app(text("app"));
  asked.set_app_version(text("app_version"));
  asked.set_network(text("network"));
  asked.set_client_class(text("class"));
  uint32_t grade = 0;
  if (!text("grade").empty() && !absl::SimpleAtoi(text("grade"), &grade)) {
    return WithReason(absl::InvalidArgumentError("grade: must be 1 (worst) to 8 (best)"),
                      "INVALID_CLIENT");
  }
  asked.set_network_grade(grade);
  absl::string_view tag = request.header("If-None-Match");
  absl::ConsumePrefix(&tag, "W/");
  absl::ConsumePrefix(&tag, "\"");
  absl::ConsumeSuffix(&tag, "\"");
  asked.set_known_version(std::string(tag));
  return asked;
}

absl::Status Answer(ClientDesk* desk, const http::Request& request, http::Response& response) {
  const auto params = request.params();
  if (!params.ok()) return WithReason(params.status(), "INVALID_QUERY");
  NC_ASSIGN_OR_RETURN(const auto asked, RequestOf(request, **params));
  NC_ASSIGN_OR_RETURN(const v1::ClientConfig config, desk->GetClientConfig(asked));
  response.AddHeader("ETag", absl::StrCat("\"", config.version(), "\""));
  response.AddHeader("Cache-Control", absl::StrCat("private, max-age=", kTtlS));
  if (config.not_modified()) {
    response.status = 304;
    return absl::OkStatus();
  }
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  google::protobuf::util::MessageToJsonString(config, &response.body, options);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::ClientConfig> ClientDesk::Decide(
    const v1::GetClientConfigRequest& request) const {
  NC_ASSIGN_OR_RETURN(const scheduler::Viewer client, ClientOf(request));
  const auto snapshot = snapshots_->Current();
  const auto decision = DecideClient(*snapshot, request.publish_point(), client, clock_->Now());
  if (!decision.ok()) {
    const bool unknown = absl::IsNotFound(decision.status());
    return WithReason(decision.status(), unknown ? "PUBLISH_POINT_NOT_FOUND" : "NO_USABLE_CDN");
  }
  v1::ClientConfig config = WriteConfig(*decision);
  if (config.version() != request.known_version()) return config;
  v1::ClientConfig same;
  same.set_version(config.version());
  same.set_not_modified(true);
  same.set_ttl_s(kTtlS);
  return same;
}

absl::StatusOr<v1::ClientConfig> ClientDesk::GetClientConfig(
    const v1::GetClientConfigRequest& request) {
  auto config = Decide(request);
  auto& counter = !config.ok()             ? counters_.refused
                  : config->not_modified() ? counters_.not_modified
                                           : counters_.answered;
  counter.fetch_add(1, std::memory_order_relaxed);
  return config;
}

void RegisterJsonClient(http::Router* router, ClientDesk* desk) {
  router->Handle(http::Method::kGet, "/v1/client",
                 [desk](const http::Request& request, http::Response& response) {
                   const absl::Status status = Answer(desk, request, response);
                   if (!status.ok()) Refuse(status, response);
                 });
}

}  // namespace nearcast
