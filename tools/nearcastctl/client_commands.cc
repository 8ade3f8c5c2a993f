// client: what an app on some device is told.
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/util/json_util.h"
#include "tools/nearcastctl/all_commands.h"
#include "tools/nearcastctl/call.h"

namespace nearcast::ctl {
namespace {

std::string WriteSettings(const google::protobuf::Message& settings) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  google::protobuf::util::MessageToJsonString(settings, &json, options);
  return json;
}

void AddRows(absl::string_view use,
             const google::protobuf::RepeatedPtrField<v1::ClientConfig::Address>& addresses,
             Table& table) {
  for (const v1::ClientConfig::Address& address : addresses) {
    table.AddRow({std::string(use), address.cdn(), address.node(), address.host()});
  }
}

std::string WriteConfig(const v1::ClientConfig& config, TextStyle style) {
  std::string text = absl::StrCat(
      "Version ", Strong(config.version(), style), ", good for ", config.ttl_s(), " s\n",
      "policies  ", config.policies().empty() ? "none" : absl::StrJoin(config.policies(), ", "),
      "\nencoder   ", WriteSettings(config.encoder()), "\ndecoder   ",
      WriteSettings(config.decoder()), "\n\n");
  Table table({{"TO"}, {"CDN"}, {"NODE"}, {"ADDRESS"}});
  AddRows("push", config.push(), table);
  AddRows("play", config.play(), table);
  return absl::StrCat(text, table.Write(style));
}

ExitCode RunConfig(Call& call) {
  const absl::StatusOr<int> grade = call.GetNumber("grade", 1, 8, 0);
  if (!grade.ok()) return call.Misused(grade.status().message());
  v1::GetClientConfigRequest request;
  request.set_publish_point(call.Get("publish-point"));
  request.set_address(call.Get("ip"));
  request.set_device_id(call.Get("device-id"));
  request.set_device(call.Get("device"));
  request.set_os(call.Get("os"));
  request.set_app(call.Get("app"));
  request.set_app_version(call.Get("app-version"));
  request.set_network(call.Get("network"));
  request.set_client_class(call.Get("class"));
  request.set_network_grade(static_cast<uint32_t>(*grade));
  const auto config = call.client().GetClientConfig(request);
  if (!config.ok()) return call.Failed(config.status());
  return call.Show(*config, [&] { return WriteConfig(*config, call.world().style); });
}

}  // namespace

std::vector<Command> ClientCommands() {
  return {{.name = "client config",
           .arguments = "",
           .summary = "Shows the codecs, parameters and addresses that an app gets.",
           .details = "ClientPolicy resources decide: nearcastctl get clientpolicy.",
           .flags = {{"publish-point", 0, "NAME", "the scene", Need::kNeeded},
                     {"ip", 0, "ADDRESS", "the client's address", Need::kNeeded},
                     {"device-id", 0, "ID", "what choices and percentages stick to"},
                     {"device", 0, "NAME", "the model"},
                     {"os", 0, "TEXT", "the operating system and its version"},
                     {"app", 0, "NAME", "the app"},
                     {"app-version", 0, "VERSION", "its version"},
                     {"network", 0, "NAME", "wifi, 5g, 4g …"},
                     {"class", 0, "NAME", "the class that the caller gives it"},
                     {"grade", 0, "N", "network grade, 1 (worst) to 8 (best)"}},
           .examples = {"nearcastctl client config --publish-point demo --ip 14.215.177.39 "
                        "--os android13 --device m1"},
           .run = RunConfig}};
}

}  // namespace nearcast::ctl
