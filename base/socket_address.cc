#include "base/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "absl/strings/str_cat.h"

namespace nearcast {
namespace {

using Ask = int (*)(int, sockaddr*, socklen_t*);

std::optional<SocketAddress> AddressBy(Ask ask, int fd) {
  SocketAddress address;
  address.size = sizeof address.storage;
  if (ask(fd, address.get(), &address.size) != 0) return std::nullopt;
  return address;
}

const sockaddr_in& V4(const SocketAddress& address) {
  return reinterpret_cast<const sockaddr_in&>(address.storage);
}

const sockaddr_in6& V6(const SocketAddress& address) {
  return reinterpret_cast<const sockaddr_in6&>(address.storage);
}

}  // namespace

uint16_t SocketAddress::port() const {
  if (family() == AF_INET) return ntohs(V4(*this).sin_port);
  if (family() == AF_INET6) return ntohs(V6(*this).sin6_port);
  return 0;
}

std::optional<SocketAddress> ParseSocketAddress(const std::string& ip, uint16_t port) {
  if (ip.find('\0') != std::string::npos) return std::nullopt;  // inet_pton would stop there
  SocketAddress address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  if (::inet_pton(AF_INET, ip.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    address.size = sizeof *v4;
    return address;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (::inet_pton(AF_INET6, ip.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    address.size = sizeof *v6;
    return address;
  }
  return std::nullopt;
}

std::string SocketAddressText(const SocketAddress& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.family() == AF_INET) {
    ::inet_ntop(AF_INET, &V4(address).sin_addr, text, sizeof text);
    return absl::StrCat(text, ":", address.port());
  }
  if (address.family() == AF_INET6) {
    ::inet_ntop(AF_INET6, &V6(address).sin6_addr, text, sizeof text);
    return absl::StrCat("[", text, "]:", address.port());
  }
  return "local";
}

std::optional<SocketAddress> OwnAddress(int fd) { return AddressBy(::getsockname, fd); }
std::optional<SocketAddress> PeerAddress(int fd) { return AddressBy(::getpeername, fd); }

}  // namespace nearcast
