#include "services/upstream/query.h"

#include "absl/numeric/int128.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "base/check.h"

namespace nearcast::upstream {
namespace {

constexpr size_t kHeaderBytes = 12;

void Append16(uint32_t value, std::vector<uint8_t>* out) {
  out->push_back(static_cast<uint8_t>(value >> 8));
  out->push_back(static_cast<uint8_t>(value));
}

void AppendName(absl::string_view name, const Secret& secret, std::vector<uint8_t>* out) {
  NC_CHECK(!name.empty() && name.size() <= 253);
  size_t at = 0;
  for (const absl::string_view label : absl::StrSplit(name, '.')) {
    NC_CHECK(!label.empty() && label.size() <= 63);
    out->push_back(static_cast<uint8_t>(label.size()));
    for (const char c : label) {
      const bool upper = (secret.case_bits[at / 64] >> at % 64 & 1) != 0;
      const auto octet = static_cast<unsigned char>(c);
      out->push_back(upper ? absl::ascii_toupper(octet) : absl::ascii_tolower(octet));
      ++at;
    }
  }
  out->push_back(0);
}

// The OPT record, with a Client Subnet option unless nothing is to be said.
void AppendOpt(const ipdb::IpPrefix& subnet, std::vector<uint8_t>* out) {
  constexpr uint16_t kOpt = 41;
  constexpr uint16_t kSubnetOption = 8;
  out->push_back(0);
  Append16(kOpt, out);
  Append16(kUdpBytesMax, out);
  Append16(0, out);
  Append16(0, out);
  if (subnet.length_bits == 0) return Append16(0, out);
  const std::vector<uint8_t> address = SubnetAddress(subnet);
  Append16(static_cast<uint32_t>(8 + address.size()), out);
  Append16(kSubnetOption, out);
  Append16(static_cast<uint32_t>(4 + address.size()), out);
  Append16(subnet.address.is_v4() ? 1 : 2, out);
  out->push_back(subnet.length_bits);
  out->push_back(0);
  out->insert(out->end(), address.begin(), address.end());
}

}  // namespace

std::vector<uint8_t> SubnetAddress(const ipdb::IpPrefix& subnet) {
  const ipdb::IpAddress& address = subnet.address;
  const absl::uint128 number = address.is_v4() ? absl::uint128(address.v4()) << 96 : address.v6();
  std::vector<uint8_t> octets((subnet.length_bits + 7) / 8);
  for (size_t i = 0; i < octets.size(); ++i) {
    octets[i] = static_cast<uint8_t>(absl::Uint128Low64(number >> (120 - 8 * i)));
  }
  return octets;
}

Query BuildQuery(const Question& question, Edns edns, const Secret& secret) {
  constexpr uint16_t kRecursionDesired = 0x0100;
  constexpr uint16_t kClassIn = 1;
  const bool has_edns = edns == Edns::kWithSubnet;
  Query query{.type = question.type};
  if (has_edns) query.subnet = question.subnet;
  Append16(secret.id, &query.bytes);
  Append16(kRecursionDesired, &query.bytes);
  for (const int count : {1, 0, 0, has_edns ? 1 : 0}) Append16(count, &query.bytes);
  AppendName(question.name, secret, &query.bytes);
  Append16(static_cast<uint16_t>(question.type), &query.bytes);
  Append16(kClassIn, &query.bytes);
  query.question_bytes = query.bytes.size() - kHeaderBytes;
  if (has_edns) AppendOpt(question.subnet, &query.bytes);
  return query;
}

}  // namespace nearcast::upstream
