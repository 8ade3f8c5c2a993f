// The delay model: what a client of one place pays to reach a node of another, when nobody has
// measured it.
//
// Source: seed 000 §1: same city and ISP below 15 ms, another province of the same ISP 25–50 ms,
// across ISPs 50–100 ms; a BGP node is near to every ISP that it announces to. The values, region
// groups and the ISP × province fallback matrix are a NearnessPolicy's. Distances are between
// provincial capitals or countries' centres (geography.h).
#ifndef SCHEDULERLIB_PLACE_DELAY_H_
#define SCHEDULERLIB_PLACE_DELAY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ipdb/location.h"
#include "schedulerlib/place/nearness_table.h"

namespace nearcast::scheduler {

// Which step of the ladder a cost stands on, from the nearest.
enum class Rung : uint8_t {
  kSameCityIsp,
  kSameProvinceIsp,
  kSameGroupIsp,   // another province of the same region group
  kSameIsp,        // another province
  kFallbackIsp,    // an ISP that the fallback matrix names for the client's
  kAcrossIsps,     // same country or group, or an unknown ISP on either side
  kAbroad,         // another country
  kUnknownClient,  // the IP database does not know the client
};

// "same-city-isp" … as in explanations.
absl::string_view RungName(Rung rung);

struct Delay {
  Rung rung = Rung::kUnknownClient;
  // The ISP penalty was waived because the node announces to the client's ISP.
  bool by_bgp = false;
  // `us` was measured; `rung` is what the table says.
  bool measured = false;
  // Round trip, microseconds.
  int32_t us = 0;

  friend bool operator==(const Delay&, const Delay&) = default;
};

// How the provinces of a client and a node lie to each other, whatever their ISPs.
struct Stretch {
  enum class Kind : uint8_t { kSameProvince, kSameGroup, kSameCountry, kAbroad, kUnknownClient };
  Kind kind = Kind::kUnknownClient;
  double km = 0;  // of kSameCountry and kAbroad
};
Stretch StretchBetween(const ipdb::Location& client, const ipdb::Location& node,
                       const NearnessTable& nearness);

// What lies between a client's ISP and a node's.
struct IspLink {
  enum class Kind : uint8_t { kOwn, kAnnounced, kFallback, kOther };
  Kind kind = Kind::kOther;
  int32_t extra_us = 0;  // of kFallback
};
// `announces` lists the ISPs that the node announces to besides its own; "*" = all.
IspLink LinkBetween(const ipdb::Location& client, absl::string_view node_isp,
                    const std::vector<std::string>& announces, const NearnessTable& nearness);

// `same_city` counts only within a province.
Delay CombineDelay(const Stretch& stretch, bool same_city, const IspLink& link,
                   const DelayLadder& ladder);

// All three together.
Delay EstimateDelay(const ipdb::Location& client, const ipdb::Location& node,
                    const std::vector<std::string>& announces,
                    const NearnessTable& nearness = NearnessTable());

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_DELAY_H_
