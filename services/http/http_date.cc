#include "services/http/http_date.h"

namespace nearcast::http {

std::string WriteHttpDate(absl::Time time) {
  return absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", time, absl::UTCTimeZone());
}

}  // namespace nearcast::http
