// TextHash: 64 bits of a text, quickly, for tables in memory.
//
// A multiplication folded to 64 bits for every 16 octets, as in wyhash (Wang Yi, public domain;
// github.com/wangyi-fudan/wyhash). The same on every machine, but nothing that is stored or that
// chooses among viewers may depend on it: that is StableHash's. Not for keys that an adversary may
// choose in numbers.
#ifndef BASE_TEXT_HASH_H_
#define BASE_TEXT_HASH_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/numeric/int128.h"
#include "absl/strings/string_view.h"

namespace nearcast {

// Both halves of the product in one.
inline uint64_t FoldProduct(uint64_t a, uint64_t b) {
  const absl::uint128 product = absl::uint128(a) * b;
  return absl::Uint128Low64(product) ^ absl::Uint128High64(product);
}

inline uint64_t TextHash(absl::string_view text) {
  constexpr uint64_t kSeed = 0x9e3779b97f4a7c15u;
  constexpr uint64_t kSecret = 0xe7037ed1a0b428dbu;
  const auto load = [](const char* at, size_t octets) {
    uint64_t value = 0;
    std::memcpy(&value, at, octets);
    return value;
  };
  const char* at = text.data();
  size_t left = text.size();
  uint64_t hash = kSeed;
  for (; left > 16; at += 16, left -= 16) {
    hash = FoldProduct(load(at, 8) ^ kSecret, load(at + 8, 8) ^ hash);
  }
  // The rest, from both ends, which may overlap.
  uint64_t first = 0;
  uint64_t last = 0;
  if (left >= 8) {
    first = load(at, 8);
    last = load(at + left - 8, 8);
  } else if (left >= 4) {
    first = load(at, 4);
    last = load(at + left - 4, 4);
  } else if (left > 0) {
    first = load(at, 1) << 16 | load(at + left / 2, 1) << 8 | load(at + left - 1, 1);
  }
  return FoldProduct(kSecret ^ text.size(), FoldProduct(first ^ kSecret, last ^ hash));
}

}  // namespace nearcast

#endif  // BASE_TEXT_HASH_H_
