// Cookie: DNS cookies, by which a client shows that it is where its packets say it is.
//
//   const CookieState state = CheckCookie(option, source, now_s, secrets);
//   const Cookie reply = RenewCookie(option, state, source, now_s, secrets);
//
// Sources: RFC 7873 (the option), RFC 9018 §4 (how server cookies are made, so that servers of
// several makes can share one address and one secret), §5 (how secrets are changed). SipHash-2-4:
// Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012. Thread rule: pure.
#ifndef SERVICES_DNS_COOKIE_H_
#define SERVICES_DNS_COOKIE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ipdb/ip_address.h"

namespace nearcast::dns {

inline constexpr size_t kClientCookieBytes = 8;
inline constexpr size_t kServerCookieBytes = 16;

using CookieSecret = std::array<uint8_t, 16>;
using Cookie = std::array<uint8_t, kClientCookieBytes + kServerCookieBytes>;

// Cookies are made with `current`, and good if made with any. To change secrets on several servers,
// give `next` to all of them; then make it `current` on all, with the one before as `old`; leave
// `old` out an hour later.
struct CookieSecrets {
  CookieSecret current = {};
  std::optional<CookieSecret> old;
  std::optional<CookieSecret> next;
};

// Lines "current HEX", "old HEX" and "next HEX", of which the last two may be missing; empty lines
// and what follows '#' do not count. kInvalidArgument names the line.
absl::StatusOr<CookieSecrets> ParseCookieSecrets(absl::string_view text);

// 32 hex digits. kInvalidArgument otherwise.
absl::StatusOr<CookieSecret> ParseCookieSecret(absl::string_view text);

// For a server that shares its address with no other.
CookieSecret DrawCookieSecret();

// RFC 7873 §4: 8 octets of the client's, and none or 8 to 32 of the server's.
constexpr bool IsCookieLength(size_t bytes) { return bytes == 8 || (bytes >= 16 && bytes <= 40); }

enum class CookieState : uint8_t {
  kClientOnly,  // no server cookie yet
  kBad,         // not ours, from elsewhere, older than an hour or more than five minutes ahead
  kGood,
  kGoodToRenew,  // older than half an hour, or not of the current secret
};

// `option` has a length as above; `now_s` is the time since 1970 modulo 2^32.
CookieState CheckCookie(std::span<const uint8_t> option, const ipdb::IpAddress& source,
                        uint32_t now_s, const CookieSecrets& secrets);

// The cookie for the reply: a good one as it is, else a new one.
Cookie RenewCookie(std::span<const uint8_t> option, CookieState state,
                   const ipdb::IpAddress& source, uint32_t now_s, const CookieSecrets& secrets);

uint64_t SipHash24(const CookieSecret& key, std::span<const uint8_t> bytes);

}  // namespace nearcast::dns

#endif  // SERVICES_DNS_COOKIE_H_
