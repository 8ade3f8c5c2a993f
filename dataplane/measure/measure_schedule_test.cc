#include "dataplane/measure/measure_schedule.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace nearcast::measure {
namespace {

MeasureTarget Target(const std::string& name, int64_t interval_ms) {
  return {.target = name, .address = "192.0.2.1", .port = 80, .interval_ms = interval_ms};
}

TEST(MeasureScheduleTest, EachTargetComesOnceAnInterval) {
  MeasureSchedule schedule(1);
  EXPECT_EQ(schedule.NextMs(), MeasureSchedule::kNever);
  schedule.SetTargets({Target("a", 1000), Target("b", 5000)}, 0);
  std::map<std::string, int> count;
  for (int64_t now = 0; now < 100'000; now = std::max(now + 1, schedule.NextMs())) {
    while (const auto due = schedule.Take(now)) ++count[due->target];
  }
  EXPECT_NEAR(count["a"], 100, 3);
  EXPECT_NEAR(count["b"], 20, 2);
}

TEST(MeasureScheduleTest, ManyTargetsAreSpreadOverTheInterval) {
  MeasureSchedule schedule(2);
  std::vector<MeasureTarget> targets;
  for (int i = 0; i < 1000; ++i) targets.push_back(Target(absl::StrCat(i), 10'000));
  schedule.SetTargets(targets, 0);
  int most = 0;
  for (int64_t now = 500; now <= 10'000; now += 500) {
    int due = 0;
    while (schedule.Take(now)) ++due;
    most = std::max(most, due);
  }
  EXPECT_LT(most, 100) << "50 are due in each twentieth on average";
}

TEST(MeasureScheduleTest, TargetThatStaysKeepsItsTimeAndOneThatChangedGetsANewOne) {
  MeasureSchedule schedule(3);
  schedule.SetTargets({Target("a", 1000)}, 0);
  const int64_t due = schedule.NextMs();
  schedule.SetTargets({Target("a", 1000), Target("b", 100'000)}, 0);
  EXPECT_EQ(schedule.NextMs(), due);
  MeasureTarget moved = Target("a", 1000);
  moved.address = "192.0.2.2";
  schedule.SetTargets({moved}, 5000);
  EXPECT_GE(schedule.NextMs(), 5000);
  schedule.SetTargets({}, 5000);
  EXPECT_EQ(schedule.NextMs(), MeasureSchedule::kNever);
}

TEST(MeasureScheduleTest, LateMeasurementsAreNotMadeUpFor) {
  MeasureSchedule schedule(4);
  schedule.SetTargets({Target("a", 100)}, 0);
  int count = 0;
  while (schedule.Take(1'000'000)) ++count;
  EXPECT_EQ(count, 1);
}

}  // namespace
}  // namespace nearcast::measure
