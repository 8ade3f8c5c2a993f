// MD5 and HMAC-SHA256 in hexadecimal, for signatures of which tens are made in one answer.
//
// MD5 is what vendors of CDNs ask for; it protects nothing by itself. RFC 1321, RFC 2104, FIPS
// 180-4. Thread rule: plain values.
#ifndef BASE_DIGEST_H_
#define BASE_DIGEST_H_

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"

namespace nearcast {

// Appends the MD5 of the parts, one after the other: 32 digits, lower case.
void AppendMd5Hex(std::initializer_list<absl::string_view> parts, std::string& out);

// HMAC-SHA256 under one key, whose two blocks are digested once.
class HmacSha256 {
 public:
  explicit HmacSha256(absl::string_view key);

  // Appends the code of the parts, one after the other: 64 digits, lower case.
  void AppendHex(std::initializer_list<absl::string_view> parts, std::string& out) const;

 private:
  // A SHA-256 computation that has eaten one block: OpenSSL's SHA256_CTX, which stays out of here.
  using State = std::array<uint64_t, 14>;

  State inner_;
  State outer_;
};

}  // namespace nearcast

#endif  // BASE_DIGEST_H_
