#include "schedulerlib/place/delay.h"

#include <algorithm>

#include "schedulerlib/place/geography.h"

namespace nearcast::scheduler {
namespace {

// Beyond this the table's upper bounds hold within a country: Harbin to Sanya is about as far.
constexpr double kFarKm = 3500;

constexpr int32_t kSameCityUs = 10'000;
constexpr int32_t kSameProvinceUs = 15'000;
constexpr int32_t kUnknownUs = 100'000;

// What an ISP boundary costs on top of the distance: 25–50 ms become 50–100 ms.
constexpr int32_t kAcrossNearUs = 50'000;
constexpr int32_t kAcrossFarUs = 100'000;
constexpr int32_t kSameIspNearUs = 25'000;
constexpr int32_t kSameIspFarUs = 50'000;

// Between countries: light in fibre needs 1 ms of round trip per 100 km, real routes about half as
// much again, and the exchange between carriers stands as the table's nearest cross-ISP case. At
// most what halfway around the world costs.
constexpr int32_t kAbroadUsPerKm = 15;

bool Announces(const std::vector<std::string>& announces, absl::string_view isp) {
  return std::any_of(announces.begin(), announces.end(),
                     [isp](const std::string& a) { return a == "*" || a == isp; });
}

// Kilometres between the two, or kFarKm when either place is unknown.
double DistanceOrFar(const ipdb::Location& a, const ipdb::Location& b) {
  const auto from = FindCoordinates(a);
  const auto to = FindCoordinates(b);
  return from && to ? DistanceKm(*from, *to) : kFarKm;
}

int32_t Between(int32_t near_us, int32_t far_us, double km) {
  const double share = std::clamp(km / kFarKm, 0.0, 1.0);
  return near_us + static_cast<int32_t>((far_us - near_us) * share);
}

}  // namespace

absl::string_view RungName(Rung rung) {
  switch (rung) {
    case Rung::kSameCityIsp:
      return "same-city-isp";
    case Rung::kSameProvinceIsp:
      return "same-province-isp";
    case Rung::kSameIsp:
      return "same-isp";
    case Rung::kAcrossIsps:
      return "across-isps";
    case Rung::kAbroad:
      return "abroad";
    case Rung::kUnknownClient:
      return "unknown-client";
  }
  return "unknown";
}

Delay EstimateDelay(const ipdb::Location& client, const ipdb::Location& node,
                    const std::vector<std::string>& announces) {
  Delay delay;
  if (client.country.empty()) {
    delay.us = kUnknownUs;
    return delay;
  }
  const double km = DistanceOrFar(client, node);
  if (client.country != node.country) {
    delay.rung = Rung::kAbroad;
    delay.us = kAcrossNearUs + static_cast<int32_t>(km * kAbroadUsPerKm);
    return delay;
  }
  const bool own_isp = !client.isp.empty() && client.isp == node.isp;
  delay.by_bgp = !own_isp && !client.isp.empty() && Announces(announces, client.isp);
  const bool same_province = !client.region.empty() && client.region == node.region;
  const bool same_city = same_province && !client.city.empty() && client.city == node.city;
  if (!own_isp && !delay.by_bgp) {
    delay.rung = Rung::kAcrossIsps;
    delay.us = same_province ? kAcrossNearUs : Between(kAcrossNearUs, kAcrossFarUs, km);
  } else if (same_city) {
    delay.rung = Rung::kSameCityIsp;
    delay.us = kSameCityUs;
  } else if (same_province) {
    delay.rung = Rung::kSameProvinceIsp;
    delay.us = kSameProvinceUs;
  } else {
    delay.rung = Rung::kSameIsp;
    delay.us = Between(kSameIspNearUs, kSameIspFarUs, km);
  }
  return delay;
}

}  // namespace nearcast::scheduler
