#include "signing/url_verifier.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "absl/strings/ascii.h"
#include "base/constant_time.h"
#include "signing/parameter_names.h"
#include "signing/time_text.h"

namespace nearcast {
namespace {

constexpr size_t kMinuteDigits = 12;
constexpr size_t kMd5Digits = 32;

// What a URL says of itself.
struct Claim {
  absl::string_view time;  // as digested
  absl::string_view digest;
};

// The first parameter of that name; nothing when there is none.
std::optional<absl::string_view> FindParameter(absl::string_view query, absl::string_view name) {
  while (!query.empty()) {
    const size_t end = query.find('&');
    const absl::string_view pair = query.substr(0, end);
    if (pair.size() > name.size() && pair[name.size()] == '=' &&
        pair.substr(0, name.size()) == name) {
      return pair.substr(name.size() + 1);
    }
    if (end == absl::string_view::npos) break;
    query.remove_prefix(end + 1);
  }
  return std::nullopt;
}

// Digits and nothing else.
std::optional<int64_t> ParseSeconds(absl::string_view text, int base) {
  int64_t seconds = 0;
  const auto parsed = std::from_chars(text.begin(), text.end(), seconds, base);
  if (parsed.ec != std::errc() || parsed.ptr != text.end() || seconds < 0) return std::nullopt;
  return seconds;
}

std::optional<int64_t> ParseTime(const Signing& signing, absl::string_view text) {
  switch (signing.method) {
    case SignMethod::kTencent:
    case SignMethod::kAlibabaC:
    case SignMethod::kHuawei:
      return ParseSeconds(text, 16);
    case SignMethod::kAlibabaB:
      return ParseBeijingMinute(text);
    case SignMethod::kHmacSha256:
    case SignMethod::kMd5:
      return ParseSeconds(text, signing.hex_time ? 16 : 10);
    default:
      return ParseSeconds(text, 10);
  }
}

// "1444435200-0-0-<md5>": the digest is of all before its own '-'.
std::optional<Claim> ReadAuthKey(absl::string_view value) {
  const size_t last = value.rfind('-');
  if (last == absl::string_view::npos) return std::nullopt;
  return Claim{value.substr(0, last), value.substr(last + 1)};
}

// "/201508150800/<md5>"
std::optional<Claim> ReadPathPrefix(absl::string_view prefix) {
  if (prefix.empty()) return std::nullopt;
  return Claim{prefix.substr(1, kMinuteDigits), prefix.substr(kMinuteDigits + 2)};
}

std::optional<Claim> ReadClaim(const Signing& signing, const SignedUrl& url) {
  if (signing.method == SignMethod::kAlibabaB) return ReadPathPrefix(url.path_prefix);
  const ParameterNames names = ParameterNamesOf(signing);
  const auto secret = FindParameter(url.query, names.secret);
  if (!secret) return std::nullopt;
  if (names.time.empty()) return ReadAuthKey(*secret);
  const auto time = FindParameter(url.query, names.time);
  if (!time) return std::nullopt;
  return Claim{*time, *secret};
}

}  // namespace

absl::string_view DescribeFault(SignatureFault fault) {
  switch (fault) {
    case SignatureFault::kNone:
      return "";
    case SignatureFault::kMissing:
      return "this URL is not signed; take the one that the scheduler gives";
    case SignatureFault::kExpired:
      return "this URL has expired; take a new one from the scheduler";
    case SignatureFault::kWrong:
      break;
  }
  return "this URL's signature is wrong; take the one that the scheduler gives, unchanged";
}

absl::string_view ConsumePathSignature(absl::string_view* path) {
  constexpr size_t kSize = 1 + kMinuteDigits + 1 + kMd5Digits;
  if (path->size() <= kSize) return "";
  const absl::string_view prefix = path->substr(0, kSize);
  const absl::string_view minute = prefix.substr(1, kMinuteDigits);
  const absl::string_view digest = prefix.substr(kMinuteDigits + 2);
  const bool fits = prefix[0] == '/' && prefix[kMinuteDigits + 1] == '/' && (*path)[kSize] == '/' &&
                    std::all_of(minute.begin(), minute.end(), absl::ascii_isdigit) &&
                    std::all_of(digest.begin(), digest.end(), absl::ascii_isxdigit);
  if (!fits) return "";
  path->remove_prefix(kSize);
  return prefix;
}

UrlVerifier::UrlVerifier(const Signing& signing) : signing_(signing) {
  if (signing.method == SignMethod::kNone) return;
  for (const std::string* key : {&signing.key, &signing.backup_key}) {
    if (!key->empty()) digests_.emplace_back(signing, *key);
  }
}

SignatureFault UrlVerifier::Check(const SignedUrl& url, int64_t now_s) const {
  if (!verifies()) return SignatureFault::kNone;
  const std::optional<Claim> claim = ReadClaim(signing_, url);
  if (!claim) return SignatureFault::kMissing;
  const absl::string_view time = claim->time.substr(
      0, signing_.method == SignMethod::kAlibabaA ? claim->time.find('-') : claim->time.size());
  const std::optional<int64_t> expiry_s = ParseTime(signing_, time);
  if (!expiry_s) return SignatureFault::kWrong;
  if (*expiry_s < now_s) return SignatureFault::kExpired;
  const std::string digest = absl::AsciiStrToLower(claim->digest);
  bool right = false;
  for (const UrlDigest& mine : digests_) {
    std::string expected;
    mine.Append(url.parts, claim->time, expected);
    right |= EqualInConstantTime(expected, digest);
  }
  return right ? SignatureFault::kNone : SignatureFault::kWrong;
}

}  // namespace nearcast
