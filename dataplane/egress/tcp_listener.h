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

struct TcpTuning {
  size_t listeners = 1;

  // Unsent bytes that a connection may have in the kernel (TCP_NOTSENT_LOWAT); 0 = as many as the
  // kernel likes. Small, so that the backlog of a slow viewer stays in the ring, where the drop
  // policy sees it.
  int sendq_bytes = 0;
};

// Listens on ip:port (an IPv4 or IPv6 address; port 0 = any free one, the same for all listeners).
// Unavailable, with the reason in words, when another process has the port, and likewise when the
// address is not this machine's. Accepted connections inherit the tuning and send at once
// (TCP_NODELAY); one is reported only when the peer has said something, as it must in HTTP and
// RTMP.
absl::StatusOr<TcpListeners> ListenTcp(const std::string& ip, uint16_t port,
                                       const TcpTuning& tuning);

// The next connection that waits on a listening socket, non-blocking. Unavailable when none waits;
// ResourceExhausted when there is one but no descriptor for it: try again later.
absl::StatusOr<int> AcceptTcp(int listen_fd);

// How many connections are accepted in one go: a crowd must neither wait in line one turn of the
// loop each, nor keep the loop.
inline constexpr int kAcceptsPerTurn = 64;

// "10.1.2.3:4567" of the other side of a connected socket, "local" when that is this process;
// "unknown" when it has gone.
std::string PeerText(int fd);

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_TCP_LISTENER_H_
