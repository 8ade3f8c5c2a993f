#include "schedulerlib/match/match_index.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schedulerlib/match/match_world.h"
#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

MatchQuestion Ask(const MatchWorld::Asker& asker) {
  return QuestionOf(asker.viewer, StableHash(asker.viewer.key), asker.place, asker.publish_point,
                    asker.stream);
}

MatchWorld::Asker Someone() {
  MatchWorld::Asker asker;
  asker.viewer = {.key = "v1",
                  .app = "live",
                  .app_version = "8.1.2",
                  .device = "phone-15-pro",
                  .os = "ios",
                  .network = "4g",
                  .viewer_class = "vip",
                  .network_grade = 5};
  asker.place = {"CN", "440000", "440100", "chinatelecom"};
  asker.publish_point = "show";
  asker.stream = "s1";
  return asker;
}

struct Case {
  const char* what;
  RuleMatch match;
  const char* why_not;  // "" = it matches
};

TEST(Match, EachConditionHoldsOrSaysWhyNot) {
  const Case cases[] = {
      {"open", {}, ""},
      {"app", {.apps = {"other", "live"}}, ""},
      {"another app", {.apps = {"other"}}, "app is live, not other"},
      {"version inside", {.app_version_min = "8.1", .app_version_max = "8.1.2"}, ""},
      {"version above",
       {.app_version_max = "8.1.1"},
       "app version is 8.1.2, not in 0.0.0.0 to 8.1.1.0"},
      {"version below",
       {.app_version_min = "8.10"},
       "app version is 8.1.2, not in 8.10.0.0 to any"},
      {"device prefix", {.devices = {"phone-15*"}}, ""},
      {"device whole", {.devices = {"phone-15"}}, "device is phone-15-pro, not phone-15"},
      {"prefix of nothing", {.devices = {"pad*"}}, "device is phone-15-pro, not pad*"},
      {"place", {.countries = {"CN"}, .regions = {"440000"}, .isps = {"chinatelecom"}}, ""},
      {"elsewhere", {.regions = {"110000", "310000"}}, "region is 440000, not 110000 or 310000"},
      {"stream", {.publish_points = {"show"}, .streams = {"s1"}}, ""},
      {"class", {.viewer_classes = {"new"}}, "viewer class is vip, not new"},
      {"grade", {.grade_min = 5, .grade_max = 5}, ""},
      {"grade above", {.grade_min = 6}, "network grade is 5, not 6 and above"},
      {"grade below", {.grade_max = 4}, "network grade is 5, not 4 and below"},
      {"all of them", {.percent = 100}, ""},
      {"hardly anybody", {.percent = 1e-9}, "the viewer is not in the drawn percentage"},
  };
  const MatchWorld::Asker asker = Someone();
  for (const Case& c : cases) {
    const CompiledMatch match = CompileMatch(c.match, "r");
    EXPECT_EQ(WhyNot(match, Ask(asker)), c.why_not) << c.what;
    EXPECT_EQ(Matches(match, Ask(asker)), std::string(c.why_not).empty()) << c.what;
  }
}

TEST(Match, WhatIsNotKnownMatchesNothing) {
  const MatchWorld::Asker nobody;
  for (const RuleMatch& match : {RuleMatch{.apps = {"*"}}, RuleMatch{.app_version_min = "0"},
                                 RuleMatch{.grade_max = 8}, RuleMatch{.regions = {"440000"}}}) {
    EXPECT_FALSE(Matches(CompileMatch(match, "r"), Ask(nobody))) << DescribeMatch(match);
  }
  EXPECT_TRUE(Matches(CompileMatch({}, "r"), Ask(nobody)));
}

TEST(Match, DescribesItselfInWords) {
  EXPECT_EQ(DescribeMatch({}), "everyone");
  EXPECT_EQ(DescribeMatch({.app_version_min = "8.1", .devices = {"a", "b*"}, .percent = 10}),
            "device a or b*, app version 8.1 and above, 10 % of viewers");
}

TEST(Match, PercentagesAreStableNestedAndOfTheirSize) {
  constexpr int kViewers = 100000;
  int in_10 = 0;
  int in_30 = 0;
  int in_other_10 = 0;
  for (int v = 0; v < kViewers; ++v) {
    MatchQuestion question;
    question.viewer_key = StableHash(absl::StrCat("viewer-", v));
    const bool small = Matches(CompileMatch({.percent = 10, .percent_salt = "x"}, "a"), question);
    const bool great = Matches(CompileMatch({.percent = 30, .percent_salt = "x"}, "b"), question);
    ASSERT_LE(small, great);  // who is in at 10 % is in at 30 %
    in_10 += small;
    in_30 += great;
    in_other_10 += small && Matches(CompileMatch({.percent = 10}, "b"), question);
  }
  EXPECT_NEAR(in_10, 0.10 * kViewers, 0.005 * kViewers);
  EXPECT_NEAR(in_30, 0.30 * kViewers, 0.005 * kViewers);
  EXPECT_NEAR(in_other_10, 0.01 * kViewers, 0.003 * kViewers);  // another salt draws anew
}

std::vector<CompiledMatch> DrawRules(int count, uint32_t seed) {
  MatchWorld world(seed);
  std::vector<CompiledMatch> matches;
  for (int i = 0; i < count; ++i) {
    matches.push_back(CompileMatch(world.DrawRule(), absl::StrCat("r", i)));
  }
  return matches;
}

TEST(MatchIndex, NothingIsFoundAmongNoRules) {
  EXPECT_THAT(MatchIndex().Find(Ask(Someone())), IsEmpty());
}

TEST(MatchIndex, FindsInTheOrderOfTheRules) {
  const MatchIndex index({CompileMatch({.streams = {"s1"}}, "a"), CompileMatch({}, "b"),
                          CompileMatch({.streams = {"s2"}}, "c"),
                          CompileMatch({.regions = {"440000"}}, "d"),
                          CompileMatch({.devices = {"phone*", "phone-15*", "phone-15-pro"}}, "e"),
                          CompileMatch({.app_version_min = "8"}, "f")});
  EXPECT_THAT(index.Find(Ask(Someone())), ElementsAre(0, 1, 3, 4, 5));
}

TEST(MatchIndex, FindsWhatComparingEveryRuleFinds) {
  for (const uint32_t seed : {1u, 2u, 3u}) {
    const auto rules = DrawRules(2000, seed);
    const MatchIndex index(rules);
    MatchWorld world(seed + 100);
    size_t matched = 0;
    for (int i = 0; i < 2000; ++i) {
      const MatchWorld::Asker asker = world.DrawAsker();
      const MatchQuestion question = Ask(asker);
      MatchedRules expected;
      for (uint32_t rule = 0; rule < rules.size(); ++rule) {
        if (Matches(rules[rule], question)) expected.push_back(rule);
      }
      ASSERT_EQ(index.Find(question), expected) << "seed " << seed << ", question " << i;
      matched += expected.size();
    }
    EXPECT_GT(matched, 500u);  // else the test shows nothing
  }
}

TEST(MatchIndex, RulesWithManyValuesOfManyAttributesStayFewNodes) {
  RuleMatch wide;
  for (int i = 0; i < 100; ++i) {
    wide.devices.push_back(absl::StrCat("d", i));
    wide.streams.push_back(absl::StrCat("s", i));
    wide.regions.push_back(absl::StrCat("r", i));
  }
  std::vector<CompiledMatch> matches;
  for (int i = 0; i < 20; ++i) matches.push_back(CompileMatch(wide, absl::StrCat("w", i)));
  const MatchIndex index(matches);
  EXPECT_LT(index.node_count(), 200u);
  MatchWorld::Asker asker = Someone();
  asker.viewer.device = "d7";
  asker.place.region = "r8";
  asker.stream = "s9";
  EXPECT_EQ(index.Find(Ask(asker)).size(), 20u);
}

// A hundred releases, each with its own range of versions, and nothing else to tell them apart.
TEST(MatchIndex, FindsVersionRangesThatOverlapAnyHow) {
  std::mt19937 chance(7);
  std::vector<CompiledMatch> matches;
  for (int i = 0; i < 300; ++i) {
    const uint32_t a = chance() % 100;
    const uint32_t b = a + chance() % 20;
    matches.push_back(
        CompileMatch({.app_version_min = absl::StrCat(a), .app_version_max = absl::StrCat(b)}, ""));
  }
  const MatchIndex index(matches);
  for (uint32_t v = 0; v < 130; ++v) {
    MatchQuestion question;
    question.app_version = AppVersion{{v, 0, 0, 0}};
    MatchedRules expected;
    for (uint32_t rule = 0; rule < matches.size(); ++rule) {
      if (Matches(matches[rule], question)) expected.push_back(rule);
    }
    ASSERT_EQ(index.Find(question), expected) << v;
  }
}

}  // namespace
}  // namespace nearcast::scheduler
