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

}  // namespace
}  // namespace nearcast::node_agent
