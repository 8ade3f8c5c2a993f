// HttpdnsOptions: what Httpdns is told.
#ifndef SERVICES_HTTPDNS_HTTPDNS_OPTIONS_H_
#define SERVICES_HTTPDNS_HTTPDNS_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "services/httpdns/question.h"
#include "services/upstream/upstream.h"

namespace nearcast::httpdns {

struct HttpdnsOptions {
  // As many as the servers have threads: each has its own reader of the snapshot and its own
  // counters.
  uint32_t workers = 1;

  // Whether ip= says where the client is. Accounts can only narrow it (allow_ip_parameter). The
  // address API always tells about any address.
  IpParameter ip_parameter = IpParameter::kHonoured;

  // How long clients may remember that a name is not ours.
  uint32_t unknown_ttl_s = 60;

  // What an account without service addresses of its own gets from /ss, /conf and /svc_meta. SDKs
  // keep the list they have when it is empty.
  std::vector<std::string> service_addresses;

  // Resolves aliases and names of CDNs; null = aliases are given as such. Must have ended before
  // Httpdns: what waits there calls it.
  upstream::Upstream* upstream = nullptr;

  // For signatures and rates. Must outlive Httpdns.
  const Clock* clock = Clock::System();
};

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_HTTPDNS_OPTIONS_H_
