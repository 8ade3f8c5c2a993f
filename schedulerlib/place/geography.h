// Where places are, well enough to order them: provincial capitals of China, centres of other
// countries.
#ifndef SCHEDULERLIB_PLACE_GEOGRAPHY_H_
#define SCHEDULERLIB_PLACE_GEOGRAPHY_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "ipdb/location.h"

namespace nearcast::scheduler {

struct Coordinates {
  double latitude_deg = 0;
  double longitude_deg = 0;
};

// Of the province where country is CN and the region is known, else of the country. Nothing for an
// unknown country.
std::optional<Coordinates> FindCoordinates(const ipdb::Location& location);

// Great-circle distance on a sphere of 6371 km.
double DistanceKm(const Coordinates& a, const Coordinates& b);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_GEOGRAPHY_H_
