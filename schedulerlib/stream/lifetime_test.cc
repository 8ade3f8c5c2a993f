#include "schedulerlib/stream/lifetime.h"

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'000'000);

absl::Time At(int seconds) { return kStart + absl::Seconds(seconds); }

struct Case {
  const char* name;
  StreamTimes times;
  int now_s;
  std::optional<StreamState> due;
};

class LifetimeTest : public ::testing::TestWithParam<Case> {};

TEST_P(LifetimeTest, GivesTheStateThatIsDue) {
  PublishPoint point;
  point.reconnect_grace_s = 5;
  point.created_ttl_s = 100;
  point.interrupted_ttl_s = 50;
  point.stream_ttl_s = 1000;
  EXPECT_EQ(DueState(GetParam().times, point, At(GetParam().now_s)), GetParam().due);
}

constexpr auto kNothing = std::nullopt;

INSTANTIATE_TEST_SUITE_P(
    Table, LifetimeTest,
    ::testing::Values(
        Case{"waits_for_its_push", {StreamState::kCreated, kStart, kStart, {}}, 99, kNothing},
        Case{"was_never_pushed",
             {StreamState::kCreated, kStart, kStart, {}},
             100,
             StreamState::kEnded},
        Case{"is_heard", {StreamState::kPublishing, kStart, kStart, {}}, 999, kNothing},
        Case{"may_reconnect", {StreamState::kPublishing, kStart, kStart, At(10)}, 14, kNothing},
        Case{"did_not_reconnect",
             {StreamState::kPublishing, kStart, kStart, At(10)},
             15,
             StreamState::kInterrupted},
        Case{"may_come_back", {StreamState::kInterrupted, kStart, At(20), {}}, 69, kNothing},
        Case{"did_not_come_back",
             {StreamState::kInterrupted, kStart, At(20), {}},
             70,
             StreamState::kEnded},
        Case{"is_too_old",
             {StreamState::kPublishing, kStart, At(990), {}},
             1000,
             StreamState::kEnded},
        Case{"stays_banned", {StreamState::kBanned, kStart, kStart, {}}, 999, kNothing},
        Case{"is_banned_and_too_old",
             {StreamState::kBanned, kStart, kStart, {}},
             1000,
             StreamState::kEnded},
        Case{"is_over", {StreamState::kEnded, kStart, kStart, {}}, 5000, kNothing}),
    [](const auto& info) { return info.param.name; });

TEST(LifetimeTest, ABanHoldsForAMonthAndIsThenOver) {
  const StreamTimes banned = {StreamState::kBanned, kStart, At(100), {}};
  EXPECT_EQ(DueState(banned, PublishPoint(), At(100) + kBanHolds - absl::Seconds(1)), kNothing);
  EXPECT_EQ(DueState(banned, PublishPoint(), At(100) + kBanHolds), StreamState::kEnded);
}

TEST(LifetimeTest, AStreamWithoutAnEndLivesAsLongAsItIsPushed) {
  EXPECT_EQ(
      DueState({StreamState::kPublishing, kStart, kStart, {}}, PublishPoint(), At(100'000'000)),
      std::nullopt);
}

}  // namespace
}  // namespace nearcast::scheduler
