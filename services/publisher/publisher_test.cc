#include "services/publisher/publisher.h"

#include "absl/synchronization/notification.h"
#include "base/fake_clock.h"
#include "gtest/gtest.h"
#include "ipdb/prefix_table_builder.h"
#include "schedulerlib/stream/node_choice.h"

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

TEST(PublisherTest, ASwitchThatEndsChangesNamesWithoutAChangeOfConfiguration) {
  FakeClock clock(absl::UnixEpoch());
  Publisher publisher(&clock, Places(), {.sweep = absl::Milliseconds(1)});
  scheduler::Config config = TwoNodes();
  for (scheduler::Node& node : config.nodes) node.health = scheduler::HealthSource::kAlwaysUp;
  config.domains.push_back({.name = "live.example"});
  config.domains[0].zone_file = "@ 60 IN SOA ns1 host 1 2 3 4 5\n@ 60 IN NS ns1\n";
  config.domains[0].scheduled_names = {{.name = "pull", .cdn = "own", .ttl_s = 8, .answers = 2}};
  config.switches = {
      {.name = "x", .off = {"node/a"}, .expire_at = clock.Now() + absl::Seconds(10)}};
  publisher.SetConfig(config);
  const auto nodes = [](const Snapshot& snapshot) {
    const scheduler::NameDecision decision =
        DecideName(snapshot.names[0], {.client = *ipdb::ParseIpAddress("192.0.2.7"), .stream = {}});
    return decision.answer->nodes.size();
  };
  EXPECT_EQ(nodes(*publisher.holder()->Current()), 1u);
  ASSERT_TRUE(publisher.Report({.node = "a"}));  // once it is taken the thread runs
  ASSERT_TRUE(
      Eventually(publisher, [&](const Snapshot&) { return publisher.Counters().reports == 1; }));
  clock.Advance(absl::Seconds(2));
  EXPECT_TRUE(
      Eventually(publisher, [](const Snapshot& snapshot) { return snapshot.names[0].ttl_s < 8; }));
  EXPECT_EQ(nodes(*publisher.holder()->Current()), 1u);
  clock.Advance(absl::Seconds(8));
  EXPECT_TRUE(Eventually(publisher, [&](const Snapshot& snapshot) {
    return nodes(snapshot) == 2 && snapshot.names[0].ttl_s == 8;
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

TEST(PublisherTest, ReportsThatWaitTogetherMakeOneSnapshot) {
  constexpr uint64_t kReports = 200;
  FakeClock clock(absl::UnixEpoch());
  absl::Notification may_go_on;  // outlives the publisher's thread
  Publisher publisher(&clock, Places(), {});
  scheduler::Config config = TwoNodes();
  for (scheduler::Node& node : config.nodes) node.capacity_mbps = 100;
  publisher.SetConfig(config);
  publisher.WatchStreams([&](const auto&) { may_go_on.WaitForNotification(); });
  const uint64_t before = publisher.Counters().snapshots;
  ASSERT_TRUE(publisher.Report({.node = "b", .streams = {"live/s"}}));
  ASSERT_TRUE(
      Eventually(publisher, [&](const Snapshot&) { return publisher.Counters().reports == 1; }));
  for (uint64_t i = 1; i < kReports; ++i) {  // each changes how the node stands
    const double load = i % 2 == 1 ? 100e6 : 0;
    ASSERT_TRUE(publisher.Report({.node = "a", .live = {.out_bits_per_s = load}}));
  }
  may_go_on.Notify();
  EXPECT_TRUE(Eventually(publisher,
                         [](const Snapshot& s) { return StandingOf(s, "a") == Standing::kFull; }));
  EXPECT_EQ(publisher.Counters().reports, kReports);
  EXPECT_LE(publisher.Counters().snapshots, before + 3);
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

TEST(PublisherTest, ChecksMakeAVendorALastResortAndBringItBack) {
  using scheduler::CdnStanding;
  using scheduler::CheckOutcome;
  FakeClock clock(absl::UnixEpoch());
  Publisher publisher(&clock, Places(), {.sweep = absl::ZeroDuration()});
  scheduler::Config config = TwoNodes();
  config.cdns.push_back({.name = "alpha",
                         .pull_domain = "pull.alpha.example",
                         .pull_templates = {{"flv", "https://{host}/{stream}.flv"}}});
  config.health_checks = {{.name = "tcp", .cdn = "alpha", .up_threshold = 1, .down_threshold = 1}};
  publisher.SetConfig(config);
  const auto report = [&](CheckOutcome outcome) {
    ASSERT_TRUE(publisher.ReportChecks(
        {"v1", {{"tcp", "cdn/alpha/play/pull.alpha.example:443", outcome, "timed out"}}}));
  };
  const auto stands = [](CdnStanding play) {
    return [play](const Snapshot& s) {
      const scheduler::CdnIndex alpha = *s.FindCdn("alpha");
      return s.cdn_buckets[alpha.value()].standing == play && s.cdn(alpha).play.standing == play &&
             s.cdn(alpha).push.standing == CdnStanding::kUsable;
    };
  };
  EXPECT_TRUE(stands(CdnStanding::kUsable)(*publisher.holder()->Current()));
  report(CheckOutcome::kFailed);
  EXPECT_TRUE(Eventually(publisher, stands(CdnStanding::kLastResort)));
  EXPECT_EQ(publisher.CopyLive().at("cdn/alpha/play").checks_detail,
            "1 of 1 vantages down: tcp (timed out)");
  report(CheckOutcome::kPassed);
  EXPECT_TRUE(Eventually(publisher, stands(CdnStanding::kUsable)));
  report(CheckOutcome::kFailed);
  EXPECT_TRUE(Eventually(publisher, stands(CdnStanding::kLastResort)));
  config.health_checks.clear();
  publisher.SetConfig(config);
  EXPECT_TRUE(stands(CdnStanding::kUsable)(*publisher.holder()->Current()));
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

scheduler::Config TwoNodesThatMeasure() {
  scheduler::Config config = TwoNodes();
  config.delay_probes.push_back({.name = "d", .samples = {{.address = "192.0.2.7"}}});
  return config;
}

NodeReport Measured(const char* node, int32_t us) {
  return {.node = node,
          .live = {},
          .streams = {},
          .delays = {{"sample/192.0.2.7:80", {.delay_us = us, .tries = 3, .lost = 0}}}};
}

TEST(PublisherTest, MeasuredDelaysMakeASnapshotOnlyWhenWhatCountsChanges) {
  FakeClock clock(absl::UnixEpoch());
  Publisher publisher(&clock, Places(),
                      {.sweep = absl::ZeroDuration(), .settle_delays = absl::ZeroDuration()});
  publisher.SetConfig(TwoNodesThatMeasure());
  ASSERT_TRUE(publisher.Report({.node = "a"}));
  const uint64_t before = publisher.Counters().snapshots;
  uint64_t reports = 1;
  for (int32_t us : {10'000, 10'700, 9'800, 11'500, 10'100}) {
    ASSERT_TRUE(publisher.Report(Measured("a", us)));
    ++reports;
    ASSERT_TRUE(Eventually(
        publisher, [&](const Snapshot&) { return publisher.Counters().reports == reports; }));
  }
  ASSERT_TRUE(Eventually(publisher,
                         [&](const Snapshot&) { return publisher.Counters().delay_changes == 1; }));
  EXPECT_EQ(publisher.Counters().snapshots, before + 1);
  EXPECT_EQ(publisher.Counters().delays_measured, 5u);
  const auto views = publisher.DescribeDelays("a", 10);
  ASSERT_EQ(views.size(), 1u);
  EXPECT_EQ(views[0].counted_us, 10'000);
  EXPECT_EQ(views[0].place.isp, "chinatelecom") << "as the IP database says";
}

// Both nodes stand in China, where the table puts them equally near to 192.0.2.0/24.
TEST(PublisherTest, MeasuredDelaysDecideTheRankingOfTheirPlace) {
  FakeClock clock(absl::UnixEpoch());
  Publisher publisher(&clock, Places(),
                      {.sweep = absl::ZeroDuration(), .settle_delays = absl::ZeroDuration()});
  publisher.SetConfig(TwoNodesThatMeasure());
  const auto first_is = [](const Snapshot& s, const char* node) {
    const auto place = scheduler::FindPlace(s, *ipdb::ParseIpAddress("192.0.2.7"), "");
    const auto ranking = scheduler::RankFor(s, *s.FindCdn("own"), place);
    return s.node(ranking.front().node).spec.name == node;
  };
  ASSERT_TRUE(publisher.Report(Measured("a", 90'000)));
  ASSERT_TRUE(publisher.Report(Measured("b", 9'000)));
  EXPECT_TRUE(Eventually(publisher, [&](const Snapshot& s) { return first_is(s, "b"); }));
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(publisher.Report(Measured("a", 9'000)));
    ASSERT_TRUE(publisher.Report(Measured("b", 90'000)));
  }
  EXPECT_TRUE(Eventually(publisher, [&](const Snapshot& s) { return first_is(s, "a"); }));
}

TEST(PublisherTest, MeasuredDelaysAreSettledAtMostAsOftenAsIsSaid) {
  FakeClock clock(absl::UnixEpoch());
  Publisher publisher(&clock, Places(),
                      {.sweep = absl::ZeroDuration(), .settle_delays = absl::Seconds(5)});
  publisher.SetConfig(TwoNodesThatMeasure());
  ASSERT_TRUE(publisher.Report(Measured("a", 10'000)));
  clock.Advance(absl::Seconds(5));
  ASSERT_TRUE(Eventually(publisher,
                         [&](const Snapshot&) { return publisher.Counters().delay_changes == 1; }));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(publisher.Report(Measured("a", 90'000)));
  ASSERT_TRUE(
      Eventually(publisher, [&](const Snapshot&) { return publisher.Counters().reports == 6; }));
  EXPECT_EQ(publisher.Counters().delay_changes, 1u);
  clock.Advance(absl::Seconds(4));
  ASSERT_TRUE(publisher.Report({.node = "b"}));
  ASSERT_TRUE(
      Eventually(publisher, [&](const Snapshot&) { return publisher.Counters().reports == 7; }));
  EXPECT_EQ(publisher.Counters().delay_changes, 1u);
  clock.Advance(absl::Seconds(1));
  EXPECT_TRUE(Eventually(publisher,
                         [&](const Snapshot&) { return publisher.Counters().delay_changes == 2; }));
}

TEST(PublisherTest, MeasurementsThatEndStopCounting) {
  FakeClock clock(absl::UnixEpoch());
  Publisher publisher(&clock, Places(),
                      {.sweep = absl::ZeroDuration(), .settle_delays = absl::ZeroDuration()});
  publisher.SetConfig(TwoNodesThatMeasure());
  ASSERT_TRUE(publisher.Report(Measured("a", 10'000)));
  ASSERT_TRUE(Eventually(publisher,
                         [&](const Snapshot&) { return publisher.Counters().delay_changes == 1; }));
  clock.Advance(absl::Seconds(181));
  ASSERT_TRUE(Eventually(publisher,
                         [&](const Snapshot&) { return publisher.Counters().delay_changes == 2; }));
  EXPECT_EQ(publisher.DescribeDelays("a", 10)[0].counted_us, std::nullopt);
  EXPECT_EQ(publisher.Counters().delay_paths, 1u);
  publisher.SetConfig(TwoNodes());
  EXPECT_EQ(publisher.Counters().delay_paths, 0u);
  EXPECT_TRUE(publisher.DelayTargets()->empty());
}

}  // namespace
}  // namespace nearcast
