// ConnectProber: how long a TCP connection to each address takes. The seam for ranking;
// client/tcp_prober.h is the real one.
#ifndef CLIENT_CONNECT_PROBER_H_
#define CLIENT_CONNECT_PROBER_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace nearcast::client {

class ConnectProber {
 public:
  virtual ~ConnectProber() = default;

  // One entry for each address; nothing where no connection stood within `timeout`, which is also
  // the most that the call takes. Any thread.
  virtual std::vector<std::optional<absl::Duration>> Probe(std::span<const std::string> addresses,
                                                           uint16_t port,
                                                           absl::Duration timeout) = 0;
};

}  // namespace nearcast::client

#endif  // CLIENT_CONNECT_PROBER_H_
