#include "dataplane/measure/tcp_round_trips.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "base/check.h"
#include "base/socket_address.h"

namespace nearcast::measure {
namespace {

int64_t NowUs() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{1'000'000} * now.tv_sec + now.tv_nsec / 1000;
}

uint32_t AtLeastOne(int64_t us) {
  return static_cast<uint32_t>(std::clamp<int64_t>(us, 1, UINT32_MAX));
}

// What an ended connect says. ICMP errors and the like are no answer of the target.
std::optional<uint32_t> ResultOf(int fd, int error, int64_t elapsed_us) {
  if (error == ECONNREFUSED) return AtLeastOne(elapsed_us);
  if (error != 0) return std::nullopt;
  tcp_info info{};
  socklen_t size = sizeof info;
  const bool known = ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0;
  return AtLeastOne(known && info.tcpi_rtt > 0 ? info.tcpi_rtt : elapsed_us);
}

int ErrorOf(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

}  // namespace

TcpRoundTrips::TcpRoundTrips() : wake_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  NC_CHECK(wake_fd_ >= 0);
}

TcpRoundTrips::~TcpRoundTrips() {
  for (const auto& [id, connect] : connects_) ::close(connect.fd);
  ::close(wake_fd_);
}

void TcpRoundTrips::Begin(uint64_t id, const std::string& address, uint16_t port,
                          int64_t timeout_ms) {
  const auto to = ParseSocketAddress(address, port);
  const int fd = to ? ::socket(to->family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) : -1;
  if (fd < 0) {
    ended_.emplace_back(id, std::nullopt);
    return;
  }
  const int64_t began_us = NowUs();
  connects_[id] = {fd, began_us, began_us + 1000 * timeout_ms};
  const int error = ::connect(fd, to->get(), to->size) == 0 ? 0 : errno;
  if (error != EINPROGRESS) Finish(id, ResultOf(fd, error, NowUs() - began_us));
}

void TcpRoundTrips::Finish(uint64_t id, std::optional<uint32_t> us) {
  const auto at = connects_.find(id);
  ::close(at->second.fd);
  connects_.erase(at);
  ended_.emplace_back(id, us);
}

void TcpRoundTrips::Wait(int64_t wait_ms, const Done& done) {
  std::vector<pollfd> polled = {{.fd = wake_fd_, .events = POLLIN, .revents = 0}};
  std::vector<uint64_t> ids = {0};
  int64_t until_us = NowUs() + 1000 * std::max<int64_t>(wait_ms, 0);
  for (const auto& [id, connect] : connects_) {
    polled.push_back({.fd = connect.fd, .events = POLLOUT, .revents = 0});
    ids.push_back(id);
    until_us = std::min(until_us, connect.deadline_us);
  }
  const int64_t left_us = ended_.empty() ? std::max<int64_t>(until_us - NowUs(), 0) : 0;
  ::poll(polled.data(), polled.size(),
         static_cast<int>(std::min<int64_t>((left_us + 999) / 1000, 60'000)));
  const int64_t now_us = NowUs();
  for (size_t i = 1; i < polled.size(); ++i) {
    const Connect& connect = connects_.at(ids[i]);
    if (polled[i].revents != 0) {
      Finish(ids[i], ResultOf(connect.fd, ErrorOf(connect.fd), now_us - connect.began_us));
    } else if (now_us >= connect.deadline_us) {
      Finish(ids[i], std::nullopt);
    }
  }
  uint64_t wakes = 0;
  if (polled[0].revents != 0) (void)!::read(wake_fd_, &wakes, sizeof wakes);
  for (const auto& [id, us] : std::exchange(ended_, {})) done(id, us);
}

void TcpRoundTrips::Wake() {
  const uint64_t one = 1;
  (void)!::write(wake_fd_, &one, sizeof one);
}

}  // namespace nearcast::measure
