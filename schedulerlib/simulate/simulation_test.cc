#include "schedulerlib/simulate/simulation.h"

#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

// Guangdong Telecom is 10.1/16, Beijing Unicom 10.2/16.
Given World(uint32_t a, uint32_t b, uint32_t c) {
  Given given;
  given.Vendor("a").Vendor("b").Vendor("c");
  given.Network("10.1.0.0/16", "CN/440000/440100/chinatelecom");
  given.Network("10.2.0.0/16", "CN/110000/110100/chinaunicom");
  given.Point("show", {"a"}, {"hd"});
  given.config().transcode_templates[0].bitrate_bps = 2'000'000;
  std::vector<CdnWeight> weights;
  for (const auto& [cdn, weight] : {std::pair{"a", a}, std::pair{"b", b}, std::pair{"c", c}}) {
    if (weight > 0) weights.push_back({cdn, weight});
  }
  given.Ratio("default", weights);
  int cdn = 0;
  for (Cdn& priced : given.config().cdns) priced.price_per_mbps = ++cdn;
  return given;
}

std::vector<RecordedView> Day(size_t views, uint32_t seed = 1) {
  std::mt19937 random(seed);
  std::vector<RecordedView> day(views);
  for (size_t i = 0; i < views; ++i) {
    RecordedView& view = day[i];
    view.time_s = 1'790'000'000 + static_cast<int64_t>(i * 86'400 / views);
    const uint32_t net = random() % 3 == 0 ? 2 : 1;
    view.viewer.address = Ip(absl::StrCat("10.", net, ".", random() % 256, ".", random() % 256));
    view.viewer.key = absl::StrCat("viewer-", random());
    view.publish_point = "show";
    view.stream = absl::StrCat("s", random() % 50);
    view.watch_s = 60 + random() % 600;
  }
  return day;
}

SimulationReport Replay(const Given& before, const Given& after,
                        const std::vector<RecordedView>& day) {
  Simulation simulation(before.Snapshot(), after.Snapshot());
  for (const RecordedView& view : day) simulation.Add(view);
  return simulation.Report();
}

TEST(SimulationTest, NothingMovesWhereNothingChanges) {
  const SimulationReport report = Replay(World(5, 3, 2), World(5, 3, 2), Day(2000));
  EXPECT_EQ(report.views, 2000u);
  EXPECT_EQ(report.moved, 0u);
  EXPECT_EQ(report.moved_nodes, 0u);
  EXPECT_EQ(report.cost_before, report.cost_after);
  EXPECT_EQ(report.refused_after, 0u);
}

TEST(SimulationTest, SharesFollowTheWeightsInBitsOnBothSides) {
  const SimulationReport report = Replay(World(50, 30, 20), World(50, 30, 30), Day(20'000));
  const auto shares = [](const std::vector<SimulatedCdn>& cdns) {
    std::map<std::string, double> by_name;
    for (const SimulatedCdn& cdn : cdns) by_name[cdn.cdn] = cdn.share;
    return by_name;
  };
  auto before = shares(report.before);
  auto after = shares(report.after);
  EXPECT_NEAR(before["a"], 0.5, 0.01);
  EXPECT_NEAR(before["c"], 0.2, 0.01);
  EXPECT_NEAR(after["a"], 50 / 110.0, 0.01);
  EXPECT_NEAR(after["c"], 30 / 110.0, 0.01);
  // Half of the sum of the differences.
  EXPECT_NEAR(report.moved / 20'000.0, 30 / 110.0 - 20 / 100.0, 0.01);
}

TEST(SimulationTest, CellsSayWhoMovesWhere) {
  Given after = World(1, 0, 0);
  after.Ratio("beijing", {{"b", 1}}, {}, {.region = "110000"});
  const SimulationReport report = Replay(World(1, 0, 0), after, Day(3000));
  ASSERT_EQ(report.cells.size(), 2u);
  EXPECT_EQ(report.cells[0].isp, "chinatelecom");  // two thirds of the views
  EXPECT_EQ(report.cells[0].moved, 0u);
  EXPECT_EQ(report.cells[1].region, "110000");
  EXPECT_EQ(report.cells[1].moved, report.cells[1].views);
  ASSERT_EQ(report.cells[1].shares.size(), 2u);
  EXPECT_EQ(report.cells[1].shares[0].cdn, "a");
  EXPECT_EQ(report.cells[1].shares[0].before, 1);
  EXPECT_EQ(report.cells[1].shares[0].after, 0);
  EXPECT_EQ(report.moved, report.cells[1].views);
}

TEST(SimulationTest, CostIsPriceTimesThe95thPercentile) {
  const SimulationReport report = Replay(World(1, 0, 0), World(0, 0, 1), Day(5000));
  ASSERT_EQ(report.before.size(), 1u);
  EXPECT_NEAR(report.cost_before, report.before[0].p95_mbps, 1e-9);
  EXPECT_NEAR(report.cost_after, 3 * report.cost_before, 1e-6);
  EXPECT_EQ(report.before[0].peak_mbps, report.after[0].peak_mbps);
}

TEST(SimulationTest, CapsSpillAsTheyWouldLive) {
  Given after = World(8, 2, 0);
  const auto day = Day(20'000);
  const double peak_mbps = Replay(after, after, day).before[0].peak_mbps;
  after.config().cdns[0].cap_mbps = 0.8 * peak_mbps;
  const SimulationReport report = Replay(World(8, 2, 0), after, day);
  EXPECT_LT(report.after[0].peak_mbps, 0.8 * peak_mbps) << "kept below its cap";
  EXPECT_GT(report.after[0].peak_mbps, 0.6 * peak_mbps) << "and used";
  EXPECT_GT(report.after[1].share, report.before[1].share);
  EXPECT_GT(report.moved, 500u);
}

TEST(SimulationTest, BudgetLaddersLowerTiersAsTheyWouldLive) {
  Given given;
  given.Vendor("a").Network("10.0.0.0/8", "CN/440000/440100/chinatelecom");
  given.Point("show", {"a"}, {"hd", "ld"}).Policy("hd").Ratio("default", {{"a", 1}});
  given.config().transcode_templates[0].bitrate_bps = 2'000'000;
  given.config().transcode_templates[1].bitrate_bps = 500'000;
  const auto day = Day(20'000);
  const double peak_mbps = Replay(given, given, day).before[0].peak_mbps;
  Given after = given;
  after.config().quality_policies[0].budget =
      BudgetLadder{.budget_mbps = peak_mbps, .steps = {{0.8, Tier::kLd}}, .hold_s = 600};
  const SimulationReport report = Replay(given, after, day);
  EXPECT_GT(report.moved_tiers, 500u);
  EXPECT_LT(report.after[0].peak_mbps, 0.95 * peak_mbps);
  EXPECT_EQ(report.moved, 0u);
}

TEST(SimulationTest, WhatCannotBeDecidedIsCountedApart) {
  Given after = World(1, 0, 0);
  after.config().cdns[0].disabled = true;
  const SimulationReport report = Replay(World(1, 0, 0), after, Day(100));
  EXPECT_EQ(report.refused_before, 0u);
  EXPECT_EQ(report.refused_after, 100u);
  EXPECT_EQ(report.moved, 100u);
  EXPECT_TRUE(report.after.empty());
}

}  // namespace
}  // namespace nearcast::scheduler
