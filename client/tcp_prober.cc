#include "client/tcp_prober.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "base/clock.h"
#include "base/socket_address.h"

namespace nearcast::client {
namespace {

using Times = std::vector<std::optional<absl::Duration>>;

// A socket on its way to `address`, or -1. Whether it stands is known when it becomes writable.
int BeginConnect(const std::string& address, uint16_t port) {
  const auto to = ParseSocketAddress(address, port);
  if (!to) return -1;
  const int fd = socket(to->family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (fd < 0) return -1;
  if (connect(fd, to->get(), to->size) == 0 || errno == EINPROGRESS) {
    return fd;
  }
  close(fd);
  return -1;
}

bool Stands(int fd) {
  int error = 0;
  socklen_t bytes = sizeof(error);
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &bytes) == 0 && error == 0;
}

// poll passes over entries with fd -1.
void Close(pollfd* entry) {
  if (entry->fd >= 0) close(entry->fd);
  entry->fd = -1;
}

// Notes the sockets that came to an end; the number of those still under way.
int Collect(std::vector<pollfd>* sockets, absl::Duration elapsed, Times* times) {
  int open = 0;
  for (size_t i = 0; i < sockets->size(); ++i) {
    pollfd& entry = (*sockets)[i];
    if (entry.fd < 0) continue;
    if (entry.revents == 0) {
      ++open;
      continue;
    }
    if (Stands(entry.fd)) (*times)[i] = elapsed;
    Close(&entry);
  }
  return open;
}

}  // namespace

Times TcpProber::Probe(std::span<const std::string> addresses, uint16_t port,
                       absl::Duration timeout) {
  const Clock& clock = *Clock::System();
  const absl::Duration began = clock.Monotonic();
  Times times(addresses.size());
  std::vector<pollfd> sockets;
  int open = 0;
  for (const std::string& address : addresses) {
    sockets.push_back({.fd = BeginConnect(address, port), .events = POLLOUT, .revents = 0});
    if (sockets.back().fd >= 0) ++open;
  }
  while (open > 0) {
    const absl::Duration left = timeout - (clock.Monotonic() - began);
    if (left <= absl::ZeroDuration()) break;
    const int wait_ms = static_cast<int>(absl::ToInt64Milliseconds(left)) + 1;
    if (poll(sockets.data(), sockets.size(), wait_ms) < 0 && errno != EINTR) break;
    open = Collect(&sockets, clock.Monotonic() - began, &times);
  }
  for (pollfd& entry : sockets) Close(&entry);
  return times;
}

}  // namespace nearcast::client
