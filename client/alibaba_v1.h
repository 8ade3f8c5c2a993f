// Alibaba Cloud's HTTPDNS API, version 1, from the client's side: the request's path, its signature,
// and the reading of what comes back. Sources: Alibaba Cloud documents "Resolve a domain name",
// "Resolve multiple domain names" and "Resolving requests with sign". The server's side of the same
// grammar is services/httpdns/alibaba_v1.h. Pure.
//
//   GET /{account}/d?host=A[&query=6|4,6]          GET /{account}/resolve?host=A,B[&query=…]
//   GET /{account}/sign_d?host=A&t=T&s=S[…]        GET /{account}/sign_resolve?host=A,B&t=T&s=S[…]
//
// T is the expiry in epoch seconds; S = md5hex(hosts "-" secret "-" T), hosts in the order as sent.
#ifndef CLIENT_ALIBABA_V1_H_
#define CLIENT_ALIBABA_V1_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace nearcast::client {

inline constexpr size_t kBatchNamesMax = 5;

// Of one name; whatever a reply holds beyond is left out.
inline constexpr size_t kAddressesMax = 16;

// What SDKs assume when a reply has no TTL, or none above zero.
inline constexpr absl::Duration kDefaultTtl = absl::Seconds(60);

enum class Families { kIpv4, kIpv6, kBoth };

struct AlibabaAccount {
  std::string id;      // Empty: the path begins with /d or /resolve.
  std::string secret;  // Empty: requests are not signed.
};

// Lower-case hex. `hosts` as in host=, `expiry` in seconds since 1970.
std::string SignHosts(absl::string_view hosts, absl::string_view secret, int64_t expiry_s);

// Path and query for 1 to kBatchNamesMax host names. `expiry` matters to signed requests alone.
std::string WriteRequestPath(const AlibabaAccount& account, std::span<const std::string> names,
                             Families families, absl::Time expiry);

struct NameAnswer {
  std::string name;                    // lower case
  std::vector<std::string> addresses;  // the server's order, IPv4 before IPv6; empty: none known
  absl::Duration ttl = kDefaultTtl;    // the smallest of the families'; 1 s to 1 day
};

// The body of a 200 to either call; one entry for each name, in order of appearance. Entries whose
// host is not a host name and addresses that are none are left out; kDataLoss when the body as a
// whole is not such an answer.
absl::StatusOr<std::vector<NameAnswer>> ParseReply(absl::string_view body);

// What to do about a reply with another status than 200.
enum class Refusal {
  kServer,    // another server may answer: 5xx, ServiceLevelDeny, and everything unknown
  kClock,     // the signature's time was refused: correct the clock by the Date header, ask again
  kQuestion,  // no server will answer this: wrong name, account or secret
};

// `body` may be anything; the vendor's SDKs go by its "code" alone.
Refusal JudgeRefusal(absl::string_view body);

// The "code" of an error's body, or "" if there is none.
std::string FindErrorCode(absl::string_view body);

}  // namespace nearcast::client

#endif  // CLIENT_ALIBABA_V1_H_
