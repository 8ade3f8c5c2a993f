// The DNS message as this server reads it: bytes in, one Query or a fault out. message_writer.h is
// the other half.
//
// Sources: RFC 1035 §4 (format), RFC 9619 (one question), RFC 6891 §6 (EDNS), RFC 7871 §6 and §7.2
// (Client Subnet), RFC 7873 §4 and §5.4 (cookies), RFC 5001 (NSID), RFC 7830 (padding), RFC 8906
// (what unknown things must get).
#ifndef SERVICES_DNS_MESSAGE_H_
#define SERVICES_DNS_MESSAGE_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "absl/strings/string_view.h"
#include "ipdb/ip_address.h"

namespace nearcast::dns {

enum class Rcode : uint16_t {
  kNoError = 0,
  kFormErr = 1,
  kServFail = 2,
  kNxDomain = 3,
  kNotImp = 4,
  kRefused = 5,
  kBadVers = 16,
  kBadCookie = 23,
};

inline constexpr size_t kHeaderBytes = 12;
inline constexpr size_t kNameBytesMax = 255;
inline constexpr uint16_t kClassIn = 1;
inline constexpr uint16_t kHttps = 65;  // RFC 9460

// Largest reply over UDP without EDNS (RFC 1035 §4.2.1), and the least that an OPT record may ask
// for (RFC 6891 §6.2.3).
inline constexpr size_t kPlainUdpBytesMax = 512;
// Largest reply over UDP whatever the client asks for: no fragments on any path (DNS flag day
// 2020).
inline constexpr size_t kUdpBytesMax = 1232;
inline constexpr size_t kTcpBytesMax = 65535;

// A Client Subnet option that obeys RFC 7871 §6.
struct ClientSubnet {
  uint16_t family = 0;      // 1 = IPv4, 2 = IPv6
  uint8_t source_bits = 0;  // 0 = the client wishes not to be known
  uint8_t address_bytes = 0;

  // ADDRESS as sent, within the packet.
  const uint8_t* address = nullptr;

  // The first address of the subnet.
  ipdb::IpAddress client;
};

struct Query {
  // Not initialised as a whole: `name` costs more than the rest together.
  Query() {}

  uint16_t id = 0;
  uint8_t opcode = 0;
  bool recursion_desired = false;

  // The question as sent lies at kHeaderBytes of the packet; 0 if there is no readable one.
  uint16_t question_bytes = 0;
  uint16_t type = 0;
  uint16_t question_class = 0;

  // QNAME in wire form, lower case.
  uint8_t name_bytes = 0;
  uint8_t name[kNameBytesMax + 9];

  bool has_edns = false;
  bool dnssec_ok = false;
  uint16_t udp_bytes = 0;  // what the OPT record asks for

  bool has_subnet = false;
  ClientSubnet subnet;

  // A COOKIE option of a length that RFC 7873 §4 allows, within the packet; else empty.
  std::span<const uint8_t> cookie;
  bool wants_nsid = false;
  bool wants_padding = false;

  // QDCOUNT 0, which is a query if there is a cookie (RFC 7873 §5.4).
  bool has_no_question = false;

  absl::string_view name_view() const { return {reinterpret_cast<const char*>(name), name_bytes}; }
};

// What keeps a packet from being a query that can be answered.
enum class QueryFault : uint8_t {
  kNone,
  kDrop,     // shorter than a header, or a response: RFC 1035 §7.3; reply nothing
  kFormErr,  // the question is kept if it could be read, and so is EDNS
  kNotImp,   // an opcode other than QUERY
  kBadVers,  // an EDNS version above 0 (RFC 6891 §6.1.3); its options are not read
};

// Fills `query`, which must be new. No allocation; `query` points into `packet`.
QueryFault ParseQuery(std::span<const uint8_t> packet, Query& query);

}  // namespace nearcast::dns

#endif  // SERVICES_DNS_MESSAGE_H_
