// Access: who may ask, and whether a signature counts. Pure; dialects turn the reasons into their
// own words.
//
// The rule. While no Account is configured, everybody may ask without signature, whatever account
// the request names: that is the demo. With the first Account, a request must name one that exists;
// without a signature it is answered if the account has allow_unsigned. A signature that is there
// must be right, always.
#ifndef SERVICES_HTTPDNS_ACCESS_H_
#define SERVICES_HTTPDNS_ACCESS_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "services/httpdns/question.h"

namespace nearcast::httpdns {

// Who asks. No account: nobody is configured, so everybody may.
struct Caller {
  const scheduler::Account* account = nullptr;  // of the snapshot
  IpParameter ip_parameter = IpParameter::kHonoured;
};

// kAccountMissing when accounts are configured and `account_id` is empty; kAccountUnknown.
std::optional<Reason> FindCaller(const scheduler::Snapshot& snapshot, absl::string_view account_id,
                                 IpParameter ip_parameter, Caller* caller);

// The caller who has this token; kAccountUnknown. In time linear in the number of accounts.
std::optional<Reason> FindCallerByToken(const scheduler::Snapshot& snapshot,
                                        absl::string_view token, IpParameter ip_parameter,
                                        Caller* caller);

// kUnsigned unless the caller may ask without signature.
std::optional<Reason> CheckUnsigned(const Caller& caller);

// `expected` is what we compute: kSignature when `given` differs or the account has no secret.
std::optional<Reason> CheckSignature(const Caller& caller, absl::string_view expected,
                                     absl::string_view given);

// Clients' clocks are wrong by this much and still count; Alibaba's document names the figure.
inline constexpr absl::Duration kClockSkew = absl::Seconds(150);
// A signature that would count for longer is refused. SDKs ask for half an hour at most; the rest is
// for clocks that are fast.
inline constexpr absl::Duration kValidityMax = absl::Hours(24);

// `text` is when the signature ends, in decimal: 10 digits are seconds, 13 are milliseconds since
// 1970. kExpired, kDuration, or kParameter when it is no such number.
enum class TimeUnit { kSeconds, kMilliseconds };
std::optional<Reason> CheckExpiry(absl::string_view text, TimeUnit unit, absl::Time now);

// Whether the account may ask for the name: it has no list of hosts, or the list has the name, or it
// has "*." and what follows the name's first label. Case does not count.
enum class HostRight { kGranted, kDenied };
HostRight RightToHost(const scheduler::Account* account, absl::string_view name);

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_ACCESS_H_
