// ClientScope: for whom a query is answered, and how far the answer holds (RFC 7871 §7.2.1).
#ifndef SERVICES_DNS_CLIENT_SCOPE_H_
#define SERVICES_DNS_CLIENT_SCOPE_H_

#include <cstddef>
#include <cstdint>

#include "ipdb/ip_address.h"
#include "schedulerlib/place/steering.h"
#include "services/dns/message.h"

namespace nearcast::dns {

enum class ClientKind : uint8_t {
  kSource,         // no Client Subnet option: the packet's source, and nobody asks how far
  kHiddenSource,   // SOURCE 0: the client wishes not to be known (§7.1.2); the packet's source
  kPrivateSource,  // a private subnet says nothing (§10); the packet's source
  kSubnet,         // the subnet
};

struct ClientScope {
  ClientKind kind = ClientKind::kSource;
  ipdb::IpAddress client;
  // kPrivateSource: the length of the whole private block. kSubnet: 96 if the option writes an IPv4
  // client in its mapped IPv6 form, else 0.
  uint8_t base_bits = 0;

  // SCOPE for an answer that holds in a block of `decided_bits` around the client.
  uint8_t ScopeBits(uint8_t decided_bits) const {
    if (kind == ClientKind::kSubnet) return static_cast<uint8_t>(base_bits + decided_bits);
    return base_bits;
  }
};

ClientScope FindClient(const Query& query, const ipdb::IpAddress& source);

// Who stands for a subnet that `steering` answers in several ways: the client at the beginning of
// the largest part of it that gets one answer. So most of it is answered well, and every time the
// same (RFC 7871 §7.3.1: a cache keeps the answer for the whole subnet). Looks at the first
// kRunsMax runs of the subnet.
ipdb::IpAddress ChooseClient(const ClientSubnet& subnet, const scheduler::SteeringMap& steering);

inline constexpr size_t kRunsMax = 32;

}  // namespace nearcast::dns

#endif  // SERVICES_DNS_CLIENT_SCOPE_H_
