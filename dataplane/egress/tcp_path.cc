#include "dataplane/egress/tcp_path.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>

namespace nearcast::egress {

stream::PathReading ReadTcpPath(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  const bool known = ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
                     size >= offsetof(tcp_info, tcpi_delivery_rate) + sizeof(uint64_t);
  if (!known) return {};
  const uint64_t bits_per_s =
      info.tcpi_delivery_rate_app_limited != 0 ? 0 : info.tcpi_delivery_rate * 8;
  return {.rtt_ms = info.tcpi_rtt / 1000,
          .bits_per_s = static_cast<int64_t>(bits_per_s),
          .unsent_bytes = info.tcpi_notsent_bytes};
}

int64_t ReadUnsentBytes(int fd) {
  int bytes = 0;
  return ::ioctl(fd, SIOCOUTQNSD, &bytes) == 0 ? bytes : 0;
}

TcpTaken ReadTcpTaken(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  const bool known = ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
                     size >= offsetof(tcp_info, tcpi_notsent_bytes) + sizeof(uint32_t);
  if (!known) return {};
  return {.acknowledged_bytes = info.tcpi_bytes_acked,
          .waits = info.tcpi_unacked > 0 || info.tcpi_notsent_bytes > 0};
}

void LimitUnsent(int fd, int bytes) {
  (void)::setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof bytes);
}

}  // namespace nearcast::egress
