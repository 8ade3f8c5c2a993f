#include "schedulerlib/latency/latency_plan.h"

#include <algorithm>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "schedulerlib/latency/delay_law.h"

namespace nearcast::scheduler {
namespace {

LatencyPolicy Policy(uint32_t target_ms, uint32_t difference_ms, uint32_t network_ms = 0) {
  LatencyPolicy policy;
  policy.target_ms = target_ms;
  policy.difference_ms = difference_ms;
  policy.network_ms = network_ms;
  return policy;
}

LatencyPlan Plan(const LatencyPolicy& policy) {
  const auto plan = SolveLatency(policy);
  EXPECT_TRUE(plan.ok()) << plan.status();
  return plan.value_or(LatencyPlan());
}

std::string WhyNot(const LatencyPolicy& policy) {
  return std::string(SolveLatency(policy).status().message());
}

// Seed 004: g = 2 s, M = 5 s, mean 6 s; chase above 6 s at 1.4 times, so that 4 s are made up in 10.
TEST(LatencyPlanTest, TheQuizShow) {
  const LatencyPlan plan = Plan(Policy(6000, 2000));
  EXPECT_EQ(plan.gop_ms, 2000u);
  EXPECT_EQ(plan.by_grade[8].gop_cache_ms, 5000u);
  EXPECT_EQ(plan.mean_ms, 6000u);
  EXPECT_TRUE(plan.speed.chases);
  EXPECT_EQ(plan.speed.chase_start_ms, 6000u);
  EXPECT_EQ(plan.speed.chase_stop_ms, 6000u);
  EXPECT_EQ(plan.speed.chase_percent, 140u);
  EXPECT_FALSE(plan.speed.slows) << "no start differs by more than a GOP";
}

// Seed 004: players kept in [3000, 4000] ms by slow and fast play, a difference of 1 s.
TEST(LatencyPlanTest, TheShoppingEvent) {
  const LatencyPlan plan = Plan(Policy(4000, 1000));
  EXPECT_EQ(plan.gop_ms, 2000u);
  EXPECT_EQ(plan.by_grade[8].gop_cache_ms, 3000u);
  EXPECT_EQ(plan.speed.chase_start_ms, 4000u);
  EXPECT_EQ(plan.speed.chase_percent, 120u);
  EXPECT_TRUE(plan.speed.slows);
  EXPECT_EQ(plan.speed.slow_below_ms, 3000u);
  EXPECT_EQ(plan.speed.slow_percent, 90u);
}

// Seed 004: M = 1800 ms and 200 on the way: in [2.0, 4.0], mean 3 s; more for poor networks.
TEST(LatencyPlanTest, LowLatencyFlv) {
  const LatencyPlan plan = Plan(Policy(3000, 0, 200));
  EXPECT_EQ(plan.gop_ms, 2000u);
  EXPECT_EQ(plan.by_grade[8].gop_cache_ms, 1800u);
  EXPECT_EQ(plan.by_grade[0].gop_cache_ms, 1800u);
  EXPECT_EQ(plan.by_grade[1].gop_cache_ms, 5800u) << "7 s, as it was before";
  EXPECT_EQ(plan.speed.chase_start_ms, 4000u);
  EXPECT_EQ(plan.speed.chase_stop_ms, 3500u);
  EXPECT_EQ(plan.speed.chase_percent, 110u);
  EXPECT_FALSE(plan.speed.slows);
  EXPECT_EQ(plan.drop, (DropProtection{5000, 1500}));
}

TEST(LatencyPlanTest, OneSecondTakesAShorterGop) {
  const LatencyPlan plan = Plan(Policy(1000, 500, 200));
  EXPECT_EQ(plan.gop_ms, 1000u);
  EXPECT_EQ(plan.by_grade[8].gop_cache_ms, 300u);
  EXPECT_EQ(plan.speed.chase_start_ms, 800u);
  EXPECT_EQ(plan.speed.slow_below_ms, 300u);
}

TEST(LatencyPlanTest, TheLongestGopThatLeavesACacheIsTaken) {
  LatencyPolicy policy = Policy(3000, 0, 200);
  policy.gop_max_ms = 4000;
  EXPECT_EQ(Plan(policy).gop_ms, 4000u);
  EXPECT_EQ(Plan(policy).by_grade[8].gop_cache_ms, 800u);
  policy.target_ms = 2000;
  EXPECT_EQ(Plan(policy).gop_ms, 3000u);
}

TEST(LatencyPlanTest, WithoutChangesOfSpeedTheGopIsTheDifference) {
  LatencyPolicy policy = Policy(4000, 1000);
  policy.slow.disabled = true;
  EXPECT_EQ(Plan(policy).gop_ms, 1000u);
  EXPECT_EQ(Plan(policy).by_grade[8].gop_cache_ms, 3500u);
}

TEST(LatencyPlanTest, WhatIsGivenReplacesWhatIsSolved) {
  LatencyPolicy policy = Policy(4000, 1000);
  policy.gop_ms = 1000;
  policy.chase = {.start_ms = 4500, .stop_ms = 4100, .speed_percent = 115};
  policy.slow = {.below_ms = 2800, .speed_percent = 95};
  policy.drop_protection = {0, 0};
  policy.demote_after_stalls = 4;
  const LatencyPlan plan = Plan(policy);
  EXPECT_EQ(plan.by_grade[8].gop_cache_ms, 3500u);
  EXPECT_EQ(plan.speed.chase_start_ms, 4500u);
  EXPECT_EQ(plan.speed.chase_stop_ms, 4100u);
  EXPECT_EQ(plan.speed.chase_percent, 115u);
  EXPECT_TRUE(plan.speed.slows);
  EXPECT_EQ(plan.speed.slow_below_ms, 2800u);
  EXPECT_EQ(plan.speed.slow_percent, 95u);
  EXPECT_EQ(plan.drop, (DropProtection{0, 0}));
  EXPECT_EQ(plan.demote_after_stalls, 4u);
}

TEST(LatencyPlanTest, SaysWhyATargetCannotBeMet) {
  EXPECT_EQ(WhyNot(Policy(0, 0)), "target_ms is 0; say the mean delay");
  EXPECT_EQ(WhyNot(Policy(200, 0, 200)),
            "a mean delay of 200 ms cannot be met: the way alone takes network_ms, 200");
  EXPECT_EQ(WhyNot(Policy(600, 0, 200)),
            "a mean delay of 600 ms cannot be met: no GOP of whole seconds leaves a cache of 200 "
            "ms; raise target_ms to 900, or let players change their speed");
  LatencyPolicy policy = Policy(1000, 0, 200);
  policy.gop_ms = 2000;
  EXPECT_EQ(WhyNot(policy),
            "a mean delay of 1000 ms cannot be met: GOPs of 2000 ms leave a cache of -200 ms; it "
            "needs 200");
  policy = Policy(4000, 0);
  policy.gop_ms = 2000;
  policy.gop_cache_ms = 1800;
  EXPECT_EQ(WhyNot(policy),
            "a mean delay of 4000 ms cannot be met: GOPs of 2000 ms and gop_cache_ms 1800 give "
            "2800; leave one of them out, and it is solved");
  policy = Policy(4000, 0);
  policy.worst_target_ms = 3000;
  EXPECT_EQ(WhyNot(policy),
            "worst_target_ms 3000 is below target_ms 4000; poor networks need more, not less");
}

TEST(LatencyPlanTest, TheCacheNeverShrinksWhenTheGradeFallsAndGrowsFaster) {
  for (const uint32_t worst : {3000u, 5000u, 7000u, 12000u}) {
    LatencyPolicy policy = Policy(3000, 0, 200);
    policy.worst_target_ms = worst;
    const LatencyPlan plan = Plan(policy);
    uint32_t step = 0;
    for (uint32_t grade = 7; grade >= 1; --grade) {
      const uint32_t added =
          plan.by_grade[grade].gop_cache_ms - plan.by_grade[grade + 1].gop_cache_ms;
      EXPECT_GE(added + 100, step) << "steps of 100 ms";
      step = added;
    }
    EXPECT_EQ(plan.by_grade[1].gop_cache_ms - plan.by_grade[8].gop_cache_ms, worst - 3000);
  }
}

TEST(LatencyPlanTest, WhereDevicesMustAgreeGradesDoToo) {
  for (const GradeLatency& at : Plan(Policy(6000, 2000)).by_grade) {
    EXPECT_EQ(at.gop_cache_ms, 5000u);
  }
}

TEST(LatencyPlanTest, ThresholdsMoveWithTheCache) {
  const LatencyPlan plan = Plan(Policy(3000, 0, 200));
  const SpeedPlan poor = SpeedsAt(plan, 5800);
  EXPECT_EQ(poor.chase_start_ms, 8000u);
  EXPECT_EQ(poor.chase_stop_ms, 7500u);
  EXPECT_EQ(SpeedsAt(plan, 1800).chase_start_ms, 4000u);
  EXPECT_EQ(SpeedsAt(plan, 0).slow_below_ms,
            plan.speed.slow_below_ms > 1800 ? plan.speed.slow_below_ms - 1800 : 0u);
}

TEST(LatencyPlanTest, TheStartBufferIsNeverMoreThanTheCache) {
  const LatencyPlan plan = Plan(Policy(1000, 500, 200));
  for (const GradeLatency& at : plan.by_grade) EXPECT_LE(at.start_buffer.max_ms, 300u);
}

TEST(LatencyPlanTest, EverySolvedMeanIsTheTarget) {
  for (uint32_t target = 800; target <= 12'000; target += 50) {
    for (const uint32_t way : {0u, 100u, 200u}) {
      for (const uint32_t difference : {0u, 500u, 1000u, 2000u}) {
        const auto plan = SolveLatency(Policy(target, difference, way));
        if (!plan.ok()) continue;
        const DelayRange delay = LowerBoundDelay(plan->by_grade[8].gop_cache_ms, plan->gop_ms);
        EXPECT_EQ(delay.mean_ms() + way, target);
      }
    }
  }
}

// Players in a simulation, as the plan tells them: each starts with what the cache gave it, some
// stall, all change their speed by the thresholds, in steps of 100 ms.
uint32_t SimulatedDifference(const LatencyPlan& plan, int seconds) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> phase(0, plan.gop_ms);
  std::vector<double> buffers;
  for (int i = 0; i < 1000; ++i) {
    const double stalled = i % 10 == 0 ? 4000 : 0;
    buffers.push_back(plan.by_grade[8].gop_cache_ms + phase(random) + stalled);
  }
  for (int step = 0; step < seconds * 10; ++step) {
    for (double& buffer : buffers) {
      int percent = 100;
      if (plan.speed.chases && buffer > plan.speed.chase_start_ms)
        percent = plan.speed.chase_percent;
      if (plan.speed.slows && buffer < plan.speed.slow_below_ms) percent = plan.speed.slow_percent;
      buffer += 100 - percent;
    }
  }
  const auto [least, most] = std::minmax_element(buffers.begin(), buffers.end());
  return static_cast<uint32_t>(*most - *least);
}

TEST(LatencyPlanTest, PlayersComeTogetherWithinTheDifference) {
  for (const uint32_t difference : {500u, 1000u, 1500u, 2000u}) {
    const LatencyPlan plan = Plan(Policy(4000, difference));
    EXPECT_LE(SimulatedDifference(plan, 60), difference + 50) << difference;
  }
  // 4 s behind are made up in 10 s.
  EXPECT_LE(SimulatedDifference(Plan(Policy(6000, 2000)), 15), 2000u);
}

}  // namespace
}  // namespace nearcast::scheduler
