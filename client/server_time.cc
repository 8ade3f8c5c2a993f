#include "client/server_time.h"

#include <string>

namespace nearcast::client {

std::optional<absl::Time> ParseHttpDate(absl::string_view date) {
  absl::Time time;
  std::string error;
  if (date.size() > 40 ||
      !absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", date, absl::UTCTimeZone(), &time, &error) ||
      time == absl::InfiniteFuture() || time == absl::InfinitePast()) {
    return std::nullopt;
  }
  return time;
}

}  // namespace nearcast::client
