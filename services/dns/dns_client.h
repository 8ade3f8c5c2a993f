// DnsClient: one socket that asks a server, for tests. Reads give up after five seconds.
#ifndef SERVICES_DNS_DNS_CLIENT_H_
#define SERVICES_DNS_DNS_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace nearcast::dns {

enum class SocketKind { kUdp, kTcp };

class DnsClient {
 public:
  // Connected, so that it takes nothing from elsewhere. `address` as text, of either family.
  DnsClient(SocketKind kind, const std::string& address, uint16_t port);
  ~DnsClient();
  DnsClient(const DnsClient&) = delete;
  DnsClient& operator=(const DnsClient&) = delete;

  bool connected() const { return connected_; }

  void Send(const std::vector<uint8_t>& bytes);

  // What a datagram or the stream brings next, at most `bytes`; empty if nothing comes.
  std::vector<uint8_t> Receive(size_t bytes = 65535);
  std::vector<uint8_t> ReceiveExactly(size_t bytes);

  // MessageText of the next message on the stream; "closed" at its end.
  std::string ReceiveFramed();

  // True if the server ends the connection.
  bool SeesEnd();

 private:
  int fd_ = -1;
  bool connected_ = false;
};

// BuildQuery with the two octets of length that TCP wants.
std::vector<uint8_t> BuildFramedQuery(absl::string_view text);

}  // namespace nearcast::dns

#endif  // SERVICES_DNS_DNS_CLIENT_H_
