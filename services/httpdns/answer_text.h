// Writes the parts that answers of all dialects are made of, into buffers that are reused.
#ifndef SERVICES_HTTPDNS_ANSWER_TEXT_H_
#define SERVICES_HTTPDNS_ANSWER_TEXT_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ipdb/ip_address.h"

namespace nearcast::httpdns {

using Ipv4 = std::array<uint8_t, 4>;
using Ipv6 = std::array<uint8_t, 16>;

inline void Append(absl::string_view text, std::string* out) {
  out->append(text.data(), text.size());
}

void AppendNumber(uint32_t number, std::string* out);

// Dotted quad, or the text of RFC 5952.
void AppendAddress(const Ipv4& address, std::string* out);
void AppendAddress(const Ipv6& address, std::string* out);
void AppendAddress(const ipdb::IpAddress& address, std::string* out);

// The addresses with `separator` between them, each in `quote`s.
template <typename Address>
void AppendAddresses(const std::vector<Address>& addresses, absl::string_view separator,
                     absl::string_view quote, std::string* out) {
  bool first = true;
  for (const Address& address : addresses) {
    if (!first) Append(separator, out);
    first = false;
    Append(quote, out);
    AppendAddress(address, out);
    Append(quote, out);
  }
}

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_ANSWER_TEXT_H_
