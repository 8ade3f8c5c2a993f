// IpUrl: a URL that connects to an address, and the Host header that goes with it. Pure.
//
//   Rewrite("http://pull.live.example:8088/a/b.flv?x=1", "2001:db8::1")
//     url          http://[2001:db8::1]:8088/a/b.flv?x=1
//     host_header  pull.live.example:8088
//     server_name  pull.live.example
#ifndef CLIENT_IP_URL_H_
#define CLIENT_IP_URL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nearcast::client {

struct IpUrl {
  // As given, but for the host.
  std::string url;

  // What an HTTP client sends as Host (RFC 9110 section 7.2): the host, and the port if the URL
  // has one.
  std::string host_header;

  // The host alone. With https, the name for SNI and for checking the certificate: the address
  // would match neither.
  std::string server_name;
};

// The host of SCHEME://[USER@]HOST[:PORT][/…], without brackets. kInvalidArgument when `url` has
// another shape, a port outside of 1-65535, or octets that no URL has (controls, space, quotes).
absl::StatusOr<std::string> FindHost(absl::string_view url);

// `url` with `address`, an IP address without brackets, in place of its host; any scheme.
// kInvalidArgument as above, and when `address` is none.
absl::StatusOr<IpUrl> Rewrite(absl::string_view url, absl::string_view address);

}  // namespace nearcast::client

#endif  // CLIENT_IP_URL_H_
