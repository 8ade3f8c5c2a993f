// The delay model: what a client of one place pays to reach a node of another, when nobody has
// measured it.
//
// Source: seed 000 §1: same city and ISP below 15 ms, another province of the same ISP 25–50 ms,
// across ISPs 50–100 ms; a BGP node is near to every ISP that it announces to. Distances are
// between provincial capitals or countries' centres (geography.h).
#ifndef SCHEDULERLIB_PLACE_DELAY_H_
#define SCHEDULERLIB_PLACE_DELAY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ipdb/location.h"

namespace nearcast::scheduler {

// Which step of the ladder a cost stands on, from the nearest.
enum class Rung : uint8_t {
  kSameCityIsp,
  kSameProvinceIsp,
  kSameIsp,        // another province
  kAcrossIsps,     // same country, or an unknown ISP on either side
  kAbroad,         // another country
  kUnknownClient,  // the IP database does not know the client
};

// "same-city-isp" … as in explanations.
absl::string_view RungName(Rung rung);

struct Delay {
  Rung rung = Rung::kUnknownClient;
  // The ISP penalty was waived because the node announces to the client's ISP.
  bool by_bgp = false;
  // Round trip, microseconds.
  int32_t us = 0;
};

// `announces` lists the ISPs that the node announces to besides its own; "*" = all.
Delay EstimateDelay(const ipdb::Location& client, const ipdb::Location& node,
                    const std::vector<std::string>& announces);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_DELAY_H_
