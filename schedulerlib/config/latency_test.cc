#include "schedulerlib/config/latency.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

LatencyPolicy Flv() {
  LatencyPolicy policy;
  policy.name = "flv";
  policy.target_ms = 3000;
  policy.network_ms = 200;
  return policy;
}

std::vector<std::string> ProblemsOf(const LatencyPolicy& policy) {
  std::vector<std::string> problems;
  ValidateLatencyPolicy(policy, [&](absl::string_view path, absl::string_view text) {
    problems.push_back(absl::StrCat(path, ": ", text));
  });
  return problems;
}

std::vector<std::string> ProblemsOf(const PublishPoint& point, const Config& config) {
  std::vector<std::string> problems;
  ValidateLatencyOf(point, config, [&](absl::string_view path, absl::string_view text) {
    problems.push_back(absl::StrCat(path, ": ", text));
  });
  return problems;
}

TEST(ValidateLatencyTest, SaysWhatIsWrong) {
  EXPECT_THAT(ProblemsOf(Flv()), IsEmpty());
  const struct {
    std::function<void(LatencyPolicy&)> spoil;
    std::string problem;
  } kRows[] = {
      {[](LatencyPolicy& p) { p.chase.speed_percent = 100; },
       "spec.chase.speed_percent: must be 101 to 200"},
      {[](LatencyPolicy& p) { p.chase = {.start_ms = 4000, .stop_ms = 4001}; },
       "spec.chase.stop_ms: must not be over start_ms"},
      {[](LatencyPolicy& p) { p.slow.speed_percent = 100; },
       "spec.slow.speed_percent: must be 50 to 99"},
      {[](LatencyPolicy& p) { p.worst_target_ms = 60'001; },
       "spec.target_ms: and all other times must be at most 60000 (a minute)"},
      {[](LatencyPolicy& p) { p.start_buffer_max_ms = 10'001; },
       "spec.start_buffer_max_ms: must be at most 10000"},
      {[](LatencyPolicy& p) { p.gop_ms = 1500; },
       "spec.gop_ms: must be whole seconds, as transcode templates count them"},
      {[](LatencyPolicy& p) { p.target_ms = 200; },
       "spec.target_ms: a mean delay of 200 ms cannot be met: the way alone takes network_ms, 200"},
  };
  for (const auto& row : kRows) {
    LatencyPolicy policy = Flv();
    row.spoil(policy);
    EXPECT_THAT(ProblemsOf(policy), ElementsAre(row.problem));
  }
}

TEST(ValidateLatencyTest, EveryTierOfAPointHasTheGopThatItsPolicySolvesTo) {
  Config config;
  config.latency_policies = {Flv()};
  config.transcode_templates = {{.name = "origin", .gop_s = 2},
                                {.name = "hd", .tier = Tier::kHd, .gop_s = 4},
                                {.name = "sound", .tier = Tier::kAo, .gop_s = 9}};
  PublishPoint point;
  point.transcode_templates = {"origin", "hd", "sound", "nosuch"};
  EXPECT_THAT(ProblemsOf(point, config), IsEmpty()) << "without a policy";
  point.latency_policy = "flv";
  EXPECT_THAT(ProblemsOf(point, config),
              ElementsAre("spec.transcode_templates[1]: has GOPs of 4 s, and LatencyPolicy \"flv\" "
                          "needs 2000 ms of every tier; set its gop_s to 2"));
  point.latency_policy = "vlf";
  EXPECT_THAT(ProblemsOf(point, config),
              ElementsAre("spec.latency_policy: names LatencyPolicy \"vlf\", which does not "
                          "exist"));
}

}  // namespace
}  // namespace nearcast::scheduler
