// HttpUrl: the parts of an http:// URL that a client needs (RFC 9110, 4.2.1).
//
//   http://pull.example/live/a.flv#203.0.113.5:8088    asks 203.0.113.5 for what pull.example has
//
// A fragment is never sent (RFC 9110, 4.2.5), so here it says where to connect to instead of the
// host: the Host field stays as written.
#ifndef DATAPLANE_PULL_HTTP_URL_H_
#define DATAPLANE_PULL_HTTP_URL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nearcast::pull {

struct HttpUrl {
  std::string host;  // to connect to: a name or an address, IPv6 without brackets
  std::string port = "80";
  bool has_port = false;     // it was written
  std::string authority;     // host and port as written: the Host field
  std::string target = "/";  // path and query
};

// InvalidArgument says what is wrong. https is not spoken between nodes.
absl::StatusOr<HttpUrl> ParseHttpUrl(absl::string_view url);

// `target` with key=value in its query, unless the key is there already.
std::string WithParameter(absl::string_view target, absl::string_view key, absl::string_view value);

}  // namespace nearcast::pull

#endif  // DATAPLANE_PULL_HTTP_URL_H_
