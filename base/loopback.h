// Ends of connections on 127.0.0.1, for tests.
#ifndef BASE_LOOPBACK_H_
#define BASE_LOOPBACK_H_

#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>

#include "base/check.h"
#include "base/socket_address.h"

namespace nearcast {

inline SocketAddress Loopback(uint16_t port) { return *ParseSocketAddress("127.0.0.1", port); }

// A connected TCP socket; the caller closes it.
inline int ConnectLoopback(uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const SocketAddress to = Loopback(port);
  NC_CHECK(::connect(fd, to.get(), to.size) == 0);
  return fd;
}

// A port that is this object's as long as it lives: TCP, where it listens if a backlog is given, or
// UDP.
class LoopbackPort {
 public:
  static constexpr int kSilent = -1;  // bound, and refuses connections

  explicit LoopbackPort(int backlog = 16, int type = SOCK_STREAM)
      : fd_(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    const SocketAddress any = Loopback(0);
    NC_CHECK(::bind(fd_, any.get(), any.size) == 0);
    NC_CHECK(backlog == kSilent || ::listen(fd_, backlog) == 0);
    number = OwnAddress(fd_)->port();
  }
  ~LoopbackPort() { ::close(fd_); }
  LoopbackPort(const LoopbackPort&) = delete;
  LoopbackPort& operator=(const LoopbackPort&) = delete;

  int fd() const { return fd_; }

  uint16_t number = 0;

 private:
  const int fd_;
};

}  // namespace nearcast

#endif  // BASE_LOOPBACK_H_
