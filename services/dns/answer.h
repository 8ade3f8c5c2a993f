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
#include <span>

#include "ipdb/ip_address.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "services/dns/counters.h"

namespace nearcast::dns {

enum class Transport : uint8_t { kUdp, kTcp };

struct Request {
  std::span<const uint8_t> packet;
  // Where it came from: the client, unless a Client Subnet option names it.
  ipdb::IpAddress source;
  Transport transport = Transport::kUdp;
};

// `out` must not overlap the packet and must hold kUdpBytesMax octets for UDP, kTcpBytesMax for TCP
// (message.h). Returns the reply's length, or 0 where there must be none.
size_t Answer(const scheduler::Snapshot& snapshot, const Request& request, std::span<uint8_t> out,
              Counters& counters);

}  // namespace nearcast::dns

#endif  // SERVICES_DNS_ANSWER_H_
