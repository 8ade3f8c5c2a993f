// What of a URL goes into its signature.
#ifndef SIGNING_URL_PARTS_H_
#define SIGNING_URL_PARTS_H_

#include "absl/strings/string_view.h"

namespace nearcast {

// Of "https://pull.example/live/s1_hd.flv?x=1".
struct UrlParts {
  absl::string_view host;    // "pull.example", with ":port" where the URL has one
  absl::string_view path;    // "/live/s1_hd.flv"
  absl::string_view app;     // "live"
  absl::string_view stream;  // "s1_hd": with the tier's suffix, without the format's ending
};

}  // namespace nearcast

#endif  // SIGNING_URL_PARTS_H_
