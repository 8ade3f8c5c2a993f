#include "signing/time_text.h"

#include <charconv>

#include "absl/time/time.h"

namespace nearcast {
namespace {

constexpr int kBeijingOffsetS = 8 * 3600;
constexpr int64_t kDayS = 24 * 3600;

TimeText Write(int64_t number, int base) {
  TimeText out;
  const auto end = std::to_chars(out.chars.begin(), out.chars.end(), number, base).ptr;
  out.size = static_cast<uint8_t>(end - out.chars.begin());
  return out;
}

}  // namespace

TimeText DecimalTime(int64_t unix_s) { return Write(unix_s, 10); }

TimeText HexTime(int64_t unix_s, Letters letters) {
  TimeText out = Write(unix_s, 16);
  if (letters == Letters::kLower) return out;
  for (char& c : out.chars) {
    if (c >= 'a' && c <= 'f') c -= 'a' - 'A';
  }
  return out;
}

// Days since 1 March of year 0 repeat every 400 years of 146,097 days, and a year that begins in March
// has its months in a straight line: (153 m + 2) / 5 days before month m.
TimeText BeijingMinute(int64_t unix_s) {
  constexpr int64_t kDaysTo1970 = 719468;
  const int64_t local_s = unix_s + kBeijingOffsetS;
  const int64_t days = local_s / kDayS + kDaysTo1970;
  const int64_t era = days / 146097;
  const int64_t day_of_era = days % 146097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t march_month = (5 * day_of_year + 2) / 153;
  const int64_t day = day_of_year - (153 * march_month + 2) / 5 + 1;
  const int64_t month = march_month < 10 ? march_month + 3 : march_month - 9;
  const int64_t year = era * 400 + year_of_era + (month <= 2 ? 1 : 0);
  const int64_t minutes = local_s % kDayS / 60;
  // A number whose decimal digits are YYYYMMDDHHMM.
  return Write((((year * 100 + month) * 100 + day) * 100 + minutes / 60) * 100 + minutes % 60, 10);
}

std::optional<int64_t> ParseBeijingMinute(absl::string_view text) {
  absl::Time minute;
  const bool parsed =
      text.size() == 12 &&
      absl::ParseTime("%E4Y%m%d%H%M", text, absl::FixedTimeZone(kBeijingOffsetS), &minute, nullptr);
  if (!parsed) return std::nullopt;
  return absl::ToUnixSeconds(minute);
}

}  // namespace nearcast
