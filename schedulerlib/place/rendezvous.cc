#include "schedulerlib/place/rendezvous.h"

#include <cmath>

namespace nearcast::scheduler {
uint64_t StableHash(absl::string_view text) {
  uint64_t hash = kStableHashSeed;
  for (const char c : text) hash = ExtendStableHash(hash, c);
  return FinishStableHash(hash);
}

// FNV's own high bits are weak.
uint64_t FinishStableHash(uint64_t hash) { return AvalancheHash(hash); }

double RendezvousScore(uint64_t key, uint64_t bucket, double weight) {
  return RendezvousKey::ScoreOf(MixHash(key, bucket) >> 11, weight);
}

double RendezvousKey::ScoreOf(uint64_t bits, double weight) {
  const double uniform = (static_cast<double>(bits) + 0.5) * 0x1p-53;
  return -weight / std::log(uniform);
}

}  // namespace nearcast::scheduler
