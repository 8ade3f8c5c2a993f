#include "tests/robustness/hostile_clients.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace nearcast {
namespace {

constexpr size_t kPerAddress = 100;

sockaddr_in At(uint32_t address, uint16_t port) {
  sockaddr_in at = {};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(address);
  return at;
}

bool Dial(int fd, uint32_t source, uint16_t port) {
  // The port is chosen by connect, so that each pair of addresses has all ports to choose from.
  const int on = 1;
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
  const linger at_once = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  const sockaddr_in from = At(source, 0);
  const sockaddr_in to = At(INADDR_LOOPBACK, port);
  return bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof(from)) == 0 &&
         connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0;
}

bool HasEnded(int fd) {
  char dropped[4096];
  while (true) {
    const ssize_t bytes = recv(fd, dropped, sizeof(dropped), MSG_DONTWAIT);
    if (bytes <= 0) return bytes == 0 || (errno != EAGAIN && errno != EINTR);
  }
}

}  // namespace

size_t HostileClients::Connect(uint16_t port, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return i;
    const uint32_t host = 0x7f010001 + static_cast<uint32_t>(fds_.size() / kPerAddress);
    if (!Dial(fd, host, port)) {
      close(fd);
      return i;
    }
    fds_.push_back(fd);
  }
  return count;
}

void HostileClients::SendAll(absl::string_view text) {
  for (const int fd : fds_) {
    [[maybe_unused]] const ssize_t sent =
        send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
}

void HostileClients::Trickle(absl::string_view text) {
  SendAll(text.substr(std::min(trickled_++, text.size() - 1), 1));
}

size_t HostileClients::CountEnded() const {
  return static_cast<size_t>(std::count_if(fds_.begin(), fds_.end(), HasEnded));
}

void HostileClients::CloseAll() {
  for (const int fd : fds_) close(fd);
  fds_.clear();
}

}  // namespace nearcast
