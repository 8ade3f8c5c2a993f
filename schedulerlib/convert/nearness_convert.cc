#include "schedulerlib/convert/nearness_convert.h"

#include <map>
#include <vector>

#include "absl/strings/str_cat.h"

namespace nearcast::scheduler {
namespace {

using AddProblem = absl::FunctionRef<void(absl::string_view, absl::string_view)>;

std::vector<std::string> Strings(const google::protobuf::RepeatedPtrField<std::string>& from) {
  return {from.begin(), from.end()};
}

ipdb::Location LocationOf(const v1::Location& from) {
  return {from.country(), from.region(), from.city(), from.isp()};
}

// 0 leaves the default; more than an hour cannot be meant, and Validate will say so.
void SetMs(int32_t& to_us, uint32_t from_ms) {
  constexpr uint32_t kMsMax = 3'600'000 / 2;
  if (from_ms != 0) to_us = static_cast<int32_t>(from_ms < kMsMax ? from_ms : kMsMax) * 1000;
}

DelayLadder LadderOf(const v1::NearnessPolicy::Delays& from) {
  DelayLadder to;
  SetMs(to.same_city_us, from.same_city_ms());
  SetMs(to.same_province_us, from.same_province_ms());
  SetMs(to.same_group_us, from.same_group_ms());
  SetMs(to.same_isp_near_us, from.same_isp_near_ms());
  SetMs(to.same_isp_far_us, from.same_isp_far_ms());
  SetMs(to.across_isps_near_us, from.across_isps_near_ms());
  SetMs(to.across_isps_far_us, from.across_isps_far_ms());
  SetMs(to.unknown_client_us, from.unknown_client_ms());
  if (from.abroad_us_per_km() != 0) {
    to.abroad_us_per_km = static_cast<int32_t>(from.abroad_us_per_km());
  }
  if (from.far_km() != 0) to.far_km = static_cast<int32_t>(from.far_km());
  return to;
}

IspFallback FallbackOf(const v1::NearnessPolicy::IspFallback& from) {
  constexpr int32_t kStepUs = 10'000;
  IspFallback to{.match = LocationOf(from.match()), .group = from.group(), .next = {}};
  for (const v1::NearnessPolicy::IspFallback::Next& next : from.next()) {
    IspNext& isp = to.next.emplace_back();
    isp.isp = next.isp();
    isp.extra_us = static_cast<int32_t>(to.next.size()) * kStepUs;
    SetMs(isp.extra_us, next.extra_ms());
  }
  return to;
}

// What a target and the override's own fields have in common.
template <typename From>
void SetTarget(OverrideZone& to, const From& from) {
  to.location = LocationOf(from.location());
  to.nodes = Strings(from.nodes());
  to.cname = from.cname();
}

void AddZones(const v1::PrefixOverride& from,
              const google::protobuf::Map<std::string, v1::CoverageFile::Zone>& zones, bool deep,
              PrefixOverride& to, AddProblem problem) {
  const std::map<std::string, v1::CoverageFile::Zone> sorted(zones.begin(), zones.end());
  for (const auto& [name, zone] : sorted) {
    OverrideZone& added = to.zones.emplace_back();
    added.zone = name;
    added.deep = deep;
    added.prefixes = Strings(zone.network());
    added.prefixes6 = Strings(zone.network6());
    const auto target = from.zones().find(name);
    if (target != from.zones().end()) {
      SetTarget(added, target->second);
    } else if (zone.caches_size() > 0) {
      added.nodes = Strings(zone.caches());
      added.by_caches = true;
    } else {
      problem(absl::StrCat("spec.coverage.", deep ? "deepCoverageZones." : "coverageZones.", name),
              absl::StrCat("has no target; say under spec.zones what \"", name,
                           "\" gets: a location, nodes or a cname"));
    }
  }
}

}  // namespace

NearnessPolicy NearnessPolicyOf(const std::string& name, const v1::NearnessPolicy& from) {
  NearnessPolicy to;
  to.name = name;
  to.delays = LadderOf(from.delays());
  to.nearest_only = from.nearest_only();
  for (const v1::NearnessPolicy::RegionGroup& group : from.region_groups()) {
    RegionGroup& added = to.region_groups.emplace_back();
    added.name = group.name();
    for (const v1::Location& place : group.places()) added.places.push_back(LocationOf(place));
  }
  for (const v1::NearnessPolicy::IspFallback& row : from.isp_fallbacks()) {
    to.isp_fallbacks.push_back(FallbackOf(row));
  }
  return to;
}

PrefixOverride PrefixOverrideOf(const std::string& name, const v1::PrefixOverride& from,
                                AddProblem problem) {
  PrefixOverride to;
  to.name = name;
  to.cname_for = Strings(from.cname_for());
  if (from.prefixes_size() > 0 || !from.has_coverage()) {
    OverrideZone& own = to.zones.emplace_back();
    own.prefixes = Strings(from.prefixes());
    SetTarget(own, from);
  }
  const v1::CoverageFile& file = from.coverage();
  AddZones(from, file.coveragezones(), false, to, problem);
  AddZones(from, file.deepcoveragezones(), true, to, problem);
  for (const auto& [zone, target] : from.zones()) {
    if (file.coveragezones().count(zone) + file.deepcoveragezones().count(zone) > 0) continue;
    problem(absl::StrCat("spec.zones.", zone), "is no zone of spec.coverage");
  }
  return to;
}

}  // namespace nearcast::scheduler
