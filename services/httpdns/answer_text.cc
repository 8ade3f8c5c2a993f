#include "services/httpdns/answer_text.h"

#include <arpa/inet.h>

#include <charconv>
#include <span>

namespace nearcast::httpdns {
namespace {

char* WriteOctet(uint8_t octet, char* to) {
  if (octet >= 100) *to++ = static_cast<char>('0' + octet / 100);
  if (octet >= 10) *to++ = static_cast<char>('0' + octet / 10 % 10);
  *to++ = static_cast<char>('0' + octet % 10);
  return to;
}

}  // namespace

void AppendNumber(uint32_t number, std::string* out) {
  std::array<char, 10> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out->append(digits.data(), end.ptr);
}

void AppendAddress(const Ipv4& address, std::string* out) {
  std::array<char, 16> text;
  char* to = text.data();
  for (size_t i = 0; i < address.size(); ++i) {
    if (i > 0) *to++ = '.';
    to = WriteOctet(address[i], to);
  }
  out->append(text.data(), to);
}

void AppendAddress(const Ipv6& address, std::string* out) {
  std::array<char, INET6_ADDRSTRLEN> text;
  out->append(inet_ntop(AF_INET6, address.data(), text.data(), text.size()));
}

void AppendAddress(const ipdb::IpAddress& address, std::string* out) {
  if (!address.is_v4()) {
    out->append(address.ToString());
    return;
  }
  const uint32_t number = address.v4();
  AppendAddress(Ipv4{static_cast<uint8_t>(number >> 24), static_cast<uint8_t>(number >> 16),
                     static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)},
                out);
}

}  // namespace nearcast::httpdns
