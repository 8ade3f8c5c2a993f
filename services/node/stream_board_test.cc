#include "services/node/stream_board.h"

#include "absl/strings/str_cat.h"
#include "base/fake_clock.h"
#include "gtest/gtest.h"

namespace nearcast {
namespace {

class StreamBoardTest : public ::testing::Test {
 protected:
  void Take(const std::string& node, const std::vector<std::string>& streams,
            uint32_t left_out = 0) {
    v1::NodeReport report;
    report.set_node(node);
    report.set_served_left_out(left_out);
    for (const std::string& stream : streams) {
      v1::StreamStats* stats = report.add_served();
      stats->set_app("live");
      stats->set_stream(stream);
    }
    board_.Take(report);
  }

  std::string List(absl::string_view node, absl::string_view stream) {
    std::string text;
    const v1::ListStreamStatsResponse list = board_.List(node, stream);
    for (const auto& entry : list.entries()) {
      absl::StrAppend(&text, entry.stats().stream(), "@", entry.node(), " ");
    }
    return text;
  }

  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  StreamBoard board_{&clock_};
};

TEST_F(StreamBoardTest, AStreamIsListedWhereverItIs) {
  Take("gz", {"b", "a"});
  Take("bj", {"a"});
  EXPECT_EQ(List("", ""), "a@bj a@gz b@gz ");
  EXPECT_EQ(List("", "a"), "a@bj a@gz ");
  EXPECT_EQ(List("gz", ""), "a@gz b@gz ");
  EXPECT_EQ(List("gz", "c"), "");
}

TEST_F(StreamBoardTest, EachReportReplacesTheLast) {
  Take("gz", {"a", "b"}, 5);
  Take("gz", {"b"}, 2);
  EXPECT_EQ(List("", ""), "b@gz ");
  EXPECT_EQ(board_.List("", "").untold(), 2u);
}

TEST_F(StreamBoardTest, ASilentNodeHasNothingAndIsForgotten) {
  Take("gz", {"a"});
  clock_.Advance(absl::Seconds(4));
  EXPECT_EQ(board_.List("", "").entries(0).age_ms(), 4000u);
  clock_.Advance(absl::Seconds(7));
  EXPECT_EQ(List("", ""), "");
  Take("bj", {"b"});
  EXPECT_EQ(List("", ""), "b@bj ");
}

TEST_F(StreamBoardTest, WhatIsKeptAndAnsweredIsBounded) {
  std::vector<std::string> names;
  for (size_t i = 0; i < StreamBoard::kStreamsOfNodeMax + 3; ++i) names.push_back(absl::StrCat(i));
  for (int node = 0; node < 11; ++node) Take(absl::StrCat("n", node), names);
  const auto list = board_.List("", "");
  EXPECT_EQ(list.entries_size(), static_cast<int>(StreamBoard::kEntriesMax));
  EXPECT_EQ(list.total(), 11 * StreamBoard::kStreamsOfNodeMax);
  EXPECT_EQ(list.untold(), 33u);
}

}  // namespace
}  // namespace nearcast
