// Weighted rendezvous hashing: a key chooses among weighted buckets, and keeps its choice when
// others come and go.
//
// Source: Thaler and Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", IEEE/ACM ToN
// 1998; weights by the logarithm method: the bucket with the greatest -weight / ln(h), h uniform in
// (0,1), wins with probability weight / sum. Equal scores cannot be told apart by chance; the
// smaller bucket id wins them.
#ifndef SCHEDULERLIB_PLACE_RENDEZVOUS_H_
#define SCHEDULERLIB_PLACE_RENDEZVOUS_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace nearcast::scheduler {

// 64 well-mixed bits of a text: the same on every machine and in every version, since stored
// choices depend on it.
uint64_t StableHash(absl::string_view text);

// The same in steps, for texts that are not in one piece:
// FinishStableHash(ExtendStableHash(… ExtendStableHash(kStableHashSeed, first) …, last)).
inline constexpr uint64_t kStableHashSeed = 0xcbf29ce484222325u;
inline uint64_t ExtendStableHash(uint64_t hash, char c) {
  return (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;  // FNV-1a, 64 bits
}
uint64_t FinishStableHash(uint64_t hash);

// The finaliser of splitmix64: every input bit changes every output bit with probability one half.
inline uint64_t AvalancheHash(uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9u;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// Mixes two hashes; the order matters: MixWith(HalfMix(a), b), for many b of one a.
inline uint64_t HalfMix(uint64_t a) { return AvalancheHash(a + 0x9e3779b97f4a7c15u); }
inline uint64_t MixWith(uint64_t half_mixed, uint64_t b) { return AvalancheHash(half_mixed ^ b); }
inline uint64_t MixHash(uint64_t a, uint64_t b) { return MixWith(HalfMix(a), b); }

// The score of one bucket for one key: compare and take the greatest. `weight` > 0.
double RendezvousScore(uint64_t key, uint64_t bucket, double weight);

// Scores of many buckets for one key.
class RendezvousKey {
 public:
  explicit RendezvousKey(uint64_t key) : half_mixed_(HalfMix(key)) {}

  // As RendezvousScore, but it may be -1 where the score is below `floor`: most then cost no
  // logarithm, for -ln(h) is at least 1 - h.
  double ScoreAbove(uint64_t bucket, double weight, double floor) const {
    constexpr double kRoundingSlack = 1 + 1e-9;
    const uint64_t bits = MixWith(half_mixed_, bucket) >> 11;
    const double h = static_cast<double>(bits) * 0x1p-53;
    if (weight * kRoundingSlack < floor * (1 - h - 0x1p-53)) return -1;
    return ScoreOf(bits, weight);
  }

 private:
  friend double RendezvousScore(uint64_t key, uint64_t bucket, double weight);
  static double ScoreOf(uint64_t bits, double weight);  // 53 bits, what a double holds exactly

  uint64_t half_mixed_;
};

// The same for one.
inline double RendezvousScoreAbove(uint64_t key, uint64_t bucket, double weight, double floor) {
  return RendezvousKey(key).ScoreAbove(bucket, weight, floor);
}

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_RENDEZVOUS_H_
