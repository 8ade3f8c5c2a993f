// Answer: one query's bytes in, the reply's bytes out. The whole of the DNS front but its sockets.
//
//   const size_t bytes = Answer(snapshot, {packet, source, Transport::kUdp}, out, counters);
//   if (bytes > 0) Send(out.first(bytes));
//
// What is answered how: docs/dns.md. Decisions are those of schedulerlib; here they only become
// bytes. Thread rule: any thread, with counters of its own. No allocation, lock, log or clock.
#ifndef SERVICES_DNS_ANSWER_H_
#define SERVICES_DNS_ANSWER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "ipdb/ip_address.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "services/dns/cookie.h"
#include "services/dns/counters.h"
#include "services/dns/rate_limiter.h"

namespace nearcast::dns {

enum class Transport : uint8_t { kUdp, kTcp, kTls, kHttps };

// Who must show a good server cookie (RFC 7873 §5.2.3) to get an answer over UDP.
enum class CookieDemand : uint8_t {
  kNobody,
  kWhoSendsCookies,  // under attack: who knows cookies gets BADCOOKIE and a new one first
};

// What does not change from query to query. Must outlive the queries.
struct AnswerOptions {
  // Which of several servers this is, for whom asks (RFC 5001); at most kNsidBytesMax. Empty = off.
  std::string nsid;
  // Nothing = cookies are ignored.
  std::optional<CookieSecrets> cookies;
  CookieDemand cookie_demand = CookieDemand::kNobody;
};

inline constexpr size_t kNsidBytesMax = 64;

// What an HTTP cache must know of a reply.
struct ReplyFacts {
  bool is_tailored = false;  // has a record that is decided per client
};

struct Request {
  std::span<const uint8_t> packet;
  // Where it came from: the client, unless a Client Subnet option names it.
  ipdb::IpAddress source;
  Transport transport = Transport::kUdp;

  // The time since 1970 modulo 2^32; for cookies.
  uint32_t now_s = 0;
  // Null = the defaults: neither NSID nor cookies.
  const AnswerOptions* options = nullptr;
  // Null = no limit. Of the calling thread.
  RateLimiter* limiter = nullptr;
  // Set if not null and there is a reply.
  ReplyFacts* facts = nullptr;
};

// `out` must not overlap the packet and must hold kUdpBytesMax octets for UDP, kTcpBytesMax for others
// (message.h). Returns the reply's length, or 0 where there must be none.
size_t Answer(const scheduler::Snapshot& snapshot, const Request& request, std::span<uint8_t> out,
              Counters& counters);

}  // namespace nearcast::dns

#endif  // SERVICES_DNS_ANSWER_H_
