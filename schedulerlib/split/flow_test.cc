#include "schedulerlib/split/flow.h"

#include <array>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

// A model of the loop: sessions begin where weights and corrections send them, and end after their
// CDN's own time, so that what is measured follows with that lag.
TEST(CorrectFlows, BringsMeasuredSharesToTheIntendedOnesWithoutSwinging) {
  const std::array<double, 3> weights = {50, 30, 20};
  const std::array<double, 3> session_s = {600, 960, 420};
  constexpr double kStepS = 15;
  std::vector<MeasuredFlow> flows(3);
  std::array<double, 3> carried = {0, 0, 0};
  double worst_at_first = 0;
  double worst_at_last = 0;
  double overshoot = 0;
  int settled_after = 0;
  for (int step = 0; step < 1000; ++step) {
    double sum = 0;
    for (size_t i = 0; i < 3; ++i) sum += weights[i] * flows[i].correction;
    for (size_t i = 0; i < 3; ++i) {
      carried[i] +=
          kStepS * (100 * weights[i] * flows[i].correction / sum - carried[i] / session_s[i]);
    }
    const double all = carried[0] + carried[1] + carried[2];
    double worst = 0;
    for (size_t i = 0; i < 3; ++i) {
      worst = std::max(worst, std::abs(carried[i] / all - weights[i] / 100));
      flows[i].intended_bps = weights[i];
      flows[i].measured_bps = carried[i];
    }
    // An hour for the model to fill up, uncorrected.
    if (step < 240) {
      worst_at_first = worst;
      continue;
    }
    CorrectFlows({}, flows);
    worst_at_last = worst;
    if (worst > 0.005) settled_after = step - 240;
    overshoot = std::max(overshoot, weights[1] / 100 - carried[1] / all);
  }
  EXPECT_GT(worst_at_first, 0.08);
  EXPECT_LE(worst_at_last, 0.001);
  EXPECT_LE(overshoot, 0.01) << "below the target of the CDN that was above it";
  EXPECT_LE(settled_after, 4 * 120) << "in steps: two hours";
  RecordProperty("error_at_first_in_1e4", static_cast<int>(1e4 * worst_at_first));
  RecordProperty("overshoot_in_1e4", static_cast<int>(1e4 * overshoot));
  RecordProperty("settled_after_min", static_cast<int>(settled_after * kStepS / 60));
}

TEST(CorrectFlows, MovesNoFurtherThanItsStepAndItsLimit) {
  std::vector<MeasuredFlow> flows = {{.intended_bps = 1, .measured_bps = 1000},
                                     {.intended_bps = 1, .measured_bps = 1}};
  double before = flows[0].correction / flows[1].correction;
  for (int i = 0; i < 1000; ++i) {
    CorrectFlows({.gain = 1, .step_max = 0.1, .limit = 2}, flows);
    const double ratio = flows[0].correction / flows[1].correction;
    EXPECT_LE(std::abs(std::log(ratio / before)), 0.2 + 1e-9);
    before = ratio;
    for (const MeasuredFlow& flow : flows) {
      EXPECT_GE(flow.correction, 0.5);
      EXPECT_LE(flow.correction, 2.0);
    }
  }
  EXPECT_LT(flows[0].correction, flows[1].correction);
}

TEST(CorrectFlows, WhatNobodyIntendsOrMeasuresStays) {
  std::vector<MeasuredFlow> flows = {{.intended_bps = 0, .measured_bps = 5, .correction = 1.5},
                                     {.intended_bps = 10, .measured_bps = 0}};
  CorrectFlows({}, flows);  // nothing measured of what is intended
  EXPECT_EQ(flows[0].correction, 1.5);
  EXPECT_EQ(flows[1].correction, 1);
}

struct SpillCase {
  const char* what;
  double spill;
  double mbps;
  double expected;
};

TEST(NextSpill, FollowsTheWatermarksAndReturnsLater) {
  // Of a cap of 1000 Mb/s: from 800 on in proportion, from 950 on everybody, 50 lower on the way
  // back.
  const CapTerms terms{.cap_mbps = 1000};
  const SpillCase cases[] = {
      {"below", 0, 799, 0},           {"at the low mark", 0, 800, 0},
      {"half way", 0, 875, 0.5},      {"at the high mark", 0, 950, 1},
      {"far above", 0.2, 2000, 1},    {"trembling down", 0.5, 860, 0.5},
      {"leaving", 0.5, 800, 1.0 / 3}, {"left", 0.5, 750, 0},
      {"from full", 1, 900, 1},       {"from full, half way", 1, 825, 0.5},
  };
  for (const SpillCase& c : cases) {
    EXPECT_NEAR(NextSpill(terms, c.spill, c.mbps), c.expected, 1e-9) << c.what;
  }
  EXPECT_EQ(NextSpill({.cap_mbps = 0}, 1, 1e9), 0) << "no cap";
}

TEST(NextSpill, IsAStepWhereBothWatermarksAreOne) {
  const CapTerms terms{.cap_mbps = 1000, .low_share = 0.9, .high_share = 0.9};
  EXPECT_EQ(NextSpill(terms, 0, 899), 0);
  EXPECT_EQ(NextSpill(terms, 0, 900), 1);
  EXPECT_EQ(NextSpill(terms, 1, 860), 1) << "within the hysteresis";
  EXPECT_EQ(NextSpill(terms, 1, 849), 0);
}

TEST(NextSpill, IsMonotoneInTheLoad) {
  for (double spill = 0; spill <= 1; spill += 0.1) {
    double before = -1;
    for (double mbps = 0; mbps < 1200; mbps += 7) {
      const double next = NextSpill({.cap_mbps = 1000}, spill, mbps);
      EXPECT_GE(next, before);
      before = next;
    }
  }
}

TEST(Spills, TakesItsShareAndAlwaysTheSameViewers) {
  constexpr int kViewers = 50000;
  const uint64_t cdn = StableHash("a");
  int spilled = 0;
  for (int v = 0; v < kViewers; ++v) {
    const uint64_t viewer = StableHash(absl::StrCat("v", v));
    ASSERT_FALSE(Spills(viewer, cdn, 0));
    ASSERT_TRUE(Spills(viewer, cdn, 1));
    ASSERT_LE(Spills(viewer, cdn, 0.3), Spills(viewer, cdn, 0.4));
    spilled += Spills(viewer, cdn, 0.3);
  }
  EXPECT_NEAR(spilled, 0.3 * kViewers, 0.01 * kViewers);
}

TEST(CdnFlows, AreFoundWhereverTheyStand) {
  const CdnFlows flows{{{.cdn = 1, .spill = 0.1}, {.cdn = 2, .spill = 0.2}}};
  for (uint32_t at = 0; at < 10; ++at) {
    EXPECT_EQ(flows.Find(2, at).spill, 0.2);
    EXPECT_EQ(flows.Find(3, at).spill, 0);
    EXPECT_EQ(flows.Find(3, at).correction, 1);
  }
}

}  // namespace
}  // namespace nearcast::scheduler
