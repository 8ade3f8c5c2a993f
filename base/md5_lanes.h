// MD5 of many short texts: eight at a time, each in a lane of its own, in about the time of two. RFC 1321.
//
// One MD5 is a chain of 64 steps in which each waits for the last, so a core mostly waits; independent
// texts fill the gaps. Plain vector arithmetic that every x86-64 and ARM64 has.
#ifndef BASE_MD5_LANES_H_
#define BASE_MD5_LANES_H_

#include <array>
#include <cstddef>
#include <span>

#include "absl/strings/string_view.h"

namespace nearcast {

using Md5Hex = std::array<char, 32>;  // lower case

inline constexpr size_t kMd5Lanes = 8;

// digests[i] is the MD5 of texts[i]; as many of both. Fastest for multiples of kMd5Lanes. Texts over
// 247 octets are digested one by one. Thread rule: pure.
void DigestMd5(std::span<const absl::string_view> texts, std::span<Md5Hex> digests);

}  // namespace nearcast

#endif  // BASE_MD5_LANES_H_
