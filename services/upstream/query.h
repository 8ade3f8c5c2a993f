// Query: one question as it goes out, in bytes.
//
// Sources: RFC 1035 §4, RFC 6891 §6.1 (EDNS), RFC 7871 §6 and §7.1 (Client Subnet), and
// draft-vixie-dnsext-dns0x20 §2: letters are sent in a case that only the asked server sees, so that
// a forged reply must guess it beside ID and port. Pure: chance comes in.
#ifndef SERVICES_UPSTREAM_QUERY_H_
#define SERVICES_UPSTREAM_QUERY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "services/upstream/question.h"

namespace nearcast::upstream {

enum class Edns : uint8_t { kWithSubnet, kNone };  // kNone: for servers that do not know EDNS

// What a forger has to guess; from a source that nobody can predict.
struct Secret {
  uint16_t id = 0;
  std::array<uint64_t, 4> case_bits = {};  // a bit for each octet of the name
};

struct Query {
  RecordType type = RecordType::kA;
  ipdb::IpPrefix subnet;  // as sent; of length 0 = there is no Client Subnet option
  size_t question_bytes = 0;
  std::vector<uint8_t> bytes;

  // QNAME, QTYPE and QCLASS as sent.
  std::span<const uint8_t> question() const {
    return std::span<const uint8_t>(bytes).subspan(12, question_bytes);
  }
};

// Requires question.name to be a host name of at most 253 octets: labels of 1 to 63.
Query BuildQuery(const Question& question, Edns edns, const Secret& secret);

// What the OPT record allows the server over UDP: c-ares 1.18 cuts longer datagrams off there, and
// a reply that is cut comes over TCP.
inline constexpr uint16_t kUdpBytesMax = 512;

// ADDRESS of a Client Subnet option: as many octets as the length needs (RFC 7871 §6).
std::vector<uint8_t> SubnetAddress(const ipdb::IpPrefix& subnet);

}  // namespace nearcast::upstream

#endif  // SERVICES_UPSTREAM_QUERY_H_
