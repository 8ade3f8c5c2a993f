// SocketAddress: an IP address and a port as the socket calls take them.
#ifndef BASE_SOCKET_ADDRESS_H_
#define BASE_SOCKET_ADDRESS_H_

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

namespace nearcast {

// Thread rule: a value.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;  // bytes of `storage` that count

  int family() const { return storage.ss_family; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }

  uint16_t port() const;  // 0 for other families
};

// `ip` is an IPv4 address in dotted form or an IPv6 address without brackets (inet_pton); nothing
// else is one.
std::optional<SocketAddress> ParseSocketAddress(const std::string& ip, uint16_t port);

// "10.1.2.3:4567" or "[2001:db8::1]:4567"; "local" for a socket of this machine's own (AF_UNIX).
std::string SocketAddressText(const SocketAddress& address);

// Of the socket itself and of its other end; nullopt when there is none (any more).
std::optional<SocketAddress> OwnAddress(int fd);
std::optional<SocketAddress> PeerAddress(int fd);

}  // namespace nearcast

#endif  // BASE_SOCKET_ADDRESS_H_
