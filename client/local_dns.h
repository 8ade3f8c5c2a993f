// LocalDns: the network's own resolver, for when HTTPDNS fails or does not know a name.
// client/system_dns.h is the real one.
#ifndef CLIENT_LOCAL_DNS_H_
#define CLIENT_LOCAL_DNS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/alibaba_v1.h"

namespace nearcast::client {

class LocalDns {
 public:
  virtual ~LocalDns() = default;

  // The addresses of `name`, at least one; kNotFound when there are none, kUnavailable when nobody
  // answered. Blocks as long as the system lets it. Any thread.
  virtual absl::StatusOr<std::vector<std::string>> Resolve(const std::string& name,
                                                           Families families) = 0;
};

}  // namespace nearcast::client

#endif  // CLIENT_LOCAL_DNS_H_
