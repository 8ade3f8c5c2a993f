// TcpProber: ConnectProber by non-blocking sockets, all addresses at once, closed as soon as they
// stand. Sends no data.
#ifndef CLIENT_TCP_PROBER_H_
#define CLIENT_TCP_PROBER_H_

#include <optional>
#include <string>
#include <vector>

#include "client/connect_prober.h"

namespace nearcast::client {

class TcpProber : public ConnectProber {
 public:
  std::vector<std::optional<absl::Duration>> Probe(std::span<const std::string> addresses,
                                                   uint16_t port, absl::Duration timeout) override;
};

}  // namespace nearcast::client

#endif  // CLIENT_TCP_PROBER_H_
