// Digests by which requests are signed: MD5 (RFC 1321) for the older dialects, HMAC-SHA256 (RFC
// 2104, RFC 6234) for Alibaba v2. MD5 is what the vendors' SDKs compute; it is no choice of ours.
//
//   Md5Hex({"abcdef2345", "-", secret, "-", "1632912372"})  // "de7be63a9f19cf11e9d455d7d4f23cb4"
#ifndef SERVICES_HTTPDNS_DIGEST_H_
#define SERVICES_HTTPDNS_DIGEST_H_

#include <initializer_list>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace nearcast::httpdns {

// Of the parts, one after the other. 32 digits, lower case.
std::string Md5Hex(std::initializer_list<absl::string_view> parts);

// 64 digits, lower case.
std::string HmacSha256Hex(absl::string_view key, absl::string_view text);

// Takes the same time wherever they differ; only the lengths may be learnt from it.
bool SameSecret(absl::string_view a, absl::string_view b);

std::string EncodeHex(absl::string_view bytes);

// Either case. Nothing when `text` is not pairs of hex digits.
std::optional<std::string> DecodeHex(absl::string_view text);

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_DIGEST_H_
