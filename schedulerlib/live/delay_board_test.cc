#include "schedulerlib/live/delay_board.h"

#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const ipdb::Location kShanghai{"CN", "310000", "310100", "chinatelecom"};
const ipdb::Location kSingapore{"SG", "", "", ""};

DelaySubject Sample(const std::string& name, const ipdb::Location& place, int interval_s = 60) {
  return {.name = name, .node = "", .place = place, .interval = absl::Seconds(interval_s)};
}

DelaySubject Peer(const std::string& node) {
  return {.name = "node/" + node, .node = node, .place = {}, .interval = absl::Seconds(60)};
}

DelayBoard::Result Found(const std::string& target, int32_t us) {
  return {target, {.delay_us = us, .tries = 3, .lost = 0}};
}

class DelayBoardTest : public ::testing::Test {
 protected:
  DelayBoardTest() {
    board_.SetConfig({Sample("s1", kShanghai), Sample("s2", kShanghai), Sample("s3", kShanghai),
                      Sample("sg", kSingapore), Peer("a"), Peer("b")},
                     {"a", "b"});
  }

  void Report(const std::string& node, const std::vector<DelayBoard::Result>& results) {
    EXPECT_EQ(board_.Report(node, results, now_), 0u);
  }

  DelayBoard board_;
  absl::Duration now_ = absl::Hours(1);
};

TEST_F(DelayBoardTest, PlaceHasTheMedianOfItsSamples) {
  Report("a", {Found("s1", 10'000), Found("s2", 30'000), Found("s3", 12'000), Found("sg", 60'000)});
  EXPECT_TRUE(board_.Settle(now_));
  EXPECT_THAT(board_.Delays(), ElementsAre(MeasuredDelay{"a", kShanghai, 12'000},
                                           MeasuredDelay{"a", kSingapore, 60'000}));
}

TEST_F(DelayBoardTest, OnlyWhatCountsAnewIsAChange) {
  Report("a", {Found("s1", 10'000)});
  EXPECT_TRUE(board_.Settle(now_));
  EXPECT_FALSE(board_.Settle(now_));
  for (int32_t us : {10'400, 11'100, 9'700, 10'900}) {
    Report("a", {Found("s1", us)});
    EXPECT_FALSE(board_.Settle(now_)) << us;
  }
}

TEST_F(DelayBoardTest, StaleMeasurementsDoNotCountAnyMore) {
  Report("a", {Found("s1", 10'000), Found("node/b", 5'000)});
  EXPECT_TRUE(board_.Settle(now_));
  now_ += absl::Seconds(180);
  EXPECT_FALSE(board_.Settle(now_));
  now_ += absl::Seconds(1);
  EXPECT_TRUE(board_.Settle(now_));
  EXPECT_THAT(board_.Delays(), IsEmpty());
  EXPECT_EQ(board_.Between()->Between("a", "b"), std::nullopt);
  const auto views = board_.Describe("a", 10, now_);
  ASSERT_EQ(views.size(), 2u) << "people still see them";
  EXPECT_EQ(views[1].counted_us, std::nullopt);
  EXPECT_EQ(views[1].last_us, 10'000);
  EXPECT_EQ(views[1].age, absl::Seconds(181));
}

TEST_F(DelayBoardTest, NodesDelayIsTheAskersOwnElseTheOthers) {
  Report("a", {Found("node/b", 8'000)});
  board_.Settle(now_);
  EXPECT_EQ(board_.Between()->Between("a", "b"), 8'000);
  EXPECT_EQ(board_.Between()->Between("b", "a"), 8'000);
  Report("b", {Found("node/a", 20'000)});
  board_.Settle(now_);
  EXPECT_EQ(board_.Between()->Between("a", "b"), 8'000);
  EXPECT_EQ(board_.Between()->Between("b", "a"), 20'000);
  EXPECT_THAT(board_.Delays(), IsEmpty()) << "a node is not a sample of clients";
}

TEST_F(DelayBoardTest, StrangersArePassedOver) {
  Report("unknown", {Found("s1", 10'000)});
  Report("a", {Found("unknown", 10'000)});
  EXPECT_FALSE(board_.Settle(now_));
  EXPECT_EQ(board_.path_count(), 0u);
}

TEST_F(DelayBoardTest, NewConfigurationForgetsWhatItDoesNotName) {
  Report("a", {Found("s1", 10'000), Found("sg", 60'000)});
  Report("b", {Found("s1", 20'000)});
  board_.Settle(now_);
  board_.SetConfig({Sample("s1", kShanghai)}, {"a", "c"});
  EXPECT_EQ(board_.path_count(), 1u);
  EXPECT_TRUE(board_.Settle(now_));
  EXPECT_THAT(board_.Delays(), ElementsAre(MeasuredDelay{"a", kShanghai, 10'000}));
  EXPECT_EQ(board_.PathCount("a"), 1u);
  EXPECT_EQ(board_.PathCount("b"), 0u);
}

TEST_F(DelayBoardTest, SampleThatMovesSpeaksForItsNewPlace) {
  Report("a", {Found("s1", 10'000)});
  board_.Settle(now_);
  board_.SetConfig({Sample("s1", kSingapore)}, {"a"});
  EXPECT_TRUE(board_.Settle(now_));
  EXPECT_THAT(board_.Delays(), ElementsAre(MeasuredDelay{"a", kSingapore, 10'000}));
}

TEST(DelayBoardBoundTest, FullBoardRefusesNewPathsAndKeepsOldOnes) {
  DelayBoard board(2);
  board.SetConfig({Sample("s1", kShanghai), Sample("s2", kShanghai), Sample("s3", kShanghai)},
                  {"a"});
  EXPECT_EQ(board.Report("a", {Found("s1", 1000), Found("s2", 1000), Found("s3", 1000)},
                         absl::ZeroDuration()),
            1u);
  EXPECT_EQ(board.Report("a", {Found("s1", 1000)}, absl::ZeroDuration()), 0u);
  EXPECT_EQ(board.path_count(), 2u);
  EXPECT_EQ(board.Describe("", 1, absl::ZeroDuration()).size(), 1u);
}

// Against a board that remembers everything and counts anew each time.
TEST(DelayBoardOracle, CountsAsABoardThatRemembersEverything) {
  std::mt19937 random(11);
  std::vector<DelaySubject> subjects;
  for (int i = 0; i < 6; ++i) {
    subjects.push_back(
        Sample(absl::StrCat("s", i), i % 2 == 0 ? kShanghai : kSingapore, 10 + 10 * (i % 3)));
  }
  DelayBoard board;
  board.SetConfig(subjects, {"a", "b"});
  struct Naive {
    DelayTrack track;
    absl::Duration at;
  };
  std::map<std::pair<std::string, size_t>, Naive> all;
  absl::Duration now;
  for (int step = 0; step < 3000; ++step) {
    now += absl::Seconds(random() % 5);
    const std::string node = random() % 2 == 0 ? "a" : "b";
    const size_t i = random() % subjects.size();
    const DelayResult result = {.delay_us = static_cast<int32_t>(random() % 50'000), .tries = 1};
    board.Report(node, {{subjects[i].name, result}}, now);
    all[{node, i}].track.Add(result, now);
    all[{node, i}].at = now;
    board.Settle(now);
    std::map<std::pair<std::string, ipdb::Location>, std::vector<int32_t>> samples;
    for (const auto& [key, naive] : all) {
      if (now - naive.at > 3 * subjects[key.second].interval) continue;
      samples[{key.first, subjects[key.second].place}].push_back(*naive.track.CountedUs());
    }
    std::vector<MeasuredDelay> wanted;
    for (auto& [key, values] : samples) {
      std::sort(values.begin(), values.end());
      wanted.push_back({key.first, key.second, values[(values.size() - 1) / 2]});
    }
    ASSERT_EQ(board.Delays(), wanted) << "step " << step;
  }
}

}  // namespace
}  // namespace nearcast::scheduler
