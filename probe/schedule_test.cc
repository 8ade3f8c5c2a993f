#include "probe/schedule.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace nearcast::probe {
namespace {

v1::ProbePlan PlanOf(int checks, uint32_t interval_ms) {
  v1::ProbePlan plan;
  for (int i = 0; i < checks; ++i) {
    v1::ProbePlan::Check* check = plan.add_checks();
    check->set_check("tcp");
    check->set_node(absl::StrCat("n", i));
    check->set_interval_ms(interval_ms);
  }
  return plan;
}

TEST(ScheduleTest, FirstRunsAreSpreadOverTheInterval) {
  Schedule schedule(1);
  schedule.SetPlan(PlanOf(1000, 10'000), absl::ZeroDuration());
  std::vector<int> runs_in_second(10);
  for (int ms = 0; ms < 10'000; ++ms) {
    while (schedule.NextAt() <= absl::Milliseconds(ms)) {
      if (!schedule.Take(absl::Milliseconds(ms))) break;
      ++runs_in_second[ms / 1000];
    }
  }
  for (const int runs : runs_in_second) {
    EXPECT_GT(runs, 60);
    EXPECT_LT(runs, 150);
  }
}

TEST(ScheduleTest, EachCheckRunsOncePerIntervalWithJitter) {
  Schedule schedule(2);
  schedule.SetPlan(PlanOf(1, 1000), absl::ZeroDuration());
  std::vector<absl::Duration> times;
  while (times.size() < 200) {
    const absl::Duration now = schedule.NextAt();
    ASSERT_TRUE(schedule.Take(now).has_value());
    times.push_back(now);
  }
  std::vector<absl::Duration> steps;
  for (size_t i = 1; i < times.size(); ++i) steps.push_back(times[i] - times[i - 1]);
  const auto [least, most] = std::minmax_element(steps.begin(), steps.end());
  EXPECT_GE(*least, absl::Milliseconds(950));
  EXPECT_LE(*most, absl::Milliseconds(1050));
  EXPECT_GT(*most - *least, absl::Milliseconds(50));
}

TEST(ScheduleTest, NothingIsDueBeforeItsTimeOrWithoutAPlan) {
  Schedule schedule(3);
  EXPECT_EQ(schedule.NextAt(), absl::InfiniteDuration());
  EXPECT_FALSE(schedule.Take(absl::Hours(1)).has_value());
  schedule.SetPlan(PlanOf(1, 1000), absl::Hours(1));
  EXPECT_FALSE(schedule.Take(schedule.NextAt() - absl::Nanoseconds(1)).has_value());
}

TEST(ScheduleTest, CheckThatStaysKeepsItsTime) {
  Schedule schedule(4);
  schedule.SetPlan(PlanOf(1, 1000), absl::ZeroDuration());
  const absl::Duration due = schedule.NextAt();
  v1::ProbePlan same = PlanOf(1, 1000);
  same.mutable_checks(0)->set_path("/new");
  schedule.SetPlan(same, absl::Milliseconds(1));
  EXPECT_EQ(schedule.NextAt(), due);
  EXPECT_EQ(schedule.Take(due)->path(), "/new");
  schedule.SetPlan(PlanOf(0, 0), due);
  EXPECT_EQ(schedule.size(), 0u);
  EXPECT_EQ(schedule.NextAt(), absl::InfiniteDuration());
}

TEST(ScheduleTest, LateProberDoesNotMakeUpForWhatItMissed) {
  Schedule schedule(5);
  schedule.SetPlan(PlanOf(1, 1000), absl::ZeroDuration());
  const absl::Duration late = absl::Hours(1);
  EXPECT_TRUE(schedule.Take(late).has_value());
  schedule.Take(late);
  EXPECT_GT(schedule.NextAt(), late);
}

}  // namespace
}  // namespace nearcast::probe
