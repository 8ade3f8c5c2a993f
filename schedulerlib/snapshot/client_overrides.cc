#include "schedulerlib/snapshot/client_overrides.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace nearcast::scheduler {

std::string CanonicalName(absl::string_view name) {
  return absl::AsciiStrToLower(absl::StripSuffix(name, "."));
}

std::vector<ClientOverride> ResolveOverrides(
    const Config& config, absl::FunctionRef<NodeIndex(const std::string& name)> find_node) {
  std::vector<ClientOverride> overrides;
  for (const PrefixOverride& override : config.prefix_overrides) {
    for (const OverrideZone& zone : override.zones) {
      ClientOverride& compiled = overrides.emplace_back();
      compiled.name =
          zone.zone.empty() ? override.name : absl::StrCat(override.name, "/", zone.zone);
      for (const auto* prefixes : {&zone.prefixes, &zone.prefixes6}) {
        for (const std::string& prefix : *prefixes) {
          compiled.prefixes.push_back(*ipdb::ParseIpPrefix(prefix));
        }
      }
      compiled.location = zone.location;
      for (const std::string& node : zone.nodes) compiled.nodes.push_back(find_node(node));
      compiled.cname = CanonicalName(zone.cname);
      for (const std::string& name : override.cname_for) {
        compiled.cname_for.push_back(CanonicalName(name));
      }
    }
  }
  return overrides;
}

}  // namespace nearcast::scheduler
