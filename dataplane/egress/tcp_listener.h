// Listening TCP sockets that several threads share by SO_REUSEPORT.
#ifndef DATAPLANE_EGRESS_TCP_LISTENER_H_
#define DATAPLANE_EGRESS_TCP_LISTENER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace nearcast::egress {

struct TcpListeners {
  uint16_t port = 0;
  std::vector<int> fds;  // non-blocking, one per thread; the caller closes them
};

// Listens `count` times on ip:port (an IPv4 or IPv6 address; port 0 = any free one, the same for
// all). Unavailable, with the reason in words, when another process has the port, and likewise when
// the address is not this machine's.
absl::StatusOr<TcpListeners> ListenTcp(const std::string& ip, uint16_t port, size_t count);

// "10.1.2.3:4567" of the other side of a connected socket; "unknown" when it has gone.
std::string PeerAddress(int fd);

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_TCP_LISTENER_H_
