// Reply: what an upstream's message says to one query.
//
//   const Reply reply = ParseReply(query, bytes);
//   if (reply.kind == Reply::Kind::kAnswer) Keep(reply.answer, reply.scope_bits);
//
// Sources: RFC 1035 §4, RFC 2181 §8 (TTL), RFC 2308 §2 and §5 (no such name, no data, and for how
// long), RFC 6604 §3 (which name of a chain the RCODE is about), RFC 6891 §6.2.2, RFC 7871 §7.3.
// Pure; takes any bytes.
#ifndef SERVICES_UPSTREAM_REPLY_H_
#define SERVICES_UPSTREAM_REPLY_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "services/upstream/query.h"
#include "services/upstream/question.h"

namespace nearcast::upstream {

// More than these are left out: no client tries so many.
inline constexpr size_t kAddressesMax = 16;
// Of one message; a longer chain is a loop or a joke.
inline constexpr int kAliasesMax = 16;

struct Reply {
  enum class Kind : uint8_t {
    kAnswer,       // addresses, or that there are none
    kAlias,        // the name is `alias`, which must be asked for itself
    kTruncated,    // ask over TCP
    kNoEdns,       // FORMERR, NOTIMP, BADVERS: ask without EDNS
    kCaseLost,     // the question came back in other letters: forged, or a server that is no help
                   // against forgery; ask over TCP
    kWrongSubnet,  // tells of another subnet than it was asked about (RFC 7871 §7.3: to be dropped)
    kRefused,      // SERVFAIL, REFUSED and other errors; a referral
    kMalformed,    // not a message, or not about the question
  };

  Kind kind = Kind::kMalformed;
  Answer answer;           // kAnswer; of kAlias the TTL alone
  std::string alias;       // kAlias: a host name in lower case
  uint8_t scope_bits = 0;  // for how much of the subnet's surroundings it holds; 0 = for everybody
};

Reply ParseReply(const Query& query, std::span<const uint8_t> bytes);

}  // namespace nearcast::upstream

#endif  // SERVICES_UPSTREAM_REPLY_H_
