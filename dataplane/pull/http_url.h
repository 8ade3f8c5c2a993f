// HttpUrl: the parts of an http:// URL that a client needs (RFC 9110, 4.2.1).
#ifndef DATAPLANE_PULL_HTTP_URL_H_
#define DATAPLANE_PULL_HTTP_URL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nearcast::pull {

struct HttpUrl {
  std::string host;  // a name or an address, IPv6 without brackets
  std::string port = "80";
  std::string authority;     // host and port as written: the Host field
  std::string target = "/";  // path and query
};

// InvalidArgument says what is wrong. https is not spoken between nodes.
absl::StatusOr<HttpUrl> ParseHttpUrl(absl::string_view url);

// `target` with key=value in its query, unless the key is there already.
std::string WithParameter(absl::string_view target, absl::string_view key, absl::string_view value);

}  // namespace nearcast::pull

#endif  // DATAPLANE_PULL_HTTP_URL_H_
