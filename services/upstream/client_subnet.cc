#include "services/upstream/client_subnet.h"

#include <algorithm>
#include <cstdint>

#include "absl/numeric/int128.h"

namespace nearcast::upstream {
namespace {

struct Block {
  uint32_t first;
  int bits;
};

// RFC 1918 §3, RFC 6598 §7 (behind a carrier's NAT), RFC 3927 §2.1, RFC 1122 §3.2.1.3.
constexpr Block kPrivateV4[] = {{0x00000000, 8},  {0x0a000000, 8},  {0xac100000, 12},
                                {0xc0a80000, 16}, {0x64400000, 10}, {0xa9fe0000, 16},
                                {0x7f000000, 8}};

// RFC 4193 §3.1, RFC 4291 §2.5.2, §2.5.3 and §2.5.6.
bool IsPrivateV6(absl::uint128 address) {
  const uint64_t high = absl::Uint128High64(address);
  return high >> 57 == 0xfc >> 1 || high >> 54 == 0xfe80 >> 6 || address <= 1;
}

bool IsPrivate(const ipdb::IpAddress& address) {
  if (!address.is_v4()) return IsPrivateV6(address.v6());
  return std::any_of(std::begin(kPrivateV4), std::end(kPrivateV4), [&address](const Block& block) {
    return (address.v4() ^ block.first) >> (32 - block.bits) == 0;
  });
}

}  // namespace

ipdb::IpPrefix ChooseSubnet(const ipdb::IpAddress& client, const ipdb::PrefixTable& places) {
  if (IsPrivate(client)) return ipdb::BlockAround(client, 0);
  const int least = client.is_v4() ? 16 : 32;
  const int most = client.is_v4() ? 24 : 56;
  const ipdb::PrefixTable::Match match = places.Find(client);
  if (match.cell == ipdb::kUnknownCell) return ipdb::BlockAround(client, most);
  return ipdb::BlockAround(client, std::clamp<int>(match.scope_bits, least, most));
}

}  // namespace nearcast::upstream
