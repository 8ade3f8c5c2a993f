// Connects to a host by name or address, within a time.
#ifndef DATAPLANE_PULL_TCP_DIAL_H_
#define DATAPLANE_PULL_TCP_DIAL_H_

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace nearcast::pull {

struct DialTarget {
  std::string host;  // IPv6 without brackets
  std::string port;
};

// Leaves `stream` connected, with TCP_NODELAY. `ms_max` is for the name, and again for the
// connection. DeadlineExceeded when it took too long, Unavailable for every other failure. On the
// thread of the stream's executor.
boost::asio::awaitable<absl::Status> DialTcp(boost::beast::tcp_stream* stream, DialTarget target,
                                             int64_t ms_max);

}  // namespace nearcast::pull

#endif  // DATAPLANE_PULL_TCP_DIAL_H_
