// Socket: an owned file descriptor, and the two kinds that a name server binds (RFC 1035 §4.2).
// Thread rule: one owner. Errors: kUnavailable, naming the address that cannot be bound.
#ifndef SERVICES_DNS_SOCKET_H_
#define SERVICES_DNS_SOCKET_H_

#include <netinet/in.h>

#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "ipdb/ip_address.h"

namespace nearcast::dns {

// Closes what it holds; -1 holds nothing.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket();

  int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

struct Endpoint {
  // "0.0.0.0" or "::" binds all addresses of that family, and of that family alone.
  ipdb::IpAddress address;
  uint16_t port = 0;  // 0 = any that is free
};

// Blocking, for one of several threads that share the port (SO_REUSEPORT). A receive gives up after
// kUdpPatience, so that its thread can look around. Errors name the endpoint and what to do.
absl::StatusOr<Socket> BindUdp(const Endpoint& endpoint);

inline constexpr int kUdpPatienceMs = 1000;

// Non-blocking and listening. The port is this socket's alone.
absl::StatusOr<Socket> ListenTcp(const Endpoint& endpoint);

// The port that the system chose, or was given.
uint16_t PortOf(const Socket& socket);

// The address in a sockaddr_in or sockaddr_in6 that the kernel wrote.
ipdb::IpAddress AddressOf(const sockaddr_in6& address);

// "127.0.0.1:8053" or "[::1]:8053".
std::string ToText(const Endpoint& endpoint);

}  // namespace nearcast::dns

#endif  // SERVICES_DNS_SOCKET_H_
