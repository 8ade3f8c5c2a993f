#include "schedulerlib/place/geography.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace nearcast::scheduler {
namespace {

struct Entry {
  absl::string_view code;
  float latitude_deg;
  float longitude_deg;
};

// Provincial capitals, by administrative code (GB/T 2260).
constexpr Entry kProvinces[] = {
    {"110000", 39.90f, 116.40f}, {"120000", 39.13f, 117.20f}, {"130000", 38.04f, 114.51f},
    {"140000", 37.87f, 112.55f}, {"150000", 40.84f, 111.75f}, {"210000", 41.80f, 123.43f},
    {"220000", 43.88f, 125.32f}, {"230000", 45.75f, 126.64f}, {"310000", 31.23f, 121.47f},
    {"320000", 32.06f, 118.80f}, {"330000", 30.27f, 120.15f}, {"340000", 31.82f, 117.23f},
    {"350000", 26.07f, 119.30f}, {"360000", 28.68f, 115.86f}, {"370000", 36.65f, 117.12f},
    {"410000", 34.75f, 113.62f}, {"420000", 30.59f, 114.31f}, {"430000", 28.23f, 112.94f},
    {"440000", 23.13f, 113.26f}, {"450000", 22.82f, 108.37f}, {"460000", 20.04f, 110.20f},
    {"500000", 29.56f, 106.55f}, {"510000", 30.57f, 104.07f}, {"520000", 26.65f, 106.63f},
    {"530000", 25.04f, 102.72f}, {"540000", 29.65f, 91.14f},  {"610000", 34.34f, 108.94f},
    {"620000", 36.06f, 103.83f}, {"630000", 36.62f, 101.78f}, {"640000", 38.49f, 106.23f},
    {"650000", 43.83f, 87.62f},  {"710000", 25.03f, 121.57f}, {"810000", 22.32f, 114.17f},
    {"820000", 22.20f, 113.54f},
};

// Where most of a country's network is, roughly: its largest city or its centre. ISO 3166-1
// alpha-2, sorted.
constexpr Entry kCountries[] = {
    {"AE", 25.2f, 55.3f},   {"AF", 34.5f, 69.2f},   {"AL", 41.3f, 19.8f},   {"AM", 40.2f, 44.5f},
    {"AO", -8.8f, 13.2f},   {"AR", -34.6f, -58.4f}, {"AT", 48.2f, 16.4f},   {"AU", -33.9f, 151.2f},
    {"AZ", 40.4f, 49.9f},   {"BA", 43.9f, 18.4f},   {"BD", 23.8f, 90.4f},   {"BE", 50.8f, 4.4f},
    {"BG", 42.7f, 23.3f},   {"BH", 26.2f, 50.6f},   {"BN", 4.9f, 114.9f},   {"BO", -16.5f, -68.1f},
    {"BR", -23.5f, -46.6f}, {"BT", 27.5f, 89.6f},   {"BY", 53.9f, 27.6f},   {"CA", 43.7f, -79.4f},
    {"CD", -4.3f, 15.3f},   {"CH", 47.4f, 8.5f},    {"CI", 5.3f, -4.0f},    {"CL", -33.4f, -70.7f},
    {"CM", 3.9f, 11.5f},    {"CN", 34.8f, 113.6f},  {"CO", 4.7f, -74.1f},   {"CR", 9.9f, -84.1f},
    {"CU", 23.1f, -82.4f},  {"CY", 35.2f, 33.4f},   {"CZ", 50.1f, 14.4f},   {"DE", 50.1f, 8.7f},
    {"DK", 55.7f, 12.6f},   {"DO", 18.5f, -69.9f},  {"DZ", 36.8f, 3.1f},    {"EC", -0.2f, -78.5f},
    {"EE", 59.4f, 24.8f},   {"EG", 30.0f, 31.2f},   {"ES", 40.4f, -3.7f},   {"ET", 9.0f, 38.7f},
    {"FI", 60.2f, 24.9f},   {"FJ", -18.1f, 178.4f}, {"FR", 48.9f, 2.4f},    {"GB", 51.5f, -0.1f},
    {"GE", 41.7f, 44.8f},   {"GH", 5.6f, -0.2f},    {"GR", 38.0f, 23.7f},   {"GT", 14.6f, -90.5f},
    {"HK", 22.3f, 114.2f},  {"HN", 14.1f, -87.2f},  {"HR", 45.8f, 16.0f},   {"HU", 47.5f, 19.0f},
    {"ID", -6.2f, 106.8f},  {"IE", 53.3f, -6.3f},   {"IL", 32.1f, 34.8f},   {"IN", 19.1f, 72.9f},
    {"IQ", 33.3f, 44.4f},   {"IR", 35.7f, 51.4f},   {"IS", 64.1f, -21.9f},  {"IT", 45.5f, 9.2f},
    {"JM", 18.0f, -76.8f},  {"JO", 31.9f, 35.9f},   {"JP", 35.7f, 139.7f},  {"KE", -1.3f, 36.8f},
    {"KG", 42.9f, 74.6f},   {"KH", 11.6f, 104.9f},  {"KP", 39.0f, 125.8f},  {"KR", 37.6f, 127.0f},
    {"KW", 29.4f, 48.0f},   {"KZ", 43.2f, 76.9f},   {"LA", 18.0f, 102.6f},  {"LB", 33.9f, 35.5f},
    {"LK", 6.9f, 79.9f},    {"LT", 54.7f, 25.3f},   {"LU", 49.6f, 6.1f},    {"LV", 56.9f, 24.1f},
    {"LY", 32.9f, 13.2f},   {"MA", 33.6f, -7.6f},   {"MD", 47.0f, 28.9f},   {"ME", 42.4f, 19.3f},
    {"MG", -18.9f, 47.5f},  {"MK", 42.0f, 21.4f},   {"MM", 16.9f, 96.2f},   {"MN", 47.9f, 106.9f},
    {"MO", 22.2f, 113.5f},  {"MT", 35.9f, 14.5f},   {"MU", -20.2f, 57.5f},  {"MV", 4.2f, 73.5f},
    {"MX", 19.4f, -99.1f},  {"MY", 3.1f, 101.7f},   {"MZ", -26.0f, 32.6f},  {"NG", 6.5f, 3.4f},
    {"NI", 12.1f, -86.3f},  {"NL", 52.4f, 4.9f},    {"NO", 59.9f, 10.8f},   {"NP", 27.7f, 85.3f},
    {"NZ", -36.8f, 174.8f}, {"OM", 23.6f, 58.5f},   {"PA", 9.0f, -79.5f},   {"PE", -12.0f, -77.0f},
    {"PG", -9.4f, 147.2f},  {"PH", 14.6f, 121.0f},  {"PK", 24.9f, 67.0f},   {"PL", 52.2f, 21.0f},
    {"PR", 18.5f, -66.1f},  {"PT", 38.7f, -9.1f},   {"PY", -25.3f, -57.6f}, {"QA", 25.3f, 51.5f},
    {"RO", 44.4f, 26.1f},   {"RS", 44.8f, 20.5f},   {"RU", 55.8f, 37.6f},   {"RW", -1.9f, 30.1f},
    {"SA", 24.7f, 46.7f},   {"SD", 15.5f, 32.6f},   {"SE", 59.3f, 18.1f},   {"SG", 1.3f, 103.8f},
    {"SI", 46.1f, 14.5f},   {"SK", 48.1f, 17.1f},   {"SN", 14.7f, -17.5f},  {"SV", 13.7f, -89.2f},
    {"SY", 33.5f, 36.3f},   {"TH", 13.8f, 100.5f},  {"TJ", 38.6f, 68.8f},   {"TM", 37.9f, 58.4f},
    {"TN", 36.8f, 10.2f},   {"TR", 41.0f, 29.0f},   {"TT", 10.7f, -61.5f},  {"TW", 25.0f, 121.6f},
    {"TZ", -6.8f, 39.3f},   {"UA", 50.5f, 30.5f},   {"UG", 0.3f, 32.6f},    {"US", 39.0f, -95.0f},
    {"UY", -34.9f, -56.2f}, {"UZ", 41.3f, 69.2f},   {"VE", 10.5f, -66.9f},  {"VN", 10.8f, 106.7f},
    {"YE", 15.4f, 44.2f},   {"ZA", -26.2f, 28.0f},  {"ZM", -15.4f, 28.3f},  {"ZW", -17.8f, 31.0f},
};

template <size_t N>
std::optional<Coordinates> FindIn(const Entry (&entries)[N], absl::string_view code) {
  const Entry* end = std::end(entries);
  const Entry* found =
      std::lower_bound(std::begin(entries), end, code,
                       [](const Entry& e, absl::string_view c) { return e.code < c; });
  if (found == end || found->code != code) return std::nullopt;
  return Coordinates{found->latitude_deg, found->longitude_deg};
}

}  // namespace

std::optional<Coordinates> FindCoordinates(const ipdb::Location& location) {
  if (location.country == "CN") {
    if (auto province = FindIn(kProvinces, location.region)) return province;
  }
  return FindIn(kCountries, location.country);
}

double DistanceKm(const Coordinates& a, const Coordinates& b) {
  constexpr double kRadiusKm = 6371;
  constexpr double kRadians = 3.14159265358979323846 / 180;
  const double lat_a = a.latitude_deg * kRadians;
  const double lat_b = b.latitude_deg * kRadians;
  const double dlat = std::sin((lat_b - lat_a) / 2);
  const double dlon = std::sin((b.longitude_deg - a.longitude_deg) * kRadians / 2);
  const double h = dlat * dlat + std::cos(lat_a) * std::cos(lat_b) * dlon * dlon;
  return 2 * kRadiusKm * std::asin(std::sqrt(std::min(1.0, h)));
}

}  // namespace nearcast::scheduler
