// StreamForward: the order to push a stream that is published here to somewhere else as well.
#ifndef DATAPLANE_ORDERS_STREAM_FORWARD_H_
#define DATAPLANE_ORDERS_STREAM_FORWARD_H_

#include <compare>
#include <string>

namespace nearcast::orders {

struct StreamForward {
  std::string stream;  // app/name
  std::string url;     // rtmp://host[:port]/app/stream?query

  friend auto operator<=>(const StreamForward&, const StreamForward&) = default;
};

}  // namespace nearcast::orders

#endif  // DATAPLANE_ORDERS_STREAM_FORWARD_H_
