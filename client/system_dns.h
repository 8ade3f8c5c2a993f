// SystemDns: LocalDns by getaddrinfo, so with the system's hosts file, servers and time-outs.
#ifndef CLIENT_SYSTEM_DNS_H_
#define CLIENT_SYSTEM_DNS_H_

#include <string>
#include <vector>

#include "client/local_dns.h"

namespace nearcast::client {

class SystemDns : public LocalDns {
 public:
  absl::StatusOr<std::vector<std::string>> Resolve(const std::string& name,
                                                   Families families) override;
};

}  // namespace nearcast::client

#endif  // CLIENT_SYSTEM_DNS_H_
