#include "schedulerlib/split/plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

TEST(PlanShares, FillsCommitsBeforeAnythingThatCostsMore) {
  const std::vector<PlanCdn> cdns = {{.commit_mbps = 400, .price_per_mbps = 5},
                                     {.price_per_mbps = 2}};
  const std::vector<PlanRule> rules = {{1000, {0.5, 0.5}}};
  const auto plan = PlanShares(cdns, rules, {});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(plan->mbps, ElementsAre(DoubleNear(400, 0.1), DoubleNear(600, 0.1)));
  EXPECT_NEAR(plan->cost, 400 * 5 + 600 * 2, 1);
  EXPECT_NEAR(PriceShares(cdns, rules).cost, 500 * 5 + 500 * 2, 1e-6);
}

TEST(PlanShares, CheapestGoesUpToItsCap) {
  const auto plan = PlanShares({{.cap_mbps = 300, .price_per_mbps = 1},
                                {.cap_mbps = 500, .price_per_mbps = 2},
                                {.price_per_mbps = 3}},
                               {{1000, {0.2, 0.3, 0.5}}}, {});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(plan->mbps,
              ElementsAre(DoubleNear(300, 0.1), DoubleNear(500, 0.1), DoubleNear(200, 0.1)));
}

TEST(PlanShares, StaysWithinItsStepAndItsLeastShare) {
  const std::vector<PlanCdn> cdns = {{.price_per_mbps = 1}, {.price_per_mbps = 2}};
  const auto step = PlanShares(cdns, {{1000, {0.5, 0.5}}}, {.step_max = 0.1});
  EXPECT_THAT(step->shares[0], ElementsAre(DoubleNear(0.6, 1e-6), DoubleNear(0.4, 1e-6)));
  const auto least = PlanShares(cdns, {{1000, {0.5, 0.5}}}, {.share_min = 0.05});
  EXPECT_THAT(least->shares[0], ElementsAre(DoubleNear(0.95, 1e-6), DoubleNear(0.05, 1e-6)));
}

TEST(PlanShares, WhatIsNoCandidateStaysOut) {
  const auto plan = PlanShares({{.price_per_mbps = 1}, {.price_per_mbps = 2}},
                               {{1000, {0, 1}}, {100, {0.5, 0.5}}}, {});
  EXPECT_THAT(plan->shares[0], ElementsAre(0, DoubleNear(1, 1e-6)));
  EXPECT_THAT(plan->shares[1], ElementsAre(DoubleNear(1, 1e-6), DoubleNear(0, 1e-6)));
}

TEST(PlanShares, NothingMovesWithoutAReason) {
  const std::vector<PlanRule> rules = {{500, {0.3, 0.7}}, {200, {0.6, 0.4}}};
  const auto plan = PlanShares({{.price_per_mbps = 2}, {.price_per_mbps = 2}}, rules, {});
  for (size_t r = 0; r < rules.size(); ++r) {
    for (size_t c = 0; c < 2; ++c) EXPECT_NEAR(plan->shares[r][c], rules[r].shares[c], 1e-6);
  }
}

TEST(PlanShares, DemandThatDoesNotFitIsRefused) {
  const auto plan = PlanShares({{.cap_mbps = 300}, {.cap_mbps = 300}}, {{1000, {0.5, 0.5}}}, {});
  EXPECT_EQ(plan.status().code(), absl::StatusCode::kFailedPrecondition);
}

// The oracle: every split of one rule over three CDNs in steps of a percent.
TEST(PlanShares, CostsNoMoreThanTheBestSplitOfAGrid) {
  std::mt19937 chance(11);
  const auto draw = [&chance](double max) { return max * (chance() % 1001) / 1000; };
  int solved = 0;
  for (int world = 0; world < 60; ++world) {
    std::vector<PlanCdn> cdns;
    for (int c = 0; c < 3; ++c) {
      cdns.push_back({.cap_mbps = 300 + draw(900),
                      .commit_mbps = chance() % 2 == 0 ? 0 : draw(600),
                      .price_per_mbps = 1 + draw(9)});
    }
    std::vector<PlanRule> rules = {{1000, {0.4, 0.3, 0.3}}};
    double best = HUGE_VAL;
    for (int a = 0; a <= 100; ++a) {
      for (int b = 0; a + b <= 100; ++b) {
        rules[0].shares = {a / 100.0, b / 100.0, (100 - a - b) / 100.0};
        const Plan priced = PriceShares(cdns, rules);
        bool fits = true;
        for (size_t c = 0; c < 3; ++c) fits &= priced.mbps[c] <= cdns[c].cap_mbps + 1e-9;
        if (fits) best = std::min(best, priced.cost);
      }
    }
    rules[0].shares = {0.4, 0.3, 0.3};
    const auto plan = PlanShares(cdns, rules, {});
    if (best == HUGE_VAL) continue;  // the grid may be too coarse where the program is not
    ASSERT_TRUE(plan.ok()) << world;
    ++solved;
    // Moving costs a ten-thousandth of the dearest price; what it buys is never less.
    EXPECT_LE(plan->cost, best * 1.001) << world;
    for (size_t c = 0; c < 3; ++c) EXPECT_LE(plan->mbps[c], cdns[c].cap_mbps + 1e-3);
    EXPECT_NEAR(std::accumulate(plan->shares[0].begin(), plan->shares[0].end(), 0.0), 1, 1e-6);
  }
  EXPECT_GT(solved, 40);
}

TEST(SharesToWeights, SumUpAndKeepEveryCandidate) {
  EXPECT_THAT(SharesToWeights({0.5, 0.3, 0.2}), ElementsAre(500, 300, 200));
  EXPECT_THAT(SharesToWeights({1, 1, 1}), ElementsAre(334, 333, 333));
  EXPECT_THAT(SharesToWeights({0.99999, 0.00001, 0}), ElementsAre(1000, 1, 0));
  EXPECT_THAT(SharesToWeights({0, 0}), ElementsAre(0, 0));
}

}  // namespace
}  // namespace nearcast::scheduler
