// The time in the form of HTTP's Date field (RFC 9110 section 5.6.7): "Sun, 06 Nov 1994 08:49:37
// GMT".
#ifndef SERVICES_HTTP_HTTP_DATE_H_
#define SERVICES_HTTP_HTTP_DATE_H_

#include <string>

#include "absl/time/time.h"

namespace nearcast::http {

std::string WriteHttpDate(absl::Time time);

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_HTTP_DATE_H_
