// switch: what is turned off or overridden at once.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/reflection.h"
#include "tools/nearcastctl/all_commands.h"
#include "tools/nearcastctl/call.h"
#include "tools/nearcastctl/change_report.h"
#include "tools/nearcastctl/quantity_text.h"
#include "tools/nearcastctl/table.h"

namespace nearcast::ctl {
namespace {

// A flag for each list of Match, called as the field in the singular.
const std::vector<std::pair<const char*, const char*>>& MatchLists() {
  static const auto* lists = new std::vector<std::pair<const char*, const char*>>{
      {"app", "apps"},          {"os", "oses"},
      {"device", "devices"},    {"network", "networks"},
      {"country", "countries"}, {"region", "regions"},
      {"isp", "isps"},          {"publish-point", "publish_points"},
      {"stream", "streams"},    {"class", "viewer_classes"}};
  return *lists;
}

void FillList(const std::string& values, const char* field, v1::Match* match) {
  const auto* descriptor = v1::Match::descriptor()->FindFieldByName(field);
  for (const absl::string_view value : absl::StrSplit(values, ',')) {
    match->GetReflection()->AddString(match, descriptor, std::string(value));
  }
}

absl::Status FillMatch(const Call& call, v1::Match* match) {
  for (const auto& [flag, field] : MatchLists()) {
    if (call.Has(flag)) FillList(call.Get(flag), field, match);
  }
  match->set_app_version_min(call.Get("version-from"));
  match->set_app_version_max(call.Get("version-to"));
  const auto percent = call.GetNumber("percent", 1, 100, 0);
  if (!percent.ok()) return percent.status();
  match->set_percent(*percent);
  return absl::OkStatus();
}

void FillOverride(const Call& call, v1::Switch* item) {
  if (call.Has("tier")) item->mutable_override()->set_default_tier(call.Get("tier"));
  if (call.Has("main")) item->mutable_override()->set_main_cdn(call.Get("main"));
  if (call.Has("backup")) item->mutable_override()->set_backup_cdn(call.Get("backup"));
}

absl::Status FillExpiry(const Call& call, v1::Switch* item) {
  if (!call.Has("for")) return absl::OkStatus();
  absl::Duration duration;
  if (!absl::ParseDuration(call.Get("for"), &duration) || duration <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--for: \"", call.Get("for"), "\" is no time; write 30m, 2h or 1h30m"));
  }
  item->mutable_expire_time()->set_seconds(absl::ToUnixSeconds(call.world().now + duration));
  return absl::OkStatus();
}

absl::Status FillSwitch(const Call& call, v1::Switch* item) {
  for (const std::string& off : call.GetAll("off")) {
    for (const absl::string_view target : absl::StrSplit(off, ',')) {
      item->add_off(std::string(target));
    }
  }
  FillOverride(call, item);
  if (item->off().empty() && !item->has_override()) {
    return absl::InvalidArgumentError(
        "nothing is switched: give --off, --tier, --main or --backup");
  }
  if (absl::Status status = FillMatch(call, item->mutable_match()); !status.ok()) return status;
  const auto priority = call.GetNumber("priority", 1, 1'000'000, 0);
  if (!priority.ok()) return priority.status();
  item->set_priority(*priority);
  return FillExpiry(call, item);
}

ExitCode RunSet(Call& call) {
  v1::ApplyRequest request;
  v1::Resource* resource = request.add_resources();
  resource->set_name(call.Argument(0));
  const absl::Status filled = FillSwitch(call, resource->mutable_switch_());
  if (!filled.ok()) return call.Misused(filled.message());
  request.set_validate_only(call.Has("dry-run"));
  call.FillNote(request.mutable_note());
  return ReportChange(call, call.client().Apply(request));
}

ExitCode RunClear(Call& call) {
  v1::DeleteResourceRequest request;
  request.set_kind("Switch");
  request.set_name(call.Argument(0));
  request.set_validate_only(call.Has("dry-run"));
  call.FillNote(request.mutable_note());
  return ReportChange(call, call.client().DeleteResource(request));
}

std::string MatchText(const v1::Match& match) {
  std::vector<std::string> parts;
  for (const auto& [flag, field] : MatchLists()) {
    const auto* descriptor = v1::Match::descriptor()->FindFieldByName(field);
    const auto& values = match.GetReflection()->GetRepeatedFieldRef<std::string>(match, descriptor);
    if (values.empty()) continue;
    parts.push_back(absl::StrCat(flag, "=", absl::StrJoin(values.begin(), values.end(), ",")));
  }
  if (!match.app_version_min().empty() || !match.app_version_max().empty()) {
    parts.push_back(
        absl::StrCat("version=", match.app_version_min(), "..", match.app_version_max()));
  }
  if (match.percent() > 0) parts.push_back(absl::StrCat(match.percent(), "%"));
  return parts.empty() ? "everyone" : absl::StrJoin(parts, " ");
}

std::string EffectText(const v1::Switch& item) {
  std::vector<std::string> parts;
  for (const std::string& off : item.off()) parts.push_back(absl::StrCat(off, " off"));
  const v1::Switch::Override& set = item.override();
  const auto add = [&parts](absl::string_view what, const std::string& value) {
    if (!value.empty()) parts.push_back(absl::StrCat(what, "=", value));
  };
  add("tier", set.default_tier());
  add("main", set.main_cdn());
  add("backup", set.backup_cdn());
  for (const auto& [key, value] : set.sdk_params()) add(key, value);
  return absl::StrJoin(parts, ", ");
}

std::string ExpiryText(const v1::Switch& item, absl::Time now) {
  if (item.disabled()) return "disabled";
  if (!item.has_expire_time()) return "stays";
  const absl::Time until = ParseTime(item.expire_time());
  return until <= now ? "expired" : WriteTime(item.expire_time());
}

ExitCode RunList(Call& call) {
  v1::ListResourcesRequest request;
  request.set_kind("Switch");
  const auto list = call.client().ListResources(request);
  if (!list.ok()) return call.Failed(list.status());
  return call.Show(*list, [&] {
    Table table({{"SWITCH"}, {"FOR"}, {"DOES"}, {"UNTIL"}});
    for (const v1::Resource& resource : list->resources()) {
      const v1::Switch& item = resource.switch_();
      table.AddRow({resource.name(), MatchText(item.match()), EffectText(item),
                    ExpiryText(item, call.world().now)});
    }
    return table.empty() ? std::string("none\n") : table.Write(call.world().style);
  });
}

}  // namespace

std::vector<Command> SwitchCommands() {
  return {
      {.name = "switch set",
       .arguments = "NAME",
       .summary = "Turns something off, or overrides it, at once.",
       .details = "--off takes KIND/NAME: tier/uhd, codec/h265, format/lls, cdn/NAME, node/NAME, "
                  "stream/NAME, ratio_rule/NAME, quality_rule/NAME, client_policy/NAME, "
                  "latency_policy/NAME, feature/NAME. Everyone is meant when no flag says for "
                  "whom; a value may end in \"*\". The switch is made "
                  "or replaced.",
       .flags = ChangeFlags({{"off", 0, "KIND/NAME[,…]", "what is off"},
                             {"tier", 0, "TIER", "what players open with"},
                             {"main", 0, "CDN", "the main line's CDN"},
                             {"backup", 0, "CDN", "the backup line's CDN"},
                             {"for", 0, "TIME", "how long: 30m, 2h (else until it is cleared)"},
                             {"priority", 0, "N", "the greater one's override counts"},
                             {"app", 0, "NAME[,…]", "only these apps"},
                             {"version-from", 0, "VERSION", "only from this app version"},
                             {"version-to", 0, "VERSION", "only up to this app version"},
                             {"os", 0, "NAME[,…]", "only these systems"},
                             {"device", 0, "NAME[,…]", "only these models"},
                             {"network", 0, "NAME[,…]", "only these networks"},
                             {"country", 0, "CODE[,…]", "only viewers of these countries"},
                             {"region", 0, "CODE[,…]", "only viewers of these regions"},
                             {"isp", 0, "NAME[,…]", "only viewers of these ISPs"},
                             {"publish-point", 0, "NAME[,…]", "only these publish points"},
                             {"stream", 0, "NAME[,…]", "only these streams"},
                             {"class", 0, "NAME[,…]", "only these classes of viewers"},
                             {"percent", 0, "N", "only this share of the viewers"}}),
       .examples = {"nearcastctl switch set no-h265 --off codec/h265 --device \"phone-15*\" --for "
                    "2h",
                    "nearcastctl switch set save-bandwidth --tier sd --region 440000",
                    "nearcastctl switch set leave-a --off cdn/vendor-a --isp chinaunicom --percent "
                    "50"},
       .run = RunSet},
      {.name = "switch clear",
       .arguments = "NAME",
       .summary = "Takes a switch away.",
       .details = "",
       .flags = ChangeFlags({}),
       .examples = {"nearcastctl switch clear no-h265"},
       .run = RunClear},
      {.name = "switch list",
       .arguments = "",
       .summary = "Shows what is switched, for whom and until when.",
       .details = "",
       .flags = {},
       .examples = {"nearcastctl switch list"},
       .run = RunList},
  };
}

}  // namespace nearcast::ctl
