// What every HTTPDNS dialect comes down to: names, client addresses and address families in; per
// name an answer out.
//
//   bytes → http::Request → dialect's Parse → Question → Resolve → NameResult → dialect's Write →
//   bytes
//
// A dialect is one file with a pure Parse and a pure Write; what it cannot express it need not
// know.
#ifndef SERVICES_HTTPDNS_QUESTION_H_
#define SERVICES_HTTPDNS_QUESTION_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ipdb/ip_address.h"
#include "schedulerlib/place/steering.h"

namespace nearcast::httpdns {

enum class Families : uint8_t { kIpv4 = 1, kIpv6 = 2, kBoth = 3 };

constexpr bool Has(Families families, Families one) {
  return (static_cast<uint8_t>(families) & static_cast<uint8_t>(one)) != 0;
}

// Whether the caller's word about where the client is counts, or only the connection's address.
enum class IpParameter : uint8_t { kHonoured, kIgnored };

// No dialect asks for more names at once; the vendors' SDKs send up to 10.
inline constexpr size_t kNamesMax = 16;

// Every name is asked for every client.
struct Question {
  std::vector<absl::string_view> names;  // as written by the client; at least one
  std::vector<ipdb::IpAddress> clients;  // at least one
  Families families = Families::kIpv4;
  absl::string_view stream;                            // sdns-stream; empty = none
  absl::Duration patience = absl::InfiniteDuration();  // how long the caller waits, if it says so

  // Empty again, in the same memory.
  void Clear() {
    names.clear();
    clients.clear();
    families = Families::kIpv4;
    stream = {};
    patience = absl::InfiniteDuration();
  }
};

// Why a request gets no answer, in no dialect's words.
enum class Reason : uint8_t {
  kMethod,
  kParameter,
  kAccountMissing,
  kAccountUnknown,
  kUnsigned,
  kSignature,
  kExpired,
  kDuration,
  kCipher,
  kRate,
  kNotReady,
  kUpstream,
};
inline constexpr size_t kReasons = 12;
inline constexpr absl::string_view kReasonNames[kReasons] = {
    "method",   "parameter", "account_missing", "account_unknown",
    "unsigned", "signature", "expired",         "duration",
    "cipher",   "rate",      "not_ready",       "upstream"};

// For people; what a client did wrong and can change.
inline constexpr absl::string_view kReasonMessages[kReasons] = {
    "use GET",
    "a parameter is missing or malformed",
    "an account must be named",
    "no such account",
    "this account wants a signature",
    "the signature does not match",
    "the signature has expired; correct the clock by the Date field",
    "the signature would be valid for too long",
    "the cipher text does not open with the account's key",
    "too many requests for this account",
    "not ready",
    "the name's own servers do not answer"};

// A request that gets no answer. `code` is in the dialect's vocabulary; both texts are literals.
struct Refusal {
  int status = 400;
  absl::string_view code;
  absl::string_view message;
  Reason reason = Reason::kParameter;
};

inline absl::string_view MessageOf(Reason reason) {
  return kReasonMessages[static_cast<size_t>(reason)];
}

struct NameResult {
  absl::string_view name;
  ipdb::IpAddress client;
  const scheduler::NameAnswer* answer = nullptr;  // null: no name of ours
  uint32_t ttl_s = 0;                             // what is left of it
  absl::string_view stream;                       // the question's
  uint32_t age_s = 0;                             // what has passed of it, for answers of upstream
  bool is_upstreams = false;
  bool has_failed = false;  // there should be an answer, and there is none

  // What stands in place of addresses, or before upstream's; empty = nothing.
  absl::string_view alias() const {
    return answer == nullptr ? absl::string_view() : absl::string_view(answer->cname);
  }

  bool Found(Families families) const {
    return answer != nullptr && ((Has(families, Families::kIpv4) && !answer->ipv4.empty()) ||
                                 (Has(families, Families::kIpv6) && !answer->ipv6.empty()));
  }
};

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_QUESTION_H_
