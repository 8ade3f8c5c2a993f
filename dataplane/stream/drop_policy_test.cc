#include "dataplane/stream/drop_policy.h"

#include "gtest/gtest.h"

namespace nearcast::stream {
namespace {

using enum DropLevel;

constexpr DropLimits kLimits{.lag_ms_max = 10'000};

QueueState Queue(int64_t lag_ms, double trend = 0) {
  return {.session_ms = 60'000, .lag_ms = lag_ms, .trend = trend, .bound_ms = 1000};
}

TEST(DropPolicyTest, TheLongerTheQueueTheMoreIsDropped) {
  struct Case {
    const char* name;
    QueueState queue;
    DropLevel level;
  };
  const Case cases[] = {
      {"empty", Queue(0), kNone},
      {"at its bound", Queue(1000), kNone},
      {"just over", Queue(1001), kLastFrame},
      {"a quarter over", Queue(1250), kLastFrame},
      {"half over", Queue(1500), kLastTwoFrames},
      {"twice", Queue(2000), kUnreferred},
      {"more, and standing", Queue(2001), kHalf},
      {"more, and draining", Queue(2001, -0.2), kQuarter},
      {"more, and growing", Queue(2001, 0.2), kAllButKey},
      {"far too late", Queue(10'001), kAllButKey},
      {"over, but draining by itself", Queue(1900, -1), kNone},
      {"over, draining slowly", Queue(1900, -0.5), kLastTwoFrames},
      {"just over, growing fast", Queue(1100, 1), kUnreferred},
      {"within the bound, growing fast", Queue(900, 1), kNone},
      {"far too late, draining fast", Queue(10'001, -4), kAllButKey},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(static_cast<int>(DecideDrop(c.queue, {}, kLimits).level), static_cast<int>(c.level))
        << c.name;
  }
}

TEST(DropPolicyTest, NothingIsDroppedInTheProtectedPeriod) {
  QueueState queue = Queue(50'000);
  const DropWish wish{.protected_period_ms = 5000, .binding = true};
  for (int64_t session_ms : {0, 1, 4999}) {
    queue.session_ms = session_ms;
    EXPECT_EQ(DecideDrop(queue, wish, kLimits).level, kNone) << session_ms;
    EXPECT_FALSE(DecideDrop(queue, wish, kLimits).may_jump) << session_ms;
  }
  queue.session_ms = 5000;
  EXPECT_EQ(DecideDrop(queue, wish, kLimits).level, kAllButKey);
  EXPECT_TRUE(DecideDrop(queue, wish, kLimits).may_jump);
}

TEST(DropPolicyTest, AProtectedPeriodOfZeroMeansNeverHoweverLongTheSession) {
  QueueState queue = Queue(50'000, 1);
  queue.session_ms = 86'400'000;
  const DropOrder order = DecideDrop(queue, {.protected_period_ms = 0, .binding = true}, kLimits);
  EXPECT_EQ(order.level, kNone);
  EXPECT_FALSE(order.may_jump);
}

TEST(DropPolicyTest, GopKeepDurationForbidsJumpsAsTheyLeaveGopsUndelivered) {
  EXPECT_FALSE(DecideDrop(Queue(50'000), {.gop_keep_ms = 1, .binding = true}, kLimits).may_jump);
}

TEST(DropPolicyTest, TheNodesOwnDefaultsAreNoReasonToLetAViewerGo) {
  QueueState queue = Queue(50'000);
  queue.session_ms = 0;
  EXPECT_EQ(DecideDrop(queue, {}, kLimits).level, kNone);
  EXPECT_TRUE(DecideDrop(queue, {}, kLimits).may_jump);
}

TEST(DropPolicyTest, WithoutALagLimitAGopIsCutOnlyOnceItsEndIsKnown) {
  EXPECT_EQ(DecideDrop(Queue(50'000), {}, {.lag_ms_max = 0}).level, kHalf);
  EXPECT_FALSE(DecideDrop(Queue(50'000), {}, {.lag_ms_max = 0}).may_cut_open_gop);
}

TEST(DropPolicyTest, TheComparisonModeDropsWholeGopsFromTheBoundOn) {
  const DropWish wish{.mode = DropMode::kWholeGop};
  EXPECT_EQ(DecideDrop(Queue(1000), wish, kLimits).level, kNone);
  EXPECT_EQ(DecideDrop(Queue(1001), wish, kLimits).level, kWholeGop);
}

}  // namespace
}  // namespace nearcast::stream
