#include "schedulerlib/live/live_state.h"

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

constexpr absl::Duration kSilence = absl::Seconds(5);

Health HealthOf(const LiveState& state, const std::string& node) {
  const auto at = state.view().find(node);
  return at == state.view().end() ? Health::kUnknown : at->second.health;
}

TEST(LiveStateTest, NodeIsUpWithItsFirstReportAndDownAfterSilence) {
  LiveState state(kSilence);
  state.Watch("a", absl::Seconds(100));
  state.Report("a", {.viewers = 7}, 1.0, absl::Seconds(101));
  EXPECT_EQ(HealthOf(state, "a"), Health::kUp);
  EXPECT_TRUE(state.Expire(absl::Seconds(106)).empty());
  EXPECT_EQ(state.Expire(absl::Seconds(106) + absl::Milliseconds(1)),
            std::vector<std::string>{"a"});
  EXPECT_EQ(HealthOf(state, "a"), Health::kDown);
  EXPECT_EQ(state.view().at("a").viewers, 0u);
  state.Report("a", {}, 1.0, absl::Seconds(107));
  EXPECT_EQ(HealthOf(state, "a"), Health::kUp);
}

TEST(LiveStateTest, NodeThatNeverReportedIsUnknownFirstAndThenDownOnce) {
  LiveState state(kSilence);
  state.Watch("a", absl::Seconds(100));
  EXPECT_TRUE(state.Expire(absl::Seconds(105)).empty());
  EXPECT_EQ(HealthOf(state, "a"), Health::kUnknown);
  state.Watch("a", absl::Seconds(105));
  state.Watch("b", absl::Seconds(105));
  EXPECT_EQ(state.Expire(absl::Seconds(106)), std::vector<std::string>{"a"});
  EXPECT_TRUE(state.Expire(absl::Seconds(107)).empty());
}

TEST(LiveStateTest, WhatChecksSayStandsBesideTheReports) {
  LiveState state(kSilence);
  state.SetChecks("only-checked", Health::kUp);
  state.SetChecks("a", Health::kDown);
  state.Watch("a", absl::ZeroDuration());
  state.Report("a", {}, 1.0, absl::Seconds(1));
  EXPECT_EQ(state.view().at("a").health, Health::kUp);
  EXPECT_EQ(state.view().at("a").checks, Health::kDown);
  EXPECT_EQ(state.Expire(absl::Seconds(100)), std::vector<std::string>{"a"});
  EXPECT_EQ(state.view().at("a").checks, Health::kDown);
  EXPECT_EQ(state.view().at("only-checked").health, Health::kUnknown);
}

TEST(LiveStateTest, NodeThatComesBackStartsSlowly) {
  LiveState state(kSilence);
  state.Watch("a", absl::Seconds(1));
  state.Report("a", {}, 1.0, absl::Seconds(1));
  EXPECT_EQ(state.view().at("a").ramp_eighths, 8);  // the control plane is new, not the node
  state.Expire(absl::Seconds(10));
  state.Report("a", {}, 1.0, absl::Seconds(20));
  EXPECT_EQ(state.view().at("a").ramp_eighths, 1);
  state.Report("a", {}, 1.0, absl::Seconds(50));
  EXPECT_EQ(state.view().at("a").ramp_eighths, 4);
  state.Report("a", {}, 1.0, absl::Seconds(80));
  EXPECT_EQ(state.view().at("a").ramp_eighths, 8);
}

TEST(LiveStateTest, NodeThatNeedNotReportIsNeverSilent) {
  LiveState state(kSilence);
  state.Report("a", {}, 1.0, absl::Seconds(1));
  EXPECT_TRUE(state.Expire(absl::Seconds(100)).empty());
  state.Watch("a", absl::Seconds(100));
  EXPECT_EQ(state.Expire(absl::Seconds(106)).size(), 1u);
  state.Unwatch("a");
  EXPECT_EQ(HealthOf(state, "a"), Health::kUnknown);
  EXPECT_TRUE(state.Expire(absl::Seconds(200)).empty());
}

TEST(LiveStateTest, FreeShareMovesInStepsThatDoNotTremble) {
  EXPECT_EQ(NextFreeEighths(8, 0.95), 8);
  EXPECT_EQ(NextFreeEighths(8, 0.5), 4);
  EXPECT_EQ(NextFreeEighths(4, 0.5 + 0.09), 4);
  EXPECT_EQ(NextFreeEighths(4, 0.5 + 0.1), 5);
  EXPECT_EQ(NextFreeEighths(5, 0.5 + 0.09), 5);
  EXPECT_EQ(NextFreeEighths(1, -3), 0);
}

}  // namespace
}  // namespace nearcast::scheduler
