#include "services/dns/socket.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"

namespace nearcast::dns {
namespace {

constexpr int kBufferBytes = 4 << 20;
constexpr int kBacklog = 1024;

struct RawAddress {
  sockaddr_in6 storage = {};  // the larger of the two
  socklen_t bytes = 0;
};

RawAddress ToRaw(const Endpoint& endpoint) {
  RawAddress raw;
  if (endpoint.address.is_v4()) {
    sockaddr_in v4 = {};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    v4.sin_addr.s_addr = htonl(endpoint.address.v4());
    std::memcpy(&raw.storage, &v4, sizeof(v4));
    raw.bytes = sizeof(v4);
    return raw;
  }
  raw.storage.sin6_family = AF_INET6;
  raw.storage.sin6_port = htons(endpoint.port);
  const absl::uint128 number = endpoint.address.v6();
  for (int i = 0; i < 16; ++i) {
    raw.storage.sin6_addr.s6_addr[i] =
        static_cast<uint8_t>(absl::Uint128Low64(number >> (120 - 8 * i)));
  }
  raw.bytes = sizeof(raw.storage);
  return raw;
}

absl::Status SystemError(absl::string_view what, const Endpoint& endpoint) {
  const int error = errno;
  const std::string message = absl::StrCat(what, " ", ToText(endpoint), ": ", std::strerror(error));
  if (error == EADDRINUSE) {
    return absl::UnavailableError(
        absl::StrCat(message, ": stop the other server or choose another port"));
  }
  if (error == EACCES) {
    return absl::PermissionDeniedError(
        absl::StrCat(message, ": ports below 1024 need CAP_NET_BIND_SERVICE"));
  }
  return absl::UnavailableError(message);
}

void SetOption(int fd, int level, int option, int value) {
  NC_CHECK(setsockopt(fd, level, option, &value, sizeof(value)) == 0);
}

bool IsWildcard(const ipdb::IpAddress& address) {
  return address.is_v4() ? address.v4() == 0 : address.v6() == 0;
}

absl::StatusOr<Socket> Open(const Endpoint& endpoint, int type) {
  const bool is_v4 = endpoint.address.is_v4();
  Socket socket(::socket(is_v4 ? AF_INET : AF_INET6, type | SOCK_CLOEXEC, 0));
  if (socket.fd() < 0) return SystemError("cannot open a socket for", endpoint);
  if (!is_v4) SetOption(socket.fd(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  return socket;
}

absl::Status Bind(const Socket& socket, const Endpoint& endpoint) {
  const RawAddress raw = ToRaw(endpoint);
  if (bind(socket.fd(), reinterpret_cast<const sockaddr*>(&raw.storage), raw.bytes) != 0) {
    return SystemError("cannot bind", endpoint);
  }
  return absl::OkStatus();
}

// A socket of all addresses must learn which one was asked, to answer from it.
void AskForDestination(int fd, const Endpoint& endpoint) {
  if (!IsWildcard(endpoint.address)) return;
  if (endpoint.address.is_v4()) {
    SetOption(fd, IPPROTO_IP, IP_PKTINFO, 1);
  } else {
    SetOption(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  }
}

}  // namespace

Socket::~Socket() {
  if (fd_ >= 0) close(fd_);
}

absl::StatusOr<Socket> BindUdp(const Endpoint& endpoint) {
  NC_ASSIGN_OR_RETURN(Socket socket, Open(endpoint, SOCK_DGRAM));
  const int fd = socket.fd();
  SetOption(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  SetOption(fd, SOL_SOCKET, SO_RCVBUF, kBufferBytes);
  SetOption(fd, SOL_SOCKET, SO_SNDBUF, kBufferBytes);
  const timeval patience = {.tv_sec = kUdpPatienceMs / 1000,
                            .tv_usec = kUdpPatienceMs % 1000 * 1000};
  NC_CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0);
  if (endpoint.address.is_v4()) {
    // No fragments, and no ICMP makes some (RFC 9715 §3.1): replies are short enough for every path.
    // Linux then also needs no identification for each.
    SetOption(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
  }
  AskForDestination(fd, endpoint);
  NC_RETURN_IF_ERROR(Bind(socket, endpoint));
  return socket;
}

absl::StatusOr<Socket> ListenTcp(const Endpoint& endpoint) {
  NC_ASSIGN_OR_RETURN(Socket socket, Open(endpoint, SOCK_STREAM | SOCK_NONBLOCK));
  SetOption(socket.fd(), SOL_SOCKET, SO_REUSEADDR, 1);
  NC_RETURN_IF_ERROR(Bind(socket, endpoint));
  if (listen(socket.fd(), kBacklog) != 0) return SystemError("cannot listen on", endpoint);
  return socket;
}

uint16_t PortOf(const Socket& socket) {
  sockaddr_in6 address = {};
  socklen_t bytes = sizeof(address);
  NC_CHECK(getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&address), &bytes) == 0);
  return ntohs(address.sin6_port);  // at the same place in both families
}

ipdb::IpAddress AddressOf(const sockaddr_in6& address) {
  if (address.sin6_family != AF_INET) {
    return ipdb::IpAddress::FromV6Bytes(
        std::span<const uint8_t, 16>(address.sin6_addr.s6_addr, 16));
  }
  sockaddr_in v4;
  std::memcpy(&v4, &address, sizeof(v4));
  return ipdb::IpAddress::FromV4(ntohl(v4.sin_addr.s_addr));
}

std::string ToText(const Endpoint& endpoint) {
  const std::string address = endpoint.address.ToString();
  return endpoint.address.is_v4() ? absl::StrCat(address, ":", endpoint.port)
                                  : absl::StrCat("[", address, "]:", endpoint.port);
}

}  // namespace nearcast::dns
