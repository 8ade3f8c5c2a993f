#include "schedulerlib/place/rendezvous.h"

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

size_t Winner(uint64_t key, const std::vector<double>& weights) {
  size_t best = 0;
  double best_score = -1;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 0) continue;
    const double score =
        RendezvousScore(key, StableHash("bucket-" + std::to_string(i)), weights[i]);
    if (score > best_score) {
      best = i;
      best_score = score;
    }
  }
  return best;
}

std::vector<size_t> Winners(int keys, const std::vector<double>& weights) {
  std::vector<size_t> winners;
  for (int k = 0; k < keys; ++k) winners.push_back(Winner(StableHash(std::to_string(k)), weights));
  return winners;
}

TEST(RendezvousTest, SharesFollowTheWeights) {
  constexpr int kKeys = 100000;
  const std::vector<double> weights = {70, 20, 10};
  std::array<int, 3> count = {};
  for (const size_t winner : Winners(kKeys, weights)) ++count[winner];
  for (size_t i = 0; i < weights.size(); ++i) {
    const double share = weights[i] / 100;
    const double sigma = std::sqrt(share * (1 - share) / kKeys);
    EXPECT_NEAR(static_cast<double>(count[i]) / kKeys, share, 4 * sigma) << i;
  }
}

TEST(RendezvousTest, RemovingABucketMovesOnlyItsOwnKeys) {
  const auto before = Winners(20000, {1, 1, 1, 1});
  const auto after = Winners(20000, {1, 1, 0, 1});
  for (size_t i = 0; i < before.size(); ++i) {
    if (before[i] == 2) continue;
    EXPECT_EQ(after[i], before[i]);
  }
}

TEST(RendezvousTest, ChangingOneWeightMovesTheMinimum) {
  constexpr int kKeys = 100000;
  const auto before = Winners(kKeys, {50, 50});
  const auto after = Winners(kKeys, {50, 30});  // shares 0.5 → 0.625 and 0.5 → 0.375
  int moved = 0;
  for (int i = 0; i < kKeys; ++i) moved += before[i] != after[i] ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(moved) / kKeys, 0.125, 0.005);
}

TEST(RendezvousTest, HashesAreStableAcrossVersions) {
  EXPECT_EQ(StableHash(""), 0xf52a15e9a9b5e89bu);
  EXPECT_EQ(StableHash("live.example"), StableHash("live.example"));
  EXPECT_NE(StableHash("a"), StableHash("b"));
  EXPECT_NE(MixHash(1, 2), MixHash(2, 1));
}

}  // namespace
}  // namespace nearcast::scheduler
