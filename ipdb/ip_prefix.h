// IpPrefix: a block of addresses, such as 192.0.2.0/24 or 2001:db8::/32.
#ifndef IPDB_IP_PREFIX_H_
#define IPDB_IP_PREFIX_H_

#include <compare>
#include <cstdint>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ipdb/ip_address.h"

namespace nearcast::ipdb {

// `address` is the first of the block (no bit set after `length_bits`), which is 0..32 for IPv4 and
// 0..128 for IPv6.
struct IpPrefix {
  IpAddress address;
  uint8_t length_bits = 0;

  bool Contains(const IpAddress& other) const;
  IpAddress last() const;
  std::string ToString() const;

  friend auto operator<=>(const IpPrefix&, const IpPrefix&) = default;
  friend std::ostream& operator<<(std::ostream& out, const IpPrefix& prefix) {
    return out << prefix.ToString();
  }
};

// The block of that length around an address. Requires length_bits <= address.width_bits().
IpPrefix BlockAround(const IpAddress& address, int length_bits);

// "192.0.2.0/24"; an address alone is a block of one. IPv4 in its mapped form
// (::ffff:192.0.2.0/120) gives the IPv4 block. kInvalidArgument if the text is no prefix, or has
// bits set after its length: the message says which block was meant.
absl::StatusOr<IpPrefix> ParseIpPrefix(absl::string_view text);

}  // namespace nearcast::ipdb

#endif  // IPDB_IP_PREFIX_H_
