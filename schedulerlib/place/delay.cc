#include "schedulerlib/place/delay.h"

#include <algorithm>

#include "schedulerlib/place/geography.h"

namespace nearcast::scheduler {
namespace {

bool Announces(const std::vector<std::string>& announces, absl::string_view isp) {
  return std::any_of(announces.begin(), announces.end(),
                     [isp](const std::string& a) { return a == "*" || a == isp; });
}

int32_t Between(int32_t near_us, int32_t far_us, double share) {
  return near_us + static_cast<int32_t>((far_us - near_us) * share);
}

}  // namespace

absl::string_view RungName(Rung rung) {
  switch (rung) {
    case Rung::kSameCityIsp:
      return "same-city-isp";
    case Rung::kSameProvinceIsp:
      return "same-province-isp";
    case Rung::kSameGroupIsp:
      return "same-group-isp";
    case Rung::kSameIsp:
      return "same-isp";
    case Rung::kFallbackIsp:
      return "fallback-isp";
    case Rung::kAcrossIsps:
      return "across-isps";
    case Rung::kAbroad:
      return "abroad";
    case Rung::kUnknownClient:
      return "unknown-client";
  }
  return "unknown";
}

Stretch StretchBetween(const ipdb::Location& client, const ipdb::Location& node,
                       const NearnessTable& nearness) {
  Stretch stretch;
  if (client.country.empty()) return stretch;
  const bool same_country = client.country == node.country;
  if (same_country && !client.region.empty() && client.region == node.region) {
    stretch.kind = Stretch::Kind::kSameProvince;
    return stretch;
  }
  const uint32_t group = nearness.GroupOf(client);
  if (group != kNoGroup && group == nearness.GroupOf(node)) {
    stretch.kind = Stretch::Kind::kSameGroup;
    return stretch;
  }
  stretch.kind = same_country ? Stretch::Kind::kSameCountry : Stretch::Kind::kAbroad;
  const auto from = FindCoordinates(client);
  const auto to = FindCoordinates(node);
  stretch.km = from && to ? DistanceKm(*from, *to) : nearness.ladder().far_km;
  return stretch;
}

IspLink LinkBetween(const ipdb::Location& client, absl::string_view node_isp,
                    const std::vector<std::string>& announces, const NearnessTable& nearness) {
  if (client.isp.empty()) return {};
  if (client.isp == node_isp) return {.kind = IspLink::Kind::kOwn};
  if (Announces(announces, client.isp)) return {.kind = IspLink::Kind::kAnnounced};
  if (const IspFallback* row = nearness.FallbackFor(client)) {
    for (const IspNext& next : row->next) {
      if (next.isp == node_isp) {
        return {.kind = IspLink::Kind::kFallback, .extra_us = next.extra_us};
      }
    }
  }
  return {};
}

Delay CombineDelay(const Stretch& stretch, bool same_city, const IspLink& link,
                   const DelayLadder& ladder) {
  using Kind = Stretch::Kind;
  Delay delay;
  if (stretch.kind == Kind::kUnknownClient) {
    delay.us = ladder.unknown_client_us;
    return delay;
  }
  if (stretch.kind == Kind::kAbroad) {
    delay.rung = Rung::kAbroad;
    delay.us =
        ladder.across_isps_near_us + static_cast<int32_t>(stretch.km * ladder.abroad_us_per_km);
    return delay;
  }
  delay.by_bgp = link.kind == IspLink::Kind::kAnnounced;
  const double share = std::clamp(stretch.km / ladder.far_km, 0.0, 1.0);
  if (link.kind == IspLink::Kind::kOther) {
    delay.rung = Rung::kAcrossIsps;
    delay.us = Between(ladder.across_isps_near_us, ladder.across_isps_far_us, share);
    return delay;
  }
  if (stretch.kind == Kind::kSameProvince) {
    delay.rung = same_city ? Rung::kSameCityIsp : Rung::kSameProvinceIsp;
    delay.us = same_city ? ladder.same_city_us : ladder.same_province_us;
  } else if (stretch.kind == Kind::kSameGroup) {
    delay.rung = Rung::kSameGroupIsp;
    delay.us = ladder.same_group_us;
  } else {
    delay.rung = Rung::kSameIsp;
    delay.us = Between(ladder.same_isp_near_us, ladder.same_isp_far_us, share);
  }
  if (link.kind == IspLink::Kind::kFallback) {
    delay.rung = Rung::kFallbackIsp;
    delay.us += link.extra_us;
  }
  return delay;
}

Delay EstimateDelay(const ipdb::Location& client, const ipdb::Location& node,
                    const std::vector<std::string>& announces, const NearnessTable& nearness) {
  const bool same_city = !client.city.empty() && client.city == node.city;
  return CombineDelay(StretchBetween(client, node, nearness), same_city,
                      LinkBetween(client, node.isp, announces, nearness), nearness.ladder());
}

}  // namespace nearcast::scheduler
