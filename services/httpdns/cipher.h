// Ciphers by which HTTPDNS hides names and answers on plain HTTP. A sealed text carries what is
// needed to open it, but the key:
//
//   kDesEcb      cipher text                    PKCS#5 padding, key of 8 octets     Tencent
//   kAes128Cbc   IV (16), cipher text           PKCS#7 padding, key of 16 octets    Tencent,
//   Alibaba v2 kAes128Gcm   IV (12), cipher text, tag (16) key of 16 octets Alibaba v2
//
// Sources: NIST SP 800-38A and 800-38D, RFC 8018 section 6.1.1. Only kAes128Gcm notices forgery;
// DES is what the vendor's SDK sends unless told otherwise, and keeps nothing secret from anyone
// who tries.
#ifndef SERVICES_HTTPDNS_CIPHER_H_
#define SERVICES_HTTPDNS_CIPHER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nearcast::httpdns {

enum class Cipher : uint8_t { kDesEcb, kAes128Cbc, kAes128Gcm };

// kFailedPrecondition when the key has not the cipher's length. The IV is random.
absl::StatusOr<std::string> Seal(Cipher cipher, absl::string_view key, absl::string_view text);

// As Seal; kInvalidArgument when `sealed` was not made with this key.
absl::StatusOr<std::string> Open(Cipher cipher, absl::string_view key, absl::string_view sealed);

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_CIPHER_H_
