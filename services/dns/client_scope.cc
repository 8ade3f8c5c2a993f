#include "services/dns/client_scope.h"

#include <algorithm>

#include "absl/numeric/int128.h"
#include "ipdb/run_table.h"

namespace nearcast::dns {
namespace {

struct PrivateBlock {
  uint32_t first;
  uint8_t bits;
};

// RFC 1918 §3, RFC 3927 §2.1 (link-local), RFC 1122 §3.2.1.3 (loopback).
constexpr PrivateBlock kPrivateV4[] = {
    {0x0a000000, 8}, {0xac100000, 12}, {0xc0a80000, 16}, {0xa9fe0000, 16}, {0x7f000000, 8}};

// Of most addresses the first octet tells that they are public.
bool MayBePrivate(uint32_t first_octet) {
  return first_octet == 10 || first_octet == 127 || first_octet == 169 || first_octet == 172 ||
         first_octet == 192;
}

// Length of the private block around an address, 0 for a public one. RFC 4193 §3.1 (fc00::/7), RFC
// 4291 §2.5.6.
uint8_t PrivateBits(const ipdb::IpAddress& address) {
  if (address.is_v4()) {
    if (!MayBePrivate(address.v4() >> 24)) return 0;
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

// Of an IPv4 client in its mapped IPv6 form.
uint8_t MappedBits(const ClientSubnet& subnet) {
  return subnet.family == 2 && subnet.client.is_v4() ? 96 : 0;
}

// The parts of a subnet that get one answer, with their addresses counted together.
template <typename Word>
struct Part {
  uint32_t group = 0;
  Word first = 0;
  Word addresses = 0;
};

// The first address of the largest part of [first, last].
template <typename Word>
Word ChooseAddress(const ipdb::RunTable<Word>& table, Word first, Word last) {
  Part<Word> parts[kRunsMax];
  size_t count = 0;
  size_t run = table.FindRun(first);
  for (size_t i = 0; i < kRunsMax && run < table.runs().size(); ++i, ++run) {
    const Word begin = std::max(first, table.runs()[run].start);
    if (begin > last) break;
    const Word addresses = std::min(last, table.last(run)) - begin + 1;
    const uint32_t group = table.runs()[run].value;
    size_t at = 0;
    while (at < count && parts[at].group != group) ++at;
    if (at == count) parts[count++] = {group, begin, 0};
    parts[at].addresses += addresses;
  }
  const auto smaller = [](const Part<Word>& a, const Part<Word>& b) {
    return a.addresses < b.addresses;
  };
  // Of equal ones the first.
  return std::max_element(parts, parts + count, smaller)->first;
}

}  // namespace

ClientScope FindClient(const Query& query, const ipdb::IpAddress& source) {
  if (!query.has_subnet) return {ClientKind::kSource, source, 0};
  const ClientSubnet& subnet = query.subnet;
  if (subnet.source_bits == 0) return {ClientKind::kHiddenSource, source, 0};
  const uint8_t mapped_bits = MappedBits(subnet);
  const uint8_t private_bits = PrivateBits(subnet.client);
  if (private_bits != 0 && mapped_bits + private_bits <= subnet.source_bits) {
    return {ClientKind::kPrivateSource, source, static_cast<uint8_t>(mapped_bits + private_bits)};
  }
  return {ClientKind::kSubnet, subnet.client, mapped_bits};
}

ipdb::IpAddress ChooseClient(const ClientSubnet& subnet, const scheduler::SteeringMap& steering) {
  const int bits = subnet.source_bits - MappedBits(subnet);
  if (subnet.client.is_v4()) {
    if (bits <= 0 || bits >= 32) return subnet.client;
    const uint32_t first = subnet.client.v4();
    return ipdb::IpAddress::FromV4(ChooseAddress(steering.v4, first, first | (~0u >> bits)));
  }
  if (bits >= 128) return subnet.client;
  const absl::uint128 first = subnet.client.v6();
  const absl::uint128 last = first | (~absl::uint128(0) >> bits);
  return ipdb::IpAddress::FromV6(ChooseAddress(steering.v6, first, last));
}

}  // namespace nearcast::dns
