#include "schedulerlib/config/nearness.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "schedulerlib/zone/dns_name.h"

namespace nearcast::scheduler {
namespace {

// A minute: longer round trips are typing errors.
constexpr int32_t kDelayUsMax = 60'000'000;

void ValidateLadder(const DelayLadder& ladder, AddProblem add) {
  const std::pair<const char*, int32_t> kSteps[] = {
      {"same_city_ms", ladder.same_city_us},
      {"same_province_ms", ladder.same_province_us},
      {"same_group_ms", ladder.same_group_us},
      {"same_isp_near_ms", ladder.same_isp_near_us},
      {"same_isp_far_ms", ladder.same_isp_far_us},
      {"across_isps_near_ms", ladder.across_isps_near_us},
      {"across_isps_far_ms", ladder.across_isps_far_us},
      {"unknown_client_ms", ladder.unknown_client_us}};
  const std::pair<const char*, int32_t>* below = nullptr;
  for (const auto& step : kSteps) {
    const std::string path = absl::StrCat("spec.delays.", step.first);
    if (step.second > kDelayUsMax) add(path, "must be at most 60000 (a minute)");
    const bool is_ladder = &step != std::end(kSteps) - 1;
    if (below != nullptr && is_ladder && step.second < below->second) {
      add(path, absl::StrCat("is ", step.second / 1000, " ms, less than ", below->first, " (",
                             below->second / 1000, " ms); the ladder must not descend"));
    }
    below = &step;
  }
  if (ladder.abroad_us_per_km < 0 || ladder.abroad_us_per_km > 1000) {
    add("spec.delays.abroad_us_per_km", "must be at most 1000");
  }
  if (ladder.far_km < 1 || ladder.far_km > 20'100) {
    add("spec.delays.far_km", "must be 1 to 20100 (half around the world)");
  }
}

void ValidateGroups(const NearnessPolicy& policy, AddProblem add) {
  std::set<std::string> names;
  std::set<std::pair<std::string, std::string>> places;
  for (size_t i = 0; i < policy.region_groups.size(); ++i) {
    const RegionGroup& group = policy.region_groups[i];
    const std::string path = absl::StrCat("spec.region_groups[", i, "]");
    if (group.name.empty()) add(absl::StrCat(path, ".name"), "is empty");
    if (!names.insert(group.name).second) add(absl::StrCat(path, ".name"), "is there twice");
    for (size_t j = 0; j < group.places.size(); ++j) {
      const ipdb::Location& place = group.places[j];
      const std::string at = absl::StrCat(path, ".places[", j, "]");
      if (place.country.empty() || !place.city.empty() || !place.isp.empty()) {
        add(at, "takes a country, or a country and a region, and nothing else");
      } else if (!places.insert({place.country, place.region}).second) {
        add(at, absl::StrCat("is in a group already: ", place.country, " ", place.region));
      }
    }
  }
}

void ValidateFallbacks(const NearnessPolicy& policy, AddProblem add) {
  std::set<std::tuple<std::string, std::string, std::string, std::string>> rows;
  for (size_t i = 0; i < policy.isp_fallbacks.size(); ++i) {
    const IspFallback& row = policy.isp_fallbacks[i];
    const std::string path = absl::StrCat("spec.isp_fallbacks[", i, "]");
    if (row.match.isp.empty()) add(absl::StrCat(path, ".match.isp"), "is empty");
    if (!row.match.city.empty()) add(absl::StrCat(path, ".match.city"), "must be empty");
    if (!row.match.region.empty() && row.match.country.empty()) {
      add(absl::StrCat(path, ".match.country"), "is empty; a region is one of a country");
    }
    const bool has_group =
        std::any_of(policy.region_groups.begin(), policy.region_groups.end(),
                    [&row](const RegionGroup& group) { return group.name == row.group; });
    if (!row.group.empty() && !has_group) {
      add(absl::StrCat(path, ".group"),
          absl::StrCat("names group \"", row.group, "\", which is not in spec.region_groups"));
    }
    if (!row.group.empty() && !row.match.country.empty()) {
      add(path, "takes a country or a group, and not both");
    }
    if (row.next.empty()) add(absl::StrCat(path, ".next"), "is empty");
    for (size_t j = 0; j < row.next.size(); ++j) {
      const std::string at = absl::StrCat(path, ".next[", j, "]");
      if (row.next[j].isp.empty()) add(absl::StrCat(at, ".isp"), "is empty");
      if (row.next[j].isp == row.match.isp) add(absl::StrCat(at, ".isp"), "is the clients' own");
      if (row.next[j].extra_us > kDelayUsMax) {
        add(absl::StrCat(at, ".extra_ms"), "must be at most 60000 (a minute)");
      }
    }
    if (!rows.insert({row.match.isp, row.match.country, row.match.region, row.group}).second) {
      add(path, "has the same clients as a row before");
    }
  }
}

std::string CoveragePath(const OverrideZone& zone) {
  return absl::StrCat("spec.coverage.", zone.deep ? "deepCoverageZones." : "coverageZones.",
                      zone.zone);
}

std::string PrefixPath(const OverrideZone& zone, bool is_v6, size_t index) {
  if (zone.zone.empty()) return absl::StrCat("spec.prefixes[", index, "]");
  return absl::StrCat(CoveragePath(zone), is_v6 ? ".network6[" : ".network[", index, "]");
}

std::string NodePath(const OverrideZone& zone, size_t index) {
  if (zone.by_caches) return absl::StrCat(CoveragePath(zone), ".caches[", index, "]");
  return absl::StrCat(zone.zone.empty() ? "spec" : absl::StrCat("spec.zones.", zone.zone),
                      ".nodes[", index, "]");
}

void ValidatePrefixes(const PrefixOverride& override, const OverrideZone& zone, bool is_v6,
                      std::map<ipdb::IpPrefix, std::string>& seen, AddProblem add) {
  const std::vector<std::string>& prefixes = is_v6 ? zone.prefixes6 : zone.prefixes;
  for (size_t i = 0; i < prefixes.size(); ++i) {
    const std::string path = PrefixPath(zone, is_v6, i);
    const absl::StatusOr<ipdb::IpPrefix> prefix = ipdb::ParseIpPrefix(prefixes[i]);
    if (!prefix.ok()) {
      add(path, prefix.status().message());
      continue;
    }
    const auto [before, is_new] =
        seen.try_emplace(*prefix, absl::StrCat("PrefixOverride/", override.name, ": ", path));
    if (!is_new) add(path, absl::StrCat("is overridden already, at ", before->second));
  }
}

// Names of zones' own ("live.example") and others, fully qualified.
std::string FullName(const Domain& domain, const ScheduledName& name) {
  return absl::AsciiStrToLower(name.name == "@" ? domain.name
                                                : absl::StrCat(name.name, ".", domain.name));
}

void ValidateCnameFor(const Config& config, const PrefixOverride& override, AddProblem add) {
  for (size_t i = 0; i < override.cname_for.size(); ++i) {
    const std::string path = absl::StrCat("spec.cname_for[", i, "]");
    const std::string wanted = absl::AsciiStrToLower(override.cname_for[i]);
    bool is_known = false;
    for (const Domain& domain : config.domains) {
      for (const ScheduledName& name : domain.scheduled_names) {
        is_known |= name.name != "@" && FullName(domain, name) == wanted;
      }
    }
    if (!is_known) {
      add(path, absl::StrCat("is no scheduled name below a zone's own: \"", override.cname_for[i],
                             "\" (write it whole, without a dot at the end)"));
    }
  }
}

void ValidateTarget(const Config& config, const OverrideZone& zone, AddProblem add) {
  const std::string path = zone.zone.empty() ? "spec" : absl::StrCat("spec.zones.", zone.zone);
  for (size_t i = 0; i < zone.nodes.size(); ++i) {
    const bool is_known = std::any_of(config.nodes.begin(), config.nodes.end(),
                                      [&](const Node& node) { return node.name == zone.nodes[i]; });
    if (is_known) continue;
    add(NodePath(zone, i),
        absl::StrCat("names Node \"", zone.nodes[i], "\", which does not exist"));
  }
  if (!zone.cname.empty() && !zone::ParseDnsName(zone.cname).ok()) {
    add(absl::StrCat(path, ".cname"), absl::StrCat("is not a domain name: \"", zone.cname, "\""));
  }
  if (zone.zone.empty() && zone.location == ipdb::Location() && zone.nodes.empty() &&
      zone.cname.empty()) {
    add("spec", "has no target; give a location, nodes or a cname");
  }
}

}  // namespace

void ValidateNearness(const Config& config, const NearnessPolicy& policy, AddProblem add) {
  if (config.nearness_policies.size() > 1 && &policy != &config.nearness_policies.front()) {
    add("name", absl::StrCat("is a second NearnessPolicy beside \"",
                             config.nearness_policies.front().name, "\"; keep one of them"));
  }
  ValidateLadder(policy.delays, add);
  ValidateGroups(policy, add);
  ValidateFallbacks(policy, add);
}

void ValidateOverride(const Config& config, const PrefixOverride& override,
                      std::map<ipdb::IpPrefix, std::string>& seen, AddProblem add) {
  for (const OverrideZone& zone : override.zones) {
    if (zone.zone.empty() && zone.prefixes.empty()) {
      add("spec.prefixes", "is empty; give prefixes, or a coverage file");
    }
    ValidatePrefixes(override, zone, false, seen, add);
    ValidatePrefixes(override, zone, true, seen, add);
    ValidateTarget(config, zone, add);
  }
  if (seen.size() > kOverridePrefixesMax) {
    add("spec", absl::StrCat("makes more than ", kOverridePrefixesMax, " prefixes in all"));
  }
  ValidateCnameFor(config, override, add);
}

}  // namespace nearcast::scheduler
