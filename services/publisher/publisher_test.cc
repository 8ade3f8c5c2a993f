#include "services/publisher/publisher.h"

#include "base/fake_clock.h"
#include "gtest/gtest.h"
#include "ipdb/prefix_table_builder.h"

namespace nearcast {
namespace {

using scheduler::Snapshot;
using scheduler::Standing;

std::shared_ptr<const ipdb::PrefixTable> Places() {
  ipdb::PrefixTableBuilder builder;
  builder.Add(*ipdb::ParseIpPrefix("192.0.2.0/24"), {.country = "CN", .isp = "chinatelecom"});
  return std::make_shared<const ipdb::PrefixTable>(builder.Build());
}

scheduler::Config TwoNodes() {
  scheduler::Config config;
  config.revision = 1;
  config.cdns.push_back({.name = "own",
                         .kind = scheduler::CdnKind::kOwn,
                         .addressing = scheduler::Addressing::kNodeAddress});
  for (const char* name : {"a", "b"}) {
    config.nodes.push_back({.name = name, .cdn = "own", .location = {.country = "CN"}});
    config.nodes.back().addresses = {"192.0.2.1"};
  }
  return config;
}

// Waits until the published snapshot satisfies `condition`; false when it does not within half a
// minute.
template <typename Condition>
bool Eventually(const Publisher& publisher, Condition condition) {
  const absl::Duration deadline = Clock::System()->Monotonic() + absl::Seconds(30);
  while (Clock::System()->Monotonic() < deadline) {
    if (condition(*publisher.holder()->Current())) return true;
    std::this_thread::yield();
  }
  return false;
}

Standing StandingOf(const Snapshot& snapshot, absl::string_view node) {
  return snapshot.node(*snapshot.FindNode(node)).standing;
}

TEST(PublisherTest, ConfigIsLiveWhenSetConfigReturns) {
  FakeClock clock(absl::UnixEpoch());
  Publisher publisher(&clock, Places(), {});
  publisher.SetConfig(TwoNodes());
  EXPECT_EQ(publisher.holder()->Current()->revision, 1);
  EXPECT_EQ(publisher.holder()->Current()->nodes.size(), 2u);
}

TEST(PublisherTest, SilentNodeGoesDownAndItsReportBringsItBack) {
  FakeClock clock(absl::UnixEpoch());
  Publisher publisher(&clock, Places(), {.sweep = absl::Milliseconds(1)});
  publisher.SetConfig(TwoNodes());
  ASSERT_TRUE(publisher.Report({.node = "a", .live = {}, .streams = {"live/s"}}));
  ASSERT_TRUE(
      Eventually(publisher, [&](const Snapshot&) { return publisher.Counters().reports == 1; }));
  EXPECT_EQ(publisher.PublishersOf("live/s"), std::vector<std::string>{"a"});
  clock.Advance(absl::Seconds(6));
  EXPECT_TRUE(Eventually(publisher, [](const Snapshot& s) {
    return StandingOf(s, "a") == Standing::kDown && StandingOf(s, "b") == Standing::kDown;
  }));
  EXPECT_TRUE(publisher.PublishersOf("live/s").empty());
  ASSERT_TRUE(publisher.Report({.node = "b"}));
  EXPECT_TRUE(Eventually(publisher, [](const Snapshot& s) {
    return StandingOf(s, "a") == Standing::kDown && StandingOf(s, "b") == Standing::kUsable;
  }));
}

TEST(PublisherTest, ReportOfANodeThatIsNotConfiguredLeavesNothing) {
  FakeClock clock(absl::UnixEpoch());
  Publisher publisher(&clock, Places(), {});
  publisher.SetConfig(TwoNodes());
  ASSERT_TRUE(publisher.Report({.node = "deleted", .live = {}, .streams = {"live/s"}}));
  ASSERT_TRUE(
      Eventually(publisher, [&](const Snapshot&) { return publisher.Counters().reports == 1; }));
  EXPECT_EQ(publisher.CopyLive().count("deleted"), 0u);
  EXPECT_TRUE(publisher.PublishersOf("live/s").empty());
}

TEST(PublisherTest, ReportsThatChangeNoStandingMakeNoSnapshot) {
  FakeClock clock(absl::UnixEpoch());
  Publisher publisher(&clock, Places(), {});
  publisher.SetConfig(TwoNodes());
  const uint64_t before = publisher.Counters().snapshots;
  for (uint32_t i = 0; i < 100; ++i) {
    ASSERT_TRUE(publisher.Report({.node = "a", .live = {.viewers = i}}));
  }
  ASSERT_TRUE(
      Eventually(publisher, [&](const Snapshot&) { return publisher.Counters().reports == 100; }));
  EXPECT_EQ(publisher.CopyLive().at("a").viewers, 99u);
  EXPECT_EQ(publisher.Counters().snapshots, before);
}

scheduler::Config TwoNodesWithACheck() {
  scheduler::Config config = TwoNodes();
  config.health_checks.push_back({.name = "tcp", .up_threshold = 1, .down_threshold = 1});
  config.nodes[0].health = scheduler::HealthSource::kAlwaysUp;
  return config;
}

TEST(PublisherTest, ChecksBringANodeDownAndBackEvenOneThatIsAlwaysUp) {
  using scheduler::CheckOutcome;
  FakeClock clock(absl::UnixEpoch());
  Publisher publisher(&clock, Places(), {.sweep = absl::ZeroDuration()});
  publisher.SetConfig(TwoNodesWithACheck());
  const auto report = [&](CheckOutcome outcome) {
    ASSERT_TRUE(publisher.ReportChecks({"v1", {{"tcp", "a", outcome, "connection refused"}}}));
  };
  report(CheckOutcome::kFailed);
  EXPECT_TRUE(Eventually(publisher, [](const Snapshot& s) {
    return StandingOf(s, "a") == Standing::kDown && StandingOf(s, "b") == Standing::kUsable;
  }));
  EXPECT_EQ(publisher.CopyLive().at("a").checks_detail,
            "1 of 1 vantages down: tcp (connection refused)");
  EXPECT_EQ(publisher.Counters().checks_lost, 1u);
  EXPECT_EQ(publisher.Counters().nodes_lost, 0u);
  report(CheckOutcome::kPassed);
  EXPECT_TRUE(Eventually(
      publisher, [](const Snapshot& s) { return StandingOf(s, "a") == Standing::kUsable; }));
}

TEST(PublisherTest, NodesOwnReportDoesNotHideWhatChecksSay) {
  FakeClock clock(absl::UnixEpoch());
  Publisher publisher(&clock, Places(), {.sweep = absl::ZeroDuration()});
  publisher.SetConfig(TwoNodesWithACheck());
  ASSERT_TRUE(
      publisher.ReportChecks({"v1", {{"tcp", "b", scheduler::CheckOutcome::kFailed, "x"}}}));
  const auto b_is_down = [](const Snapshot& s) { return StandingOf(s, "b") == Standing::kDown; };
  ASSERT_TRUE(Eventually(publisher, b_is_down));
  ASSERT_TRUE(publisher.Report({.node = "b"}));
  ASSERT_TRUE(
      Eventually(publisher, [&](const Snapshot&) { return publisher.Counters().reports == 1; }));
  EXPECT_EQ(StandingOf(*publisher.holder()->Current(), "b"), Standing::kDown);
  scheduler::Config unchecked = TwoNodes();
  publisher.SetConfig(unchecked);
  EXPECT_EQ(StandingOf(*publisher.holder()->Current(), "b"), Standing::kUsable);
}

}  // namespace
}  // namespace nearcast
