#include "ipdb/ip_address.h"

#include <arpa/inet.h>

#include <array>
#include <cstring>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace nearcast::ipdb {
namespace {

uint64_t ReadBigEndian64(std::span<const uint8_t> bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < 8; ++i) value = value << 8 | bytes[i];
  return value;
}

// Four numbers up to 255 without leading zeros, dots between them.
std::optional<uint32_t> ParseDottedQuad(absl::string_view text) {
  uint32_t address = 0;
  size_t at = 0;
  for (int i = 0; i < 4; ++i) {
    if (i > 0 && (at == text.size() || text[at++] != '.')) return std::nullopt;
    const size_t begin = at;
    uint32_t octet = 0;
    while (at < text.size() && at - begin < 3 && text[at] >= '0' && text[at] <= '9') {
      octet = octet * 10 + static_cast<uint32_t>(text[at++] - '0');
    }
    const bool has_leading_zero = at - begin > 1 && text[begin] == '0';
    if (at == begin || has_leading_zero || octet > 255) return std::nullopt;
    address = address << 8 | octet;
  }
  if (at != text.size()) return std::nullopt;
  return address;
}

}  // namespace

IpAddress IpAddress::FromV4Bytes(std::span<const uint8_t, 4> bytes) {
  return FromV4(uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 |
                bytes[3]);
}

IpAddress IpAddress::FromV6Bytes(std::span<const uint8_t, 16> bytes) {
  return IpAddress(ReadBigEndian64(bytes.first(8)), ReadBigEndian64(bytes.last(8)));
}

std::string IpAddress::ToString() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_v4()) {
    return absl::StrCat(v4() >> 24, ".", v4() >> 16 & 0xff, ".", v4() >> 8 & 0xff, ".",
                        v4() & 0xff);
  }
  std::array<uint8_t, 16> bytes;
  for (size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<uint8_t>(high_ >> (56 - 8 * i));
    bytes[8 + i] = static_cast<uint8_t>(low_ >> (56 - 8 * i));
  }
  return inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
}

absl::StatusOr<IpAddress> ParseIpAddress(absl::string_view text) {
  if (const std::optional<uint32_t> v4 = ParseDottedQuad(text)) return IpAddress::FromV4(*v4);
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  std::array<uint8_t, 16> bytes;
  const bool fits = text.size() < terminated.size() && text.find('\0') == text.npos;
  if (fits) {
    std::memcpy(terminated.data(), text.data(), text.size());
    if (inet_pton(AF_INET6, terminated.data(), bytes.data()) == 1) {
      return IpAddress::FromV6Bytes(bytes);
    }
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", text.substr(0, 64), "\" is not an IP address; write it as 192.0.2.1 or 2001:db8::1"));
}

}  // namespace nearcast::ipdb
