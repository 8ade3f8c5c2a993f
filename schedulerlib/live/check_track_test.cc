#include "schedulerlib/live/check_track.h"

#include <ostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

constexpr absl::Duration kInterval = absl::Seconds(5);

// One letter a result: '+' passed, '-' failed, `step` apart from `begin` on.
char WordAfter(CheckTrack& track, const std::string& results, const CheckThresholds& thresholds,
               absl::Duration begin = absl::ZeroDuration(), absl::Duration step = kInterval) {
  absl::Duration now = begin;
  for (const char result : results) track.Add(result == '+', thresholds, now += step);
  const Health word = track.WordAt(now);
  return word == Health::kUp ? 'U' : word == Health::kDown ? 'D' : '?';
}

struct Row {
  std::string results;
  CheckThresholds thresholds;
  char word;

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.results; }
};

class CheckTrackTest : public ::testing::TestWithParam<Row> {};

TEST_P(CheckTrackTest, WordFollowsTheThresholds) {
  CheckTrack track;
  EXPECT_EQ(WordAfter(track, GetParam().results, GetParam().thresholds), GetParam().word);
}

INSTANTIATE_TEST_SUITE_P(Rows, CheckTrackTest,
                         ::testing::Values(Row{"", {2, 3}, '?'}, Row{"+", {2, 3}, 'U'},
                                           Row{"-", {2, 3}, '?'}, Row{"--", {2, 3}, '?'},
                                           Row{"---", {2, 3}, 'D'}, Row{"--+", {2, 3}, 'U'},
                                           Row{"+--", {2, 3}, 'U'}, Row{"+---", {2, 3}, 'D'},
                                           Row{"+--+--", {2, 3}, 'U'}, Row{"---+", {2, 3}, 'D'},
                                           Row{"---++", {2, 3}, 'U'}, Row{"---+-+", {2, 3}, 'D'},
                                           Row{"-", {1, 1}, 'D'}, Row{"-+", {1, 1}, 'U'},
                                           Row{"+-", {1, 1}, 'D'}, Row{"+", {100, 1}, 'U'}));

TEST(CheckTrackDampingTest, ThirdFallWithinAMinuteIsHeldDown) {
  CheckTrack track;
  const CheckThresholds thresholds = {1, 1};
  EXPECT_EQ(WordAfter(track, "+-+-+", thresholds, absl::ZeroDuration(), absl::Seconds(2)), 'U');
  EXPECT_EQ(WordAfter(track, "-+", thresholds, absl::Seconds(10), absl::Seconds(2)), 'D');
  EXPECT_TRUE(track.SuppressedAt(absl::Seconds(14)));
}

TEST(CheckTrackDampingTest, HoldEndsByItselfWhenThePenaltyHasDecayed) {
  CheckTrack track;
  WordAfter(track, "+-+-+-+", {1, 1}, absl::ZeroDuration(), absl::Seconds(1));
  // 3000 takes two half-lives to come down to 750.
  EXPECT_EQ(track.WordAt(absl::Seconds(6 + 100)), Health::kDown);
  EXPECT_EQ(track.WordAt(absl::Seconds(7 + 125)), Health::kUp);
}

TEST(CheckTrackDampingTest, HoldIsBoundedHoweverOftenItFlaps) {
  CheckTrack track;
  std::string flapping;
  for (int i = 0; i < 500; ++i) flapping += "+-";
  WordAfter(track, flapping + "+", {1, 1}, absl::ZeroDuration(), absl::Milliseconds(100));
  EXPECT_EQ(track.WordAt(absl::Seconds(100 + 60)), Health::kDown);
  EXPECT_EQ(track.WordAt(absl::Seconds(101 + 181)), Health::kUp);
}

TEST(CheckTrackDampingTest, RareFallsAreNotDamped) {
  CheckTrack track;
  absl::Duration now;
  for (int i = 0; i < 100; ++i) {
    now += absl::Minutes(5);
    track.Add(false, {1, 1}, now);
    track.Add(true, {1, 1}, now + absl::Seconds(5));
    EXPECT_EQ(track.WordAt(now + absl::Seconds(5)), Health::kUp);
  }
}

}  // namespace
}  // namespace nearcast::scheduler
