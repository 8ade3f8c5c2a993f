#include "services/dns/dns_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>

#include "services/dns/decoded_message.h"
#include "services/dns/query_text.h"

namespace nearcast::dns {
namespace {

constexpr int kPatienceS = 5;

}  // namespace

DnsClient::DnsClient(SocketKind kind, const std::string& address, uint16_t port) {
  const bool is_v4 = address.find(':') == std::string::npos;
  fd_ = socket(is_v4 ? AF_INET : AF_INET6, kind == SocketKind::kUdp ? SOCK_DGRAM : SOCK_STREAM, 0);
  const timeval patience = {.tv_sec = kPatienceS, .tv_usec = 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  sockaddr_in v4 = {};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  sockaddr_in6 v6 = {};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  inet_pton(is_v4 ? AF_INET : AF_INET6, address.c_str(),
            is_v4 ? static_cast<void*>(&v4.sin_addr) : static_cast<void*>(&v6.sin6_addr));
  connected_ =
      connect(fd_, is_v4 ? reinterpret_cast<sockaddr*>(&v4) : reinterpret_cast<sockaddr*>(&v6),
              is_v4 ? sizeof(v4) : sizeof(v6)) == 0;
}

DnsClient::~DnsClient() { close(fd_); }

void DnsClient::Send(const std::vector<uint8_t>& bytes) {
  send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

std::vector<uint8_t> DnsClient::Receive(size_t bytes) {
  std::vector<uint8_t> received(bytes);
  const ssize_t size = recv(fd_, received.data(), bytes, 0);
  received.resize(size < 0 ? 0 : size);
  return received;
}

std::vector<uint8_t> DnsClient::ReceiveExactly(size_t bytes) {
  std::vector<uint8_t> all;
  while (all.size() < bytes) {
    const std::vector<uint8_t> part = Receive(bytes - all.size());
    if (part.empty()) break;
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

std::string DnsClient::ReceiveFramed() {
  const std::vector<uint8_t> length = ReceiveExactly(2);
  if (length.size() < 2) return "closed";
  return MessageText(ReceiveExactly(length[0] << 8 | length[1]));
}

bool DnsClient::SeesEnd() {
  uint8_t octet;
  return recv(fd_, &octet, 1, 0) == 0 || errno == ECONNRESET;
}

std::vector<uint8_t> BuildFramedQuery(absl::string_view text) {
  const std::vector<uint8_t> query = BuildQuery(text);
  std::vector<uint8_t> framed = {static_cast<uint8_t>(query.size() >> 8),
                                 static_cast<uint8_t>(query.size())};
  framed.insert(framed.end(), query.begin(), query.end());
  return framed;
}

}  // namespace nearcast::dns
