#include "schedulerlib/place/rendezvous.h"

#include <cmath>

namespace nearcast::scheduler {
namespace {

// The finaliser of splitmix64: every input bit changes every output bit with probability one half.
uint64_t Avalanche(uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9u;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace

uint64_t StableHash(absl::string_view text) {
  uint64_t hash = kStableHashSeed;
  for (const char c : text) hash = ExtendStableHash(hash, c);
  return FinishStableHash(hash);
}

// FNV's own high bits are weak.
uint64_t FinishStableHash(uint64_t hash) { return Avalanche(hash); }

uint64_t MixHash(uint64_t a, uint64_t b) {
  return Avalanche(Avalanche(a + 0x9e3779b97f4a7c15u) ^ b);
}

double RendezvousScore(uint64_t key, uint64_t bucket, double weight) {
  const uint64_t bits = MixHash(key, bucket) >> 11;  // 53 bits, what a double holds exactly
  const double uniform = (static_cast<double>(bits) + 0.5) * 0x1p-53;
  return -weight / std::log(uniform);
}

}  // namespace nearcast::scheduler
