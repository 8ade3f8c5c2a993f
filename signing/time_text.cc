#include "signing/time_text.h"

#include <charconv>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace nearcast {
namespace {

constexpr int kBeijingOffsetS = 8 * 3600;

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

TimeText BeijingMinute(int64_t unix_s) {
  const absl::CivilMinute at =
      absl::ToCivilMinute(absl::FromUnixSeconds(unix_s), absl::FixedTimeZone(kBeijingOffsetS));
  // A number whose decimal digits are YYYYMMDDHHMM.
  return Write(
      (((at.year() * 100 + at.month()) * 100 + at.day()) * 100 + at.hour()) * 100 + at.minute(),
      10);
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
