// Location: where an address is, in canonical codes. NameTable turns the many names of the sources
// into these.
#ifndef IPDB_LOCATION_H_
#define IPDB_LOCATION_H_

#include <algorithm>
#include <compare>
#include <cstddef>
#include <ostream>
#include <string>
#include <utility>

namespace nearcast::ipdb {

// Sources refuse longer fields.
inline constexpr size_t kLocationFieldBytesMax = 255;

// Every field may be "", which means unknown. Ordered field by field, so the unknown location comes
// first.
struct Location {
  std::string country;  // ISO 3166-1 alpha-2: "CN".
  std::string region;   // In China the administrative code of GB/T 2260: "440000"; elsewhere ISO
                        // 3166-2's last part: "CA".
  std::string city;  // In China the administrative code: "440100"; elsewhere the source's own name.
  std::string
      isp;  // A code of deploy/names/isp.csv: "chinatelecom"; else the source's name as a slug.

  friend auto operator<=>(const Location&, const Location&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Location& location) {
    return out << location.country << ',' << location.region << ',' << location.city << ','
               << location.isp;
  }
  template <typename H>
  friend H AbslHashValue(H h, const Location& location) {
    return H::combine(std::move(h), location.country, location.region, location.city, location.isp);
  }
};

inline bool HasOverlongField(const Location& location) {
  return std::max({location.country.size(), location.region.size(), location.city.size(),
                   location.isp.size()}) > kLocationFieldBytesMax;
}

// `over` laid on `base`: a field that `over` has replaces that of `base`, and what `over` leaves
// open stays. A new country also closes the old region and city, and a new region the old city:
// they lie in a place that is no longer meant. So an ISP file fills in the isp alone, and a
// corrected country never keeps a foreign city.
inline Location Overlay(const Location& base, const Location& over) {
  Location result = base;
  if (!over.country.empty() && over.country != base.country) {
    result = {.country = over.country, .region = "", .city = "", .isp = base.isp};
  }
  if (!over.region.empty() && over.region != result.region) {
    result.region = over.region;
    result.city.clear();
  }
  if (!over.city.empty()) result.city = over.city;
  if (!over.isp.empty()) result.isp = over.isp;
  return result;
}

}  // namespace nearcast::ipdb

#endif  // IPDB_LOCATION_H_
