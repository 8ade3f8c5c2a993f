#include "services/dns/client_scope.h"

namespace nearcast::dns {
namespace {

struct PrivateBlock {
  uint32_t first;
  uint8_t bits;
};

// RFC 1918 §3, RFC 3927 §2.1 (link-local), RFC 1122 §3.2.1.3 (loopback).
constexpr PrivateBlock kPrivateV4[] = {
    {0x0a000000, 8}, {0xac100000, 12}, {0xc0a80000, 16}, {0xa9fe0000, 16}, {0x7f000000, 8}};

// Length of the private block around an address, 0 for a public one. RFC 4193 §3.1 (fc00::/7), RFC
// 4291 §2.5.6.
uint8_t PrivateBits(const ipdb::IpAddress& address) {
  if (address.is_v4()) {
    for (const PrivateBlock& block : kPrivateV4) {
      if ((address.v4() ^ block.first) >> (32 - block.bits) == 0) return block.bits;
    }
    return 0;
  }
  const uint64_t high = absl::Uint128High64(address.v6());
  if (high >> 57 == 0xfc >> 1) return 7;
  if (high >> 54 == 0xfe80 >> 6) return 10;
  return 0;
}

}  // namespace

ClientScope FindClient(const Query& query, const ipdb::IpAddress& source) {
  if (!query.has_subnet) return {ClientKind::kSource, source, 0};
  const ClientSubnet& subnet = query.subnet;
  if (subnet.source_bits == 0) return {ClientKind::kHiddenSource, source, 0};
  const uint8_t mapped_bits = subnet.family == 2 && subnet.client.is_v4() ? 96 : 0;
  const uint8_t private_bits = PrivateBits(subnet.client);
  if (private_bits != 0 && mapped_bits + private_bits <= subnet.source_bits) {
    return {ClientKind::kPrivateSource, source, static_cast<uint8_t>(mapped_bits + private_bits)};
  }
  return {ClientKind::kSubnet, subnet.client, mapped_bits};
}

}  // namespace nearcast::dns
