#include "dataplane/node_agent/node_report.h"

#include "gtest/gtest.h"

namespace nearcast::node_agent {
namespace {

TEST(NodeReportTest, RatesAreTakenBetweenTwoReadings) {
  const NodeReading before{.now_ms = 1000, .cpu_s = 5, .bytes_out = 100, .bytes_in = 10};
  const NodeReading now{
      .now_ms = 3000, .cpu_s = 6, .processors = 2, .bytes_out = 1100, .bytes_in = 30, .viewers = 7};
  const auto report = BuildReport({.node = "n1", .capacity_bits_per_s = 1e9}, 4, before, now);
  EXPECT_EQ(report.node(), "n1");
  EXPECT_EQ(report.sequence(), 4u);
  EXPECT_DOUBLE_EQ(report.load().cpu(), 0.25);
  EXPECT_DOUBLE_EQ(report.load().out_bits_per_s(), 4000);
  EXPECT_DOUBLE_EQ(report.load().in_bits_per_s(), 80);
  EXPECT_EQ(report.load().viewers(), 7u);
}

TEST(NodeReportTest, TheFirstReadingHasNoRates) {
  const NodeReading only{.now_ms = 1000, .cpu_s = 5, .bytes_out = 100};
  EXPECT_EQ(BuildReport({}, 1, only, only).load().out_bits_per_s(), 0);
}

TEST(NodeReportTest, NamesOnlyWhatIsPublishedHere) {
  NodeReading now;
  for (const auto state : {stream::StreamState::kLive, stream::StreamState::kInterrupted}) {
    for (const auto kind : {stream::PublisherKind::kPush, stream::PublisherKind::kPull}) {
      stream::StreamStatus status;
      status.name = "live/a/b";
      status.state = state;
      status.publisher_kind = kind;
      status.gop_ms = 2000;
      now.streams.push_back(status);
    }
  }
  const auto report = BuildReport({}, 1, now, now);
  ASSERT_EQ(report.streams_size(), 1);
  EXPECT_EQ(report.streams(0).app(), "live");
  EXPECT_EQ(report.streams(0).stream(), "a/b");
  EXPECT_EQ(report.streams(0).gop_ms(), 2000u);
  EXPECT_EQ(report.load().streams(), 4u);
}

stream::StreamStatus Served(const std::string& name, uint32_t viewers, uint64_t bytes_sent) {
  stream::StreamStatus status;
  status.name = name;
  status.state = stream::StreamState::kLive;
  status.viewers = viewers;
  status.bytes_sent = bytes_sent;
  return status;
}

TEST(NodeReportTest, TellsOfEachStreamWhatItsViewersGet) {
  NodeReading before{.now_ms = 1000, .streams = {Served("live/a", 2, 1000)}};
  NodeReading now{.now_ms = 3000,
                  .streams = {Served("live/a", 2, 3000), Served("live/new", 0, 250)}};
  stream::StreamStatus& status = now.streams[0];
  status.publisher_kind = stream::PublisherKind::kPull;
  status.publisher = "http://127.0.0.11:8088/live/a.flv?sign=secret";
  status.queues = {.viewers = 2, .behind = 1, .lag_ms_sum = 500, .lag_ms_max = 400};
  status.drops = {.tail = 1, .unreferred = 2, .rest = 3, .jumped = 4, .undecodable = 5};
  status.state = stream::StreamState::kInterrupted;
  const auto report = BuildReport({}, 1, before, now);
  ASSERT_EQ(report.served_size(), 2);
  const auto& stats = report.served(0);
  EXPECT_EQ(stats.stream(), "a");
  EXPECT_TRUE(stats.pulled());
  EXPECT_TRUE(stats.interrupted());
  EXPECT_EQ(stats.upstream(), "http://127.0.0.11:8088/live/a.flv");
  EXPECT_DOUBLE_EQ(stats.out_bits_per_s(), 8000);
  EXPECT_EQ(stats.delay_ms_mean(), 250u);
  EXPECT_EQ(stats.delay_ms_max(), 400u);
  EXPECT_EQ(stats.viewers_behind(), 1u);
  EXPECT_EQ(stats.drops().rest(), 3u);
  EXPECT_DOUBLE_EQ(report.served(1).out_bits_per_s(), 1000);
}

TEST(NodeReportTest, AStreamMadeAnewUnderItsNameHasSentWhatItHasSent) {
  NodeReading before{.now_ms = 1000, .streams = {Served("live/a", 1, 50'000)}};
  NodeReading now{.now_ms = 2000, .streams = {Served("live/a", 1, 1000)}};
  EXPECT_DOUBLE_EQ(BuildReport({}, 1, before, now).served(0).out_bits_per_s(), 8000);
}

TEST(NodeReportTest, LeavesOutTheStreamsWithFewestViewersAndSaysHowMany) {
  NodeReading now;
  for (uint32_t i = 0; i < kServedMax + 7; ++i) {
    now.streams.push_back(Served("live/" + std::to_string(i), i, 0));
  }
  const auto report = BuildReport({}, 1, now, now);
  EXPECT_EQ(report.served_size(), static_cast<int>(kServedMax));
  EXPECT_EQ(report.served_left_out(), 7u);
  for (const auto& stats : report.served()) EXPECT_GE(stats.viewers(), 7u);
}

TEST(NodeReportTest, PlanIsTakenWithinBounds) {
  nearcast::v1::MeasurePlan plan;
  auto* target = plan.add_targets();
  target->set_target("node/b");
  target->set_address("192.0.2.2");
  target->set_port(8088);
  target->set_interval_ms(5000);
  target->set_timeout_ms(300);
  target->set_tries(2);
  auto* wild = plan.add_targets();
  wild->set_timeout_ms(3'000'000);
  wild->set_tries(1000);
  const auto targets = TargetsOf(plan);
  ASSERT_EQ(targets.size(), 2u);
  EXPECT_EQ(targets[0], (measure::MeasureTarget{.target = "node/b",
                                                .address = "192.0.2.2",
                                                .port = 8088,
                                                .interval_ms = 5000,
                                                .timeout_ms = 300,
                                                .tries = 2}));
  EXPECT_EQ(targets[1].interval_ms, 100);
  EXPECT_EQ(targets[1].timeout_ms, 10'000);
  EXPECT_EQ(targets[1].tries, 10u);
}

TEST(NodeReportTest, LostMeasurementHasNoDelay) {
  nearcast::v1::NodeReport report;
  AddDelays({{.target = "a", .delay_us = 1234, .tries = 3, .lost = 1},
             {.target = "b", .delay_us = std::nullopt, .tries = 3, .lost = 3}},
            &report);
  ASSERT_EQ(report.delays_size(), 2);
  EXPECT_EQ(report.delays(0).delay_us(), 1234u);
  EXPECT_EQ(report.delays(0).lost(), 1u);
  EXPECT_EQ(report.delays(1).target(), "b");
  EXPECT_EQ(report.delays(1).delay_us(), 0u);
}

TEST(NodeReportTest, GoodbyesAreToldWithTheirAge) {
  const NodeIdentity identity{.node = "n", .srt_port = 9000};
  NodeReading now{.now_ms = 5000};
  now.endings = {{"live/show", 7, 4200}};
  const auto report = BuildReport(identity, 1, now, now);
  EXPECT_EQ(report.srt_port(), 9000u);
  ASSERT_EQ(report.endings_size(), 1);
  EXPECT_EQ(report.endings(0).app(), "live");
  EXPECT_EQ(report.endings(0).stream(), "show");
  EXPECT_EQ(report.endings(0).number(), 7u);
  EXPECT_EQ(report.endings(0).ago_ms(), 800u);
}

}  // namespace
}  // namespace nearcast::node_agent
