#include "schedulerlib/quality/budget_ladder.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

BudgetLadder Ladder() {
  return {.budget_mbps = 1000,
          .steps = {{0.80, Tier::kHd}, {0.90, Tier::kSd}, {0.97, Tier::kLd}},
          .hysteresis = 0.05,
          .hold_s = 60};
}

struct Moment {
  double at_s;
  double mbps;
  uint32_t step;
};

TEST(BudgetLadder, GoesDownAtOnceAndComesBackSlowly) {
  const Moment moments[] = {
      {0, 700, 0},   {10, 799, 0},  {20, 800, 1},  {30, 780, 1},  // within the hysteresis
      {40, 980, 3},                                               // two steps at once
      {50, 900, 3},  {100, 900, 3}, {110, 900, 2},                // a minute below 0.92
      {115, 840, 2}, {170, 840, 2}, {174, 860, 2},                // up again: waits anew
      {180, 840, 2}, {240, 840, 1}, {241, 700, 1}, {300, 700, 1}, {301, 700, 0},
  };
  LadderState state;
  for (const Moment& moment : moments) {
    state = NextLadderState(Ladder(), state, moment.mbps, moment.at_s);
    EXPECT_EQ(state.step, moment.step) << moment.at_s;
  }
}

TEST(BudgetLadder, FewerStepsThanBeforeAreNoTrap) {
  BudgetLadder ladder = Ladder();
  ladder.steps.resize(1);
  EXPECT_EQ(NextLadderState(ladder, {.step = 3}, 850, 0).step, 1u);
  ladder.steps.clear();
  EXPECT_EQ(NextLadderState(ladder, {.step = 3}, 2000, 0).step, 0u);
}

// The oracle of a ladder without hysteresis and hold is the step's share alone.
TEST(BudgetLadder, WithoutHysteresisIsTheStepOfTheShare) {
  BudgetLadder ladder = Ladder();
  ladder.hysteresis = 0;
  ladder.hold_s = 0;
  std::mt19937 chance(1);
  LadderState state;
  for (int i = 0; i < 5000; ++i) {
    const double mbps = static_cast<double>(chance() % 1100);
    // One step at a time on the way back.
    for (size_t s = 0; s <= ladder.steps.size(); ++s) {
      state = NextLadderState(ladder, state, mbps, i);
    }
    const auto expected =
        std::count_if(ladder.steps.begin(), ladder.steps.end(),
                      [mbps](const BudgetStep& step) { return mbps / 1000 >= step.share; });
    ASSERT_EQ(state.step, expected) << mbps;
  }
}

// A closed loop: the default tier sets the demand. What is measured: how often the step changes in
// a busy hour when it holds for as long as viewers stay, and how far the budget is exceeded.
TEST(BudgetLadder, KeepsABusyHourNearItsBudgetWithoutSwinging) {
  BudgetLadder ladder = Ladder();
  ladder.hold_s = 600;
  const double bits_of_step[] = {4.0, 2.2, 1.2, 0.6};  // Mb/s of a viewer
  std::mt19937 chance(2);
  LadderState state;
  double mbps_per_viewer = bits_of_step[0];
  int changes = 0;
  double worst = 0;
  for (int second = 0; second < 3600; second += 10) {
    const double viewers =
        150 + 350 * std::min(1.0, second / 1800.0) + static_cast<double>(chance() % 10);
    // A tenth of the viewers is new every minute and takes the default of now.
    mbps_per_viewer += (bits_of_step[state.step] - mbps_per_viewer) / 60;
    const double mbps = viewers * mbps_per_viewer;
    const uint32_t before = state.step;
    state = NextLadderState(ladder, state, mbps, second);
    changes += before != state.step;
    if (second > 600) worst = std::max(worst, mbps / 1000);
  }
  RecordProperty("changes", changes);
  RecordProperty("worst_percent", static_cast<int>(100 * worst));
  EXPECT_LE(changes, 8);
  EXPECT_LE(worst, 1.6);
}

}  // namespace
}  // namespace nearcast::scheduler
