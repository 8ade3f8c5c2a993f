// IpAddress: one IPv4 or IPv6 address as a value of 16 bytes.
//
//   NC_ASSIGN_OR_RETURN(const IpAddress address, ParseIpAddress("14.215.177.39"));
//   if (address.is_v4()) Use(address.v4());
//
// IPv4 is kept in its mapped form (RFC 4291 section 2.5.5.2), so ::ffff:1.2.3.4 and 1.2.3.4 are the
// same address, as a dual-stack socket means them to be.
#ifndef IPDB_IP_ADDRESS_H_
#define IPDB_IP_ADDRESS_H_

#include <compare>
#include <cstdint>
#include <ostream>
#include <span>
#include <string>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nearcast::ipdb {

// A value; the default is "::". Ordered by number within a family; all of IPv4 sorts as
// ::ffff:0:0/96.
class IpAddress {
 public:
  constexpr IpAddress() = default;
  // `host_order`: 192.0.2.1 is 0xc0000201.
  static constexpr IpAddress FromV4(uint32_t host_order) {
    return IpAddress(0, kMappedPrefix | host_order);
  }
  // A number in ::ffff:0:0/96 gives the IPv4 address.
  static constexpr IpAddress FromV6(absl::uint128 number) {
    return IpAddress(absl::Uint128High64(number), absl::Uint128Low64(number));
  }
  // In network order, as in in_addr and in6_addr.
  static IpAddress FromV4Bytes(std::span<const uint8_t, 4> bytes);
  static IpAddress FromV6Bytes(std::span<const uint8_t, 16> bytes);

  constexpr bool is_v4() const { return high_ == 0 && (low_ >> 32) == (kMappedPrefix >> 32); }
  // Host order; meaningful only if is_v4().
  constexpr uint32_t v4() const { return static_cast<uint32_t>(low_); }
  // The number in 128 bits, host order; for IPv4 that of the mapped form.
  constexpr absl::uint128 v6() const { return absl::MakeUint128(high_, low_); }
  // 32 or 128.
  constexpr int width_bits() const { return is_v4() ? 32 : 128; }

  // Dotted quad, or the canonical IPv6 text of RFC 5952 (lower case, longest run of zeros as "::").
  std::string ToString() const;

  friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) = default;
  friend std::ostream& operator<<(std::ostream& out, const IpAddress& address) {
    return out << address.ToString();
  }
  template <typename H>
  friend H AbslHashValue(H h, const IpAddress& address) {
    return H::combine(std::move(h), address.high_, address.low_);
  }

 private:
  static constexpr uint64_t kMappedPrefix = 0xffff'0000'0000;

  constexpr IpAddress(uint64_t high, uint64_t low) : high_(high), low_(low) {}

  uint64_t high_ = 0;
  uint64_t low_ = 0;
};

// Dotted quad without leading zeros, or any IPv6 text of RFC 4291 section 2.2. Neither zone
// ("%eth0"), port nor brackets. kInvalidArgument names the text.
absl::StatusOr<IpAddress> ParseIpAddress(absl::string_view text);

}  // namespace nearcast::ipdb

#endif  // IPDB_IP_ADDRESS_H_
