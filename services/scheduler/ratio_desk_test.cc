#include "services/scheduler/ratio_desk.h"

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/fake_clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"
#include "services/rpc/status.h"

namespace nearcast {
namespace {

using scheduler::Given;
using scheduler::Ip;
using scheduler::PlayDecision;
using scheduler::RatioReason;
using scheduler::Tier;

// Two vendors at 60:40, and viewers of one stream in one city.
class RatioDeskTest : public ::testing::Test {
 protected:
  RatioDeskTest() : holder_(World().Snapshot()), desk_(&clock_, &holder_, {}) {
    stream_.name = "s1";
    stream_.publish_point = "show";
    stream_.state = scheduler::StreamState::kPublishing;
  }

  static Given World(uint32_t a = 60, uint32_t b = 40) {
    Given given;
    given.Vendor("a").Vendor("b").Network("10.1.0.0/16", "CN/440000/440100/chinatelecom");
    given.Point("show", {"a"}, {"origin", "hd", "ld"}).Policy("hd");
    given.Ratio("default", {{"a", a}, {"b", b}});
    return given;
  }

  void SetWorld(const Given& given) { holder_.Publish(given.Snapshot()); }

  std::string Ask(int viewer) { return Ask(viewer, desk_); }

  std::string Ask(int viewer, RatioDesk& desk) {
    const auto snapshot = holder_.Current();
    const scheduler::Viewer asking = ViewerOf(viewer);
    const auto decision = desk.Decide(*snapshot, stream_, asking);
    EXPECT_TRUE(decision.ok()) << decision.status();
    tier_ = decision->default_tier;
    return snapshot->cdn(*decision->ratio.main).spec.name;
  }

  static scheduler::Viewer ViewerOf(int viewer) {
    scheduler::Viewer asking;
    asking.address = Ip("10.1.0.1");
    asking.key = absl::StrCat("viewer-", viewer);
    return asking;
  }

  std::map<std::string, int> AskAll(int viewers) {
    std::map<std::string, int> count;
    for (int v = 0; v < viewers; ++v) ++count[Ask(v)];
    return count;
  }

  uint64_t Decisions(RatioReason reason) const {
    return desk_.counters().decisions_by_reason[static_cast<size_t>(reason)].load();
  }

  const scheduler::CdnRates RatesOf(const std::string& cdn) const {
    for (const scheduler::CdnRates& rates : desk_.Rates()) {
      if (rates.cdn == cdn) return rates;
    }
    return {};
  }

  void StepAfter(absl::Duration pause) {
    clock_.Advance(pause);
    desk_.Step({});
  }

  FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  SnapshotHolder<scheduler::Snapshot> holder_;
  RatioDesk desk_;
  scheduler::Stream stream_;
  Tier tier_ = Tier::kOrigin;
};

TEST_F(RatioDeskTest, AHundredViewersAreSplitToTheViewer) {
  auto count = AskAll(100);
  EXPECT_NEAR(count["a"], 60, 1);
  EXPECT_GT(Decisions(RatioReason::kDebt), 0u);
}

TEST_F(RatioDeskTest, TenThousandViewersAreWithinHalfAPoint) {
  auto count = AskAll(10000);
  EXPECT_NEAR(count["a"], 6000, 50);
  EXPECT_LT(Decisions(RatioReason::kDebt), 1000u) << "nearly all have what their hash says";
}

TEST_F(RatioDeskTest, WhoAsksAgainGetsTheSameAndIsNotCountedTwice) {
  std::vector<std::string> first;
  for (int v = 0; v < 200; ++v) first.push_back(Ask(v));
  for (int v = 0; v < 200; ++v) EXPECT_EQ(Ask(v), first[v]);
  EXPECT_EQ(Decisions(RatioReason::kHeld), 200u);
  EXPECT_EQ(desk_.Totals().sessions, 200u);
  StepAfter(absl::ZeroDuration());
  const double bitrate_bps = holder_.Current()->publish_points.at("show").tiers[1].bitrate_bps;
  EXPECT_NEAR(RatesOf("a").traffic.intended_bps + RatesOf("b").traffic.intended_bps,
              200 * bitrate_bps * std::log(2.0), 1)
      << "600 s of each, fading by half in 600 s";
}

TEST_F(RatioDeskTest, LookingLeavesNoTrace) {
  const auto snapshot = holder_.Current();
  const scheduler::Viewer viewer = ViewerOf(1);
  ASSERT_TRUE(desk_.Look(*snapshot, stream_, viewer).ok());
  EXPECT_EQ(desk_.Totals().sessions, 0u);
  EXPECT_EQ(desk_.Totals().accounts, 0u);
}

TEST_F(RatioDeskTest, OtherWeightsMoveTheMinimumAtOnce) {
  std::vector<std::string> before;
  for (int v = 0; v < 1000; ++v) before.push_back(Ask(v));
  SetWorld(World(50, 50));
  int moved = 0;
  std::map<std::string, int> count;
  for (int v = 0; v < 1000; ++v) {
    const std::string cdn = Ask(v);
    ++count[cdn];
    moved += cdn != before[v];
  }
  EXPECT_NEAR(count["a"], 500, 5);
  EXPECT_NEAR(moved, 100, 10);
}

// Viewers who are heard of, as those that are steered are each minute, stay in the accounts: a
// change moves as few and as many of them hours later as in the first minute.
TEST_F(RatioDeskTest, OtherWeightsMoveTheMinimumOfThoseWhoWatchForHours) {
  Given world = World();
  world.Vendor("c").config().ratio_rules.clear();
  const auto set = [&](uint32_t a, uint32_t b, uint32_t c) {
    world.config().ratio_rules.clear();
    world.Ratio("default", {{"a", a}, {"b", b}, {"c", c}});
    SetWorld(world);
  };
  for (const int viewers : {100, 1000}) {
    for (const int minutes : {0, 5, 30, 120}) {
      RatioDesk desk(&clock_, &holder_, {});
      set(55, 30, 15);
      std::vector<std::string> before(viewers);
      for (int minute = 0; minute <= minutes; ++minute) {
        for (int v = 0; v < viewers; ++v) {
          const std::string cdn = Ask(v, desk);
          if (minute > 0) ASSERT_EQ(cdn, before[v]) << "minute " << minute;
          before[v] = cdn;
        }
        clock_.Advance(absl::Minutes(1));
      }
      set(25, 30, 45);
      int moved = 0;
      std::map<std::string, int> count;
      for (int v = 0; v < viewers; ++v) {
        const std::string cdn = Ask(v, desk);
        moved += cdn != before[v];
        ++count[cdn];
      }
      const double allowed = 1 + 0.01 * viewers;
      EXPECT_NEAR(moved, 0.30 * viewers, allowed) << viewers << " after " << minutes << " min";
      EXPECT_NEAR(count["a"], 0.25 * viewers, allowed) << viewers << " after " << minutes << " min";
      EXPECT_NEAR(count["c"], 0.45 * viewers, allowed) << viewers << " after " << minutes << " min";
    }
  }
}

// Those of whom nothing was heard may have gone, and are not counted; when they ask after all, the
// new weights hold for them too, and some more of them move than must.
TEST_F(RatioDeskTest, OtherWeightsHoldForThoseWhoWereSilent) {
  const int kViewers = 1000;
  std::vector<std::string> before;
  for (int v = 0; v < kViewers; ++v) before.push_back(Ask(v));
  clock_.Advance(absl::Minutes(50));
  SetWorld(World(30, 70));
  int moved = 0;
  std::map<std::string, int> count;
  for (int v = 0; v < kViewers; ++v) {
    const std::string cdn = Ask(v);
    moved += cdn != before[v];
    ++count[cdn];
  }
  EXPECT_NEAR(count["a"], 300, 10);
  EXPECT_GE(moved, 290);
  EXPECT_LE(moved, 450);
  RecordProperty("moved_of_1000", moved);
}

TEST_F(RatioDeskTest, SessionsThatAreHeardOfStayInTheRates) {
  AskAll(200);
  StepAfter(absl::ZeroDuration());
  const double at_first = RatesOf("a").traffic.intended_bps + RatesOf("b").traffic.intended_bps;
  for (int minute = 0; minute < 60; ++minute) {
    clock_.Advance(absl::Minutes(1));
    AskAll(200);
  }
  StepAfter(absl::ZeroDuration());
  EXPECT_NEAR(RatesOf("a").traffic.intended_bps + RatesOf("b").traffic.intended_bps, at_first,
              0.07 * at_first);
}

TEST_F(RatioDeskTest, CdnThatFailsIsLeftAndItsViewersComeBack) {
  AskAll(100);
  Given broken = World();
  broken.config().cdns[0].disabled = true;
  SetWorld(broken);
  EXPECT_EQ(AskAll(100)["a"], 0);
  SetWorld(World());
  // 60 sessions have moved to b and stay there; of what they left, 24 are owed to a.
  EXPECT_NEAR(AskAll(200)["a"], 84, 2) << "those who ask anew make up for the others";
}

TEST_F(RatioDeskTest, UsageNearTheCapSpillsAndIsForgottenWhenItIsOld) {
  Given world = World();
  world.config().cdns[0].cap_mbps = 1000;
  SetWorld(world);
  ASSERT_TRUE(desk_.ReportUsage("a", 2e9).ok());
  StepAfter(absl::ZeroDuration());
  EXPECT_EQ(RatesOf("a").spill, 1);
  EXPECT_EQ(AskAll(50)["a"], 0);
  StepAfter(absl::Minutes(4));
  EXPECT_EQ(RatesOf("a").traffic.measured_bps, std::nullopt);
  EXPECT_EQ(RatesOf("a").spill, 0);
}

TEST_F(RatioDeskTest, UsageOfUnknownCdnsAndBelowNothingIsRefused) {
  EXPECT_EQ(rpc::ReasonOf(desk_.ReportUsage("c", 1)), "CDN_NOT_FOUND");
  EXPECT_EQ(rpc::ReasonOf(desk_.ReportUsage("a", -1)), "INVALID_USAGE");
  EXPECT_EQ(rpc::ReasonOf(desk_.ReportUsage("a", INFINITY)), "INVALID_USAGE");
  EXPECT_EQ(rpc::ReasonOf(desk_.ReportUsage("a", NAN)), "INVALID_USAGE");
}

TEST_F(RatioDeskTest, MeasuredBitsCorrectTheWeightsSlowly) {
  clock_.Advance(absl::Minutes(10));
  AskAll(2000);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(desk_.ReportUsage("a", 8e9).ok());
    ASSERT_TRUE(desk_.ReportUsage("b", 2e9).ok());
    StepAfter(absl::Seconds(15));
  }
  EXPECT_LT(RatesOf("a").correction, 1);
  EXPECT_GT(RatesOf("b").correction, 1);
  EXPECT_GT(RatesOf("a").correction / RatesOf("b").correction, std::exp(-20 * 0.02));
}

TEST_F(RatioDeskTest, OwnNodesReportsAreTheirCdnsUsage) {
  Given world;
  world.Own("own").Node("gz", "CN/440000").Node("sz", "CN/440000");
  world.Point("show", {"own"}).Ratio("default", {{"own", 1}});
  SetWorld(world);
  scheduler::LiveView live;
  live["gz"] = {.health = scheduler::Health::kUp, .out_bits_per_s = 3e9};
  live["sz"] = {.health = scheduler::Health::kUp, .out_bits_per_s = 1e9};
  desk_.Step(live);
  EXPECT_EQ(RatesOf("own").traffic.measured_bps, 4e9);
}

TEST_F(RatioDeskTest, BudgetLadderLowersTheDefaultTierAndRaisesItAgain) {
  Given world = World();
  world.config().quality_policies[0].budget =
      scheduler::BudgetLadder{.budget_mbps = 1000, .steps = {{0.8, Tier::kLd}}};
  SetWorld(world);
  const auto step = [&](double mbps) {
    ASSERT_TRUE(desk_.ReportUsage("a", mbps * 1e6).ok());
    ASSERT_TRUE(desk_.ReportUsage("b", 0).ok());
    StepAfter(absl::Seconds(30));
  };
  step(700);
  Ask(1);
  EXPECT_EQ(tier_, Tier::kHd);
  step(850);
  Ask(2);
  EXPECT_EQ(tier_, Tier::kLd);
  EXPECT_EQ(desk_.Policies().front().step, 1u);
  for (int i = 0; i < 4; ++i) step(600);
  Ask(3);
  EXPECT_EQ(tier_, Tier::kHd);
}

TEST_F(RatioDeskTest, DemandIsToldByRule) {
  AskAll(100);
  const auto demands = desk_.Demands();
  ASSERT_EQ(demands.size(), 1u);
  EXPECT_EQ(demands[0].rule, "default");
  EXPECT_GT(demands[0].bps, 0);
}

TEST_F(RatioDeskTest, SessionsAreBoundedAndForgetTheOldest) {
  RatioDesk small(&clock_, &holder_, {.sessions_max = 64 * 8});
  for (int v = 0; v < 5000; ++v) Ask(v, small);
  EXPECT_EQ(small.Totals().sessions, 64u * 8);
  EXPECT_GT(small.Totals().sessions_forgotten, 4000u);
}

}  // namespace
}  // namespace nearcast
