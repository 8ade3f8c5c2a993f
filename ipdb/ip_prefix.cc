#include "ipdb/ip_prefix.h"

#include <algorithm>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"

namespace nearcast::ipdb {
namespace {

constexpr int kMappedBits = 96;

// Ones in the last `count` of 128 bits.
absl::uint128 LowBits(int count) {
  return count == 0 ? absl::uint128(0) : absl::Uint128Max() >> (128 - count);
}

// The bits after the prefix's length.
absl::uint128 HostMask(const IpAddress& address, int length_bits) {
  return LowBits(address.width_bits() - length_bits);
}

absl::Status NotAPrefix(absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", text.substr(0, 64), "\" is not a network; write it as 192.0.2.0/24 or 2001:db8::/32"));
}

}  // namespace

bool IpPrefix::Contains(const IpAddress& other) const {
  return other.is_v4() == address.is_v4() && address <= other && other <= last();
}

IpAddress IpPrefix::last() const {
  return IpAddress::FromV6(address.v6() | HostMask(address, length_bits));
}

std::string IpPrefix::ToString() const {
  return absl::StrCat(address.ToString(), "/", length_bits);
}

IpPrefix BlockAround(const IpAddress& address, int length_bits) {
  NC_CHECK(length_bits >= 0 && length_bits <= address.width_bits());
  return {IpAddress::FromV6(address.v6() & ~HostMask(address, length_bits)),
          static_cast<uint8_t>(length_bits)};
}

absl::StatusOr<IpPrefix> ParseIpPrefix(absl::string_view text) {
  const size_t slash = text.find('/');
  absl::StatusOr<IpAddress> address = ParseIpAddress(text.substr(0, slash));
  if (!address.ok()) return NotAPrefix(text);
  if (slash == text.npos) return BlockAround(*address, address->width_bits());

  const absl::string_view digits = text.substr(slash + 1);
  const bool is_number =
      !digits.empty() && digits.size() <= 3 &&
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  int length_bits = 0;
  if (!is_number || !absl::SimpleAtoi(digits, &length_bits)) return NotAPrefix(text);
  const bool is_mapped = address->is_v4() && text.substr(0, slash).find(':') != text.npos;
  if (is_mapped) length_bits -= kMappedBits;
  if (length_bits < 0 || length_bits > address->width_bits()) return NotAPrefix(text);
  const IpPrefix block = BlockAround(*address, length_bits);
  if (block.address == *address) return block;
  return absl::InvalidArgumentError(absl::StrCat("network ", text, " has bits set after /", digits,
                                                 "; write ", block.ToString()));
}

}  // namespace nearcast::ipdb
