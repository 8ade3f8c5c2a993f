#include "services/httpdns/access.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "services/httpdns/digest.h"

namespace nearcast::httpdns {
namespace {

Caller CallerOf(const scheduler::Account& account, IpParameter ip_parameter) {
  return {&account, account.allow_ip_parameter ? ip_parameter : IpParameter::kIgnored};
}

}  // namespace

std::optional<Reason> FindCaller(const scheduler::Snapshot& snapshot, absl::string_view account_id,
                                 IpParameter ip_parameter, Caller* caller) {
  *caller = {nullptr, ip_parameter};
  if (snapshot.accounts.empty()) return std::nullopt;
  if (account_id.empty()) return Reason::kAccountMissing;
  const auto found = snapshot.accounts.find(account_id);
  if (found == snapshot.accounts.end()) return Reason::kAccountUnknown;
  *caller = CallerOf(found->second, ip_parameter);
  return std::nullopt;
}

std::optional<Reason> FindCallerByToken(const scheduler::Snapshot& snapshot,
                                        absl::string_view token, IpParameter ip_parameter,
                                        Caller* caller) {
  for (const auto& [id, account] : snapshot.accounts) {
    if (account.tencent_token.empty() || !SameSecret(account.tencent_token, token)) continue;
    *caller = CallerOf(account, ip_parameter);
    return std::nullopt;
  }
  return Reason::kAccountUnknown;
}

std::optional<Reason> CheckUnsigned(const Caller& caller) {
  if (caller.account == nullptr || caller.account->allow_unsigned) return std::nullopt;
  return Reason::kUnsigned;
}

std::optional<Reason> CheckSignature(const Caller& caller, absl::string_view expected,
                                     absl::string_view given) {
  if (caller.account == nullptr) return Reason::kAccountUnknown;
  if (caller.account->sign_secret.empty()) return Reason::kSignature;
  if (!SameSecret(expected, given)) return Reason::kSignature;
  return std::nullopt;
}

std::optional<Reason> CheckExpiry(absl::string_view text, TimeUnit unit, absl::Time now) {
  const size_t digits = unit == TimeUnit::kSeconds ? 10 : 13;
  int64_t number = 0;
  if (text.size() != digits || !std::all_of(text.begin(), text.end(), absl::ascii_isdigit) ||
      !absl::SimpleAtoi(text, &number)) {
    return Reason::kParameter;
  }
  const absl::Time end =
      unit == TimeUnit::kSeconds ? absl::FromUnixSeconds(number) : absl::FromUnixMillis(number);
  if (now > end + kClockSkew) return Reason::kExpired;
  if (end > now + kValidityMax) return Reason::kDuration;
  return std::nullopt;
}

HostRight RightToHost(const scheduler::Account* account, absl::string_view name) {
  if (account == nullptr || account->hosts.empty()) return HostRight::kGranted;
  name = absl::StripSuffix(name, ".");
  const size_t dot = name.find('.');
  const absl::string_view parent = dot == name.npos ? absl::string_view() : name.substr(dot);
  for (const std::string& host : account->hosts) {
    const absl::string_view pattern(host);
    const bool matches = absl::StartsWith(pattern, "*.")
                             ? absl::EqualsIgnoreCase(pattern.substr(1), parent)
                             : absl::EqualsIgnoreCase(pattern, name);
    if (matches) return HostRight::kGranted;
  }
  return HostRight::kDenied;
}

}  // namespace nearcast::httpdns
