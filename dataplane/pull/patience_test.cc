#include "dataplane/pull/patience.h"

#include <algorithm>
#include <functional>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace nearcast::pull {
namespace {

using Next = Patience::Next;

absl::Status HasNone() { return absl::NotFoundError("404"); }
absl::Status Ended() { return absl::OutOfRangeError("it says the end"); }
absl::Status Away() { return absl::UnavailableError("connection refused"); }

// A pull of one source, at a made-up time: how it goes on, and how often it asks.
class PatienceTest : public ::testing::Test {
 protected:
  // The source sends frames for so long.
  void Plays(int64_t ms) {
    patience_.NoteBegin();
    const int64_t end_ms = now_ms_ + ms;
    for (; now_ms_ < end_ms; now_ms_ += 40) patience_.NoteFrame(now_ms_);
    patience_.NoteFrame(now_ms_);
  }

  // Rounds, until the pull gives up (its word is returned) or `source` says OK: it has the stream.
  Next AsksOn(const std::function<absl::Status(int64_t now_ms)>& source, bool held = false) {
    while (true) {
      patience_.ForgetFailures();
      const absl::Status said = source(now_ms_);
      ++tries_;
      if (said.ok()) return Next::kTryAgain;
      patience_.NoteFailure(said);
      const Next next = patience_.AfterRound(now_ms_, held);
      if (next != Next::kTryAgain) return next;
      const int64_t pause_ms = patience_.ChoosePause(held);
      longest_pause_ms_ = std::max(longest_pause_ms_, pause_ms);
      now_ms_ += pause_ms;
    }
  }

  Next AsksUntil(int64_t end_ms, const absl::Status& said, bool held = false) {
    return AsksOn([&](int64_t now_ms) { return now_ms < end_ms ? said : absl::OkStatus(); }, held);
  }

  const PullOptions options_;
  Patience patience_{&options_, 7};
  int64_t now_ms_ = 1'000'000;
  int64_t longest_pause_ms_ = 0;
  int tries_ = 0;
};

TEST_F(PatienceTest, AnOriginThatRestartsIsWaitedForUntilItHasTheStreamAgain) {
  Plays(60'000);
  const int64_t lost_ms = now_ms_;
  patience_.NoteFailure(Away());  // the line broke
  ASSERT_EQ(patience_.AfterRound(now_ms_, false), Next::kTryAgain);
  // Away for two seconds, then there without the publisher, who is back after seven.
  EXPECT_EQ(AsksOn([&](int64_t now_ms) {
              if (now_ms < lost_ms + 2'000) return Away();
              return now_ms < lost_ms + 7'000 ? HasNone() : absl::OkStatus();
            }),
            Next::kTryAgain);
  EXPECT_LT(patience_.SilentMs(now_ms_), 7'000 + options_.expected_retry_ms_max);
  EXPECT_LE(longest_pause_ms_, options_.expected_retry_ms_max);
  EXPECT_GE(tries_, 5);
  EXPECT_LE(tries_, 15) << "tries without a pause";
  Plays(1'000);
  EXPECT_TRUE(patience_.IsHurried());
  EXPECT_LE(patience_.ChoosePause(false), options_.retry_ms_min) << "the pauses begin anew";
}

TEST_F(PatienceTest, AnOriginThatNeverHasItAgainIsGivenUpAfterLostMs) {
  Plays(60'000);
  const int64_t lost_ms = now_ms_;
  EXPECT_EQ(AsksUntil(INT64_MAX, HasNone()), Next::kIsOver);
  EXPECT_GE(now_ms_, lost_ms + options_.lost_ms);
  EXPECT_LE(now_ms_, lost_ms + options_.lost_ms + options_.expected_retry_ms_max);
}

TEST_F(PatienceTest, AnOriginThatHasEndedItIsGivenUpSooner) {
  Plays(60'000);
  const int64_t end_ms = now_ms_;
  EXPECT_EQ(AsksOn([&](int64_t now_ms) { return now_ms == end_ms ? Ended() : HasNone(); }),
            Next::kIsOver);
  EXPECT_GE(now_ms_, end_ms + options_.not_found_ms);
  EXPECT_LE(now_ms_, end_ms + options_.not_found_ms + options_.retry_ms_max);
}

TEST_F(PatienceTest, AnEndIsForgottenWhenTheStreamBeginsAgain) {
  Plays(1'000);
  patience_.NoteFailure(Ended());
  Plays(1'000);
  const int64_t lost_ms = now_ms_;
  EXPECT_EQ(AsksUntil(INT64_MAX, HasNone()), Next::kIsOver);
  EXPECT_GE(now_ms_, lost_ms + options_.lost_ms) << "this time it broke off";
}

TEST_F(PatienceTest, WhoeverIsAwayIsAskedForEver) {
  Plays(1'000);
  const int64_t day_ms = 86'400'000;
  EXPECT_EQ(AsksUntil(now_ms_ + day_ms, Away()), Next::kTryAgain);
  EXPECT_GE(tries_, day_ms / options_.expected_retry_ms_max);
}

TEST_F(PatienceTest, AStreamThatNobodyEverHadIsOverAtOnceUnlessItIsHeld) {
  EXPECT_EQ(AsksUntil(INT64_MAX, HasNone()), Next::kNeverBegan);
  EXPECT_EQ(tries_, 1);
  EXPECT_EQ(AsksUntil(now_ms_ + 3'600'000, HasNone(), true), Next::kTryAgain);
  EXPECT_LE(longest_pause_ms_, options_.expected_retry_ms_max);
}

TEST_F(PatienceTest, PausesDoubleWithJitterOfHalf) {
  int64_t whole_ms = options_.retry_ms_min;
  for (int i = 0; i < 20; ++i) {
    const int64_t pause_ms = patience_.ChoosePause(false);
    EXPECT_GE(pause_ms, whole_ms / 2);
    EXPECT_LE(pause_ms, whole_ms);
    whole_ms = std::min(whole_ms * 2, options_.retry_ms_max);
  }
}

TEST_F(PatienceTest, OnlyTheFirstRoundAfterABreakIsHurried) {
  EXPECT_FALSE(patience_.IsHurried()) << "nobody has seen anything yet";
  Plays(1'000);
  EXPECT_TRUE(patience_.IsHurried());
  patience_.AfterRound(now_ms_, false);
  EXPECT_FALSE(patience_.IsHurried());
}

}  // namespace
}  // namespace nearcast::pull
