#include "schedulerlib/config/rules.h"

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

Config World() {
  Config config;
  config.cdns = {{.name = "a"}, {.name = "b"}};
  config.nodes.resize(1);
  config.nodes[0].name = "gz";
  config.ratio_rules = {{.name = "night"}};
  config.quality_policies = {{.name = "default", .rules = {{.name = "old"}}}};
  config.client_policies.resize(1);
  config.client_policies[0].name = "phones";
  config.latency_policies.resize(1);
  config.latency_policies[0].name = "quick";
  return config;
}

std::vector<std::string> Collect(const std::function<void(AddProblem)>& check) {
  std::vector<std::string> problems;
  check([&problems](absl::string_view path, absl::string_view text) {
    problems.push_back(absl::StrCat(path, ": ", text));
  });
  return problems;
}

std::vector<std::string> ProblemsOf(const RuleMatch& match) {
  return Collect([&](AddProblem add) { ValidateMatch(match, "m", add); });
}

std::vector<std::string> ProblemsOf(const Switch& item) {
  return Collect([&](AddProblem add) { ValidateSwitch(item, World(), add); });
}

std::vector<std::string> ProblemsOf(const QualityPolicy& policy) {
  return Collect([&](AddProblem add) { ValidateQualityPolicy(policy, World(), add); });
}

TEST(ValidateMatch, NamesEachMistake) {
  EXPECT_THAT(ProblemsOf(RuleMatch{.apps = {"a*", "b"},
                                   .app_version_min = "1",
                                   .app_version_max = "1.0",
                                   .grade_min = 3,
                                   .grade_max = 3,
                                   .percent = 100}),
              IsEmpty());
  EXPECT_THAT(ProblemsOf(RuleMatch{.apps = {""}, .devices = {"a*b"}}),
              ElementsAre("m.apps[0]: is empty; leave it out, or write \"*\" for any known value",
                          "m.devices[0]: has '*' before its end; only the end may be open"));
  EXPECT_THAT(ProblemsOf(RuleMatch{.app_version_min = "8.x"}),
              ElementsAre("m.app_version_min: is no version: \"8.x\"; one to four numbers, as in "
                          "8.1.0"));
  EXPECT_THAT(ProblemsOf(RuleMatch{.app_version_min = "2", .app_version_max = "1.9"}),
              ElementsAre("m.app_version_max: is below app_version_min; it would match nobody"));
  EXPECT_THAT(ProblemsOf(RuleMatch{.grade_min = 5, .grade_max = 4, .percent = 101}),
              ElementsAre("m.grade_max: is below grade_min; it would match nobody",
                          "m.percent: must be 0 (everyone) to 100"));
}

TEST(ValidateSwitch, TakesWhatExistsAndNamesTheRest) {
  EXPECT_THAT(
      ProblemsOf(Switch{.off = {"tier/uhd", "codec/h265", "format/lls", "format/flv", "cdn/a",
                                "node/gz", "stream/any", "ratio_rule/night", "quality_rule/old",
                                "client_policy/phones", "latency_policy/quick", "feature/p2p"},
                        .set = {.default_tier = "hd",
                                .main_cdn = "b",
                                .sdk_params = {{"SuggestProtocol", "\"quic\""}}}}),
      IsEmpty());
  EXPECT_THAT(
      ProblemsOf(
          Switch{.off = {"uhd", "tier/best", "codec/av1", "format/rtm", "cdn/c", "node/x",
                         "ratio_rule/x", "quality_rule/x", "client_policy/x", "latency_policy/x"}}),
      ElementsAre("spec.off[0]: is not kind/name: \"uhd\"; kinds are tier, codec, format, cdn, "
                  "node, stream, ratio_rule, quality_rule, client_policy, latency_policy, feature",
                  "spec.off[1]: is no tier: \"best\"; known are origin, uhd, hd, sd, ld, md, ao",
                  "spec.off[2]: is no codec: \"av1\"; known are h264, h265",
                  "spec.off[3]: is no format: \"rtm\"; known are flv, hls, cmaf, dash, lls, tsl, "
                  "tile, http_ts, ll_hls, rtmp",
                  "spec.off[4]: names Cdn \"c\", which does not exist",
                  "spec.off[5]: names Node \"x\", which does not exist",
                  "spec.off[6]: names RatioRule \"x\", which does not exist",
                  "spec.off[7]: names a rule of a QualityPolicy, \"x\", which does not exist",
                  "spec.off[8]: names ClientPolicy \"x\", which does not exist",
                  "spec.off[9]: names LatencyPolicy \"x\", which does not exist"));
  EXPECT_THAT(ProblemsOf(Switch{.set = {.default_tier = "4k",
                                        .main_cdn = "c",
                                        .gop_cache_ms = 60001,
                                        .sdk_params = {{"Auto", "quic"},
                                                       {"VCodec", "\"vp9\""},
                                                       {"resolution", "\"240P\""},
                                                       {"vbitrate", "\"high\""}}}}),
              ElementsAre("spec.override.default_tier: is no tier: \"4k\"",
                          "spec.override.main_cdn: names Cdn \"c\", which does not exist",
                          "spec.override.gop_cache_ms: must be at most 60000",
                          "spec.override.sdk_params.Auto: is no JSON value: quic; text needs "
                          "quotes of its own",
                          "spec.override.sdk_params.VCodec: must be \"h264\" or \"h265\"",
                          "spec.override.sdk_params.resolution: must be of the form "
                          "\"1280x720\", or \"\"",
                          "spec.override.sdk_params.vbitrate: must be a whole number of bits per "
                          "second"));
}

TEST(ValidateQualityPolicy, RulesHaveNamesAndLaddersGoDown) {
  QualityPolicy policy;
  policy.rules = {{.name = "a"}, {.name = "a"}, {.name = ""}};
  policy.by_grade = {{9, Tier::kLd}};
  policy.budget = BudgetLadder{.steps = {{0.9, Tier::kSd}, {0.8, Tier::kHd}}, .hysteresis = 2};
  policy.budget->cdns = {"c"};
  EXPECT_THAT(
      ProblemsOf(policy),
      ElementsAre("spec.by_grade[0].grade_max: must be 1 (worst) to 8 (best)",
                  "spec.rules[1].name: is that of another rule of this policy",
                  "spec.rules[2].name: is empty", "spec.budget.budget_mbps: must be above 0",
                  "spec.budget.cdns[0]: names Cdn \"c\", which does not exist",
                  "spec.budget.steps[1].share: must be above that of the step before",
                  "spec.budget.steps[1].tier: must be lower than that of the step before",
                  "spec.budget.hysteresis: must be between 0 and 1"));
}

TEST(ValidateRatioTerms, ToleranceIsAPercentage) {
  const auto problems = [](double percent) {
    RatioRule rule;
    rule.tolerance_percent = percent;
    return Collect([&](AddProblem add) { ValidateRatioTerms(rule, add); });
  };
  EXPECT_THAT(problems(0.25), IsEmpty());
  EXPECT_THAT(problems(101),
              ElementsAre("spec.tolerance_percent: must be above 0 and at most 100"));
}

}  // namespace
}  // namespace nearcast::scheduler
