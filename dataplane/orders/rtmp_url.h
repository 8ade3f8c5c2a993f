// RtmpUrl: the parts of an rtmp:// URL that a publisher needs.
//
//   rtmp://198.51.100.7:1935/live/show?key=x    app "live", stream "show?key=x"
//
// The application is the first part of the path; the rest, query included, is the stream's name, as
// servers with long application names are rare and stream names with slashes are not.
#ifndef DATAPLANE_ORDERS_RTMP_URL_H_
#define DATAPLANE_ORDERS_RTMP_URL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nearcast::orders {

struct RtmpUrl {
  std::string host;  // a name or an address, IPv6 without brackets
  std::string port = "1935";
  std::string app;
  std::string stream;  // with query
  std::string tc_url;  // rtmp://host:port/app, as written

  // For people: without the stream's name, which may be a key.
  std::string shown() const { return tc_url; }
};

// InvalidArgument says what is wrong. At most 1000 bytes of printable ASCII.
absl::StatusOr<RtmpUrl> ParseRtmpUrl(absl::string_view url);

}  // namespace nearcast::orders

#endif  // DATAPLANE_ORDERS_RTMP_URL_H_
