// HMAC-SHA256 of many short texts under one key: two at a time, each in a lane of its own. RFC 2104,
// FIPS 180-4.
//
// One SHA-256 is a chain of 64 rounds in which each waits for the last, so a core with instructions
// for it (SHA-NI) mostly waits; a second text fills the gaps. Cores without them, which is found out
// when the process runs, digest one by one with OpenSSL.
#ifndef BASE_HMAC_LANES_H_
#define BASE_HMAC_LANES_H_

#include <array>
#include <span>

#include "absl/strings/string_view.h"

namespace nearcast {

using HmacHex = std::array<char, 64>;  // lower case

// codes[i] is the HMAC-SHA256 of texts[i] under `key`; as many of both. Where one has over 247 octets
// all are digested one by one. Thread rule: pure.
void DigestHmac(absl::string_view key, std::span<const absl::string_view> texts,
                std::span<HmacHex> codes);

}  // namespace nearcast

#endif  // BASE_HMAC_LANES_H_
