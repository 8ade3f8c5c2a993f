// BuildQuery: a line of text → a query's bytes, for tests, benchmarks and corpora.
//
//   BuildQuery("pull.live.example A +rd +edns=4096 +do +ecs=14.215.177.0/24")
//
// Words after name and type: a class ("CH"); +id=N +opcode=N +rd +ad +cd +tc; +edns[=bytes]
// +noquestion (QDCOUNT 0) +version=N +do, and +ecs=ADDRESS/BITS and +option=CODE:HEX, each of which
// brings EDNS with it. Source: RFC 1035 §4.1, RFC 6891 §6.1, RFC 7871 §6.
#ifndef SERVICES_DNS_QUERY_TEXT_H_
#define SERVICES_DNS_QUERY_TEXT_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

namespace nearcast::dns {

// The text must be well formed: it is the tester's own.
std::vector<uint8_t> BuildQuery(absl::string_view text);

}  // namespace nearcast::dns

#endif  // SERVICES_DNS_QUERY_TEXT_H_
