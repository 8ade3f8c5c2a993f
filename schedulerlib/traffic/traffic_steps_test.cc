#include "schedulerlib/traffic/traffic_steps.h"

#include "gtest/gtest.h"
#include "schedulerlib/place/rendezvous.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

Given World() {
  Given given;
  given.Vendor("a").Vendor("b").Point("show", {"a"}, {"origin", "hd", "ld"}).Policy("hd");
  given.Ratio("r", {{"a", 1}, {"b", 1}});
  return given;
}

TEST(TrafficSteps, MeasuredBitsCorrectTheWeightsOnceThereAreEnough) {
  const auto snapshot = World().Snapshot();
  TrafficSteps steps;
  const std::vector<CdnTraffic> seen = {{.measured_bps = 8e9, .intended_bps = 5e9},
                                        {.measured_bps = 2e9, .intended_bps = 5e9}};
  LiveRates live = steps.Step(*snapshot, seen, {.correction_bps_min = 20e9});
  EXPECT_EQ(live.flows.Find(StableHash("a"), 0).correction, 1);
  live = steps.Step(*snapshot, seen, {.corrects = false});
  EXPECT_EQ(live.flows.Find(StableHash("a"), 0).correction, 1);
  live = steps.Step(*snapshot, seen, {});
  EXPECT_LT(live.flows.Find(StableHash("a"), 0).correction, 1);
  EXPECT_GT(live.flows.Find(StableHash("b"), 1).correction, 1);
}

TEST(TrafficSteps, OneCdnThatIsMeasuredAloneIsNotCorrected) {
  const auto snapshot = World().Snapshot();
  TrafficSteps steps;
  const LiveRates live = steps.Step(
      *snapshot, {{.measured_bps = 8e9, .intended_bps = 5e9}, {.intended_bps = 5e9}}, {});
  EXPECT_EQ(live.flows.Find(StableHash("a"), 0).correction, 1);
}

TEST(TrafficSteps, WhatWasAssignedStandsForWhatNobodyMeasures) {
  Given given = World();
  given.config().cdns[0].cap_mbps = 1000;
  given.config().cdns[1].cap_mbps = 1000;
  const auto snapshot = given.Snapshot();
  TrafficSteps steps;
  steps.Step(*snapshot, {{.measured_bps = 0.1e9, .assigned_bps = 2e9}, {.assigned_bps = 2e9}}, {});
  EXPECT_EQ(steps.rates()[0].spill, 0);
  EXPECT_EQ(steps.rates()[1].spill, 1);
}

TEST(TrafficSteps, WhatIsKnownIsKeptByNameOverChangesOfTheConfiguration) {
  Given given = World();
  given.config().cdns[1].cap_mbps = 1000;
  TrafficSteps steps;
  steps.Step(*given.Snapshot(), {{}, {.measured_bps = 0.94e9}}, {});
  const double spill = steps.rates()[1].spill;
  EXPECT_GT(spill, 0);
  given.config().cdns.erase(given.config().cdns.begin());
  given.config().ratio_rules.clear();
  given.config().publish_points.clear();
  given.config().transcode_templates.clear();
  const auto snapshot = given.Ratio("r", {{"b", 1}}).Snapshot();
  steps.Step(*snapshot, {{.measured_bps = 0.92e9}}, {.now_s = 15});
  ASSERT_EQ(steps.rates().size(), 1u);
  EXPECT_EQ(steps.rates()[0].cdn, "b");
  EXPECT_EQ(steps.rates()[0].spill, spill) << "within the hysteresis";
}

TEST(TrafficSteps, LaddersCountTheirOwnCdns) {
  Given given = World();
  given.config().quality_policies[0].budget =
      BudgetLadder{.budget_mbps = 1000, .cdns = {"b"}, .steps = {{0.8, Tier::kLd}}};
  const auto snapshot = given.Snapshot();
  const uint64_t policy = StableHash(given.config().quality_policies[0].name);
  TrafficSteps steps;
  EXPECT_EQ(
      steps.Step(*snapshot, {{.measured_bps = 9e9}, {.measured_bps = 0.7e9}}, {}).StepOf(policy),
      0u);
  EXPECT_EQ(steps.Step(*snapshot, {{}, {.measured_bps = 0.9e9}}, {.now_s = 15}).StepOf(policy), 1u);
}

}  // namespace
}  // namespace nearcast::scheduler
