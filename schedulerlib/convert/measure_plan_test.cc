#include "schedulerlib/convert/measure_plan.h"

#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

v1::MeasurePlan PlanOf(const Given& given, DelayProbe probe) {
  const Config config = Given(given).config();
  return BuildMeasurePlan(config.nodes[0],
                          FindDelayTargets({std::move(probe)}, config.nodes, *given.Places()));
}

TEST(MeasurePlanTest, SaysWhatToConnectToAndHowOften) {
  Given given;
  given.Own("own").Node("gz", "CN/440000/440100/chinatelecom", {"192.0.2.1"});
  given.Node("bj", "CN/110000/110100/chinaunicom", {"192.0.2.2"});
  given.config().nodes[1].http_port = 8099;
  const v1::MeasurePlan plan = PlanOf(given, {.name = "a",
                                              .samples = {{"[2001:db8::7]:443", Place("SG")}},
                                              .between_nodes = true,
                                              .interval_s = 10,
                                              .timeout_ms = 300,
                                              .tries = 2});
  ASSERT_EQ(plan.targets_size(), 2);
  EXPECT_EQ(plan.targets(0).target(), "node/bj");
  EXPECT_EQ(plan.targets(0).address(), "192.0.2.2");
  EXPECT_EQ(plan.targets(0).port(), 8099u);
  EXPECT_EQ(plan.targets(1).target(), "sample/[2001:db8::7]:443");
  EXPECT_EQ(plan.targets(1).address(), "2001:db8::7");
  EXPECT_EQ(plan.targets(1).port(), 443u);
  EXPECT_EQ(plan.targets(1).interval_ms(), 10'000u);
  EXPECT_EQ(plan.targets(1).timeout_ms(), 300u);
  EXPECT_EQ(plan.targets(1).tries(), 2u);
}

TEST(MeasurePlanTest, IdFollowsFromTheTargetsAlone) {
  Given given;
  given.Own("own").Node("gz", "CN", {"192.0.2.1"});
  const DelayProbe probe{.name = "a", .samples = {{"192.0.2.7", Place("SG")}}};
  const uint64_t id = PlanOf(given, probe).id();
  EXPECT_NE(id, 0u);
  DelayProbe renamed = probe;
  renamed.name = "b";
  EXPECT_EQ(PlanOf(given, renamed).id(), id);
  DelayProbe slower = probe;
  slower.interval_s = 61;
  EXPECT_NE(PlanOf(given, slower).id(), id);
  EXPECT_NE(PlanOf(given, {.name = "a"}).id(), 0u) << "an empty plan is one too";
}

}  // namespace
}  // namespace nearcast::scheduler
