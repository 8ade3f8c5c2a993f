#include "dataplane/egress/tcp_listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/socket_address.h"
#include "base/status_macros.h"

namespace nearcast::egress {
namespace {

constexpr int kBacklog = 4096;

enum class Sharing : uint8_t { kAlone, kWithOwnThreads };

absl::StatusOr<SocketAddress> ParseAddress(const std::string& ip, uint16_t port) {
  if (const auto address = ParseSocketAddress(ip, port)) return *address;
  return absl::InvalidArgumentError(absl::StrCat("listen address ", ip, ": want an IP address"));
}

absl::Status ListenError(const std::string& ip, uint16_t port, int error) {
  if (error == EADDRINUSE) {
    return absl::UnavailableError(
        absl::StrCat("port ", port, " on ", ip,
                     " is in use: stop the process that has it (ss -ltnp) "
                     "or choose another port or address"));
  }
  if (error == EADDRNOTAVAIL) {
    return absl::UnavailableError(
        absl::StrCat("address ", ip, " is not one of this machine's (ip address)"));
  }
  return absl::UnavailableError(
      absl::StrCat("cannot listen on ", ip, " port ", port, ": ", std::strerror(error)));
}

// Set once here instead of once per connection: sockets inherit it from the one that they were
// accepted on.
void Tune(int fd, const TcpTuning& tuning) {
  const int on = 1;
  const int defer_s = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &defer_s, sizeof defer_s);
  if (tuning.sendq_bytes > 0) {
    ::setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &tuning.sendq_bytes, sizeof(int));
  }
}

absl::StatusOr<int> ListenOnce(const std::string& ip, uint16_t port, Sharing sharing) {
  NC_ASSIGN_OR_RETURN(const SocketAddress address, ParseAddress(ip, port));
  const int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (fd >= 0) ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (fd >= 0 && sharing == Sharing::kWithOwnThreads) {
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  }
  const auto* where = reinterpret_cast<const sockaddr*>(&address.storage);
  if (fd < 0 || ::bind(fd, where, address.size) != 0 || ::listen(fd, kBacklog) != 0) {
    const int error = errno;
    if (fd >= 0) ::close(fd);
    return ListenError(ip, port, error);
  }
  return fd;
}

}  // namespace

absl::StatusOr<TcpListeners> ListenTcp(const std::string& ip, uint16_t port,
                                       const TcpTuning& tuning) {
  // Two processes of one user that both say SO_REUSEPORT would share the port silently: so ask for
  // it alone first.
  NC_ASSIGN_OR_RETURN(const int probe, ListenOnce(ip, port, Sharing::kAlone));
  TcpListeners listeners{OwnAddress(probe)->port(), {}};
  ::close(probe);
  for (size_t i = 0; i < tuning.listeners; ++i) {
    absl::StatusOr<int> fd = ListenOnce(ip, listeners.port, Sharing::kWithOwnThreads);
    if (!fd.ok()) {
      for (int open : listeners.fds) ::close(open);
      return fd.status();
    }
    Tune(*fd, tuning);
    listeners.fds.push_back(*fd);
  }
  return listeners;
}

absl::StatusOr<int> AcceptTcp(int listen_fd) {
  while (true) {
    const int fd = ::accept4(listen_fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) return fd;
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return absl::UnavailableError("none waits");
    return absl::ResourceExhaustedError(absl::StrCat("accept: ", std::strerror(errno)));
  }
}

std::string PeerText(int fd) {
  const auto address = PeerAddress(fd);
  return address ? SocketAddressText(*address) : "unknown";
}

}  // namespace nearcast::egress
