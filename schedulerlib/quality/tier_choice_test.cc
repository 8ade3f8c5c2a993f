#include "schedulerlib/quality/tier_choice.h"

#include <algorithm>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "schedulerlib/model/tier.h"
#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
const std::vector<Tier> kAll = {Tier::kOrigin, Tier::kUhd, Tier::kHd, Tier::kSd,
                                Tier::kLd,     Tier::kMd,  Tier::kAo};

QualityPolicy Policy() {
  QualityPolicy policy;
  policy.name = "default";
  policy.default_tier = Tier::kUhd;
  policy.by_grade = {{4, Tier::kLd}, {2, Tier::kMd}};  // in no order
  policy.rules = {{"old phones", {.devices = {"phone-1*"}}, Tier::kSd},
                  {"vip", {.viewer_classes = {"vip"}}, Tier::kOrigin}};
  policy.budget = BudgetLadder{.budget_mbps = 1000, .steps = {{0.8, Tier::kHd}, {0.9, Tier::kSd}}};
  return policy;
}

struct Case {
  const char* what;
  MatchQuestion match;
  uint32_t ladder_step;
  const char* tier;
  TierReason reason;
};

MatchQuestion Ask(absl::string_view device, absl::string_view viewer_class, uint32_t grade) {
  MatchQuestion question;
  question.text(MatchAttribute::kDevice) = device;
  question.text(MatchAttribute::kViewerClass) = viewer_class;
  question.grade = grade;
  return question;
}

TEST(TierChoice, RulesGoBeforeGradesAndGradesBeforeTheDefault) {
  const CompiledQuality policy = CompileQuality(Policy());
  const Case cases[] = {
      {"nothing known", Ask("", "", 0), 0, "uhd", TierReason::kDefault},
      {"good network", Ask("", "", 8), 0, "uhd", TierReason::kDefault},
      {"poor network", Ask("", "", 3), 0, "ld", TierReason::kGrade},
      {"poorest network", Ask("", "", 1), 0, "md", TierReason::kGrade},
      {"device", Ask("phone-12", "", 8), 0, "sd", TierReason::kRule},
      {"rule over grade", Ask("", "vip", 1), 0, "origin", TierReason::kRule},
      {"first rule", Ask("phone-12", "vip", 1), 0, "sd", TierReason::kRule},
      {"first step", Ask("", "", 0), 1, "hd", TierReason::kDefault},
      {"second step", Ask("", "vip", 0), 2, "sd", TierReason::kRule},
      {"a step raises nothing", Ask("", "", 3), 1, "ld", TierReason::kGrade},
      {"beyond the ladder", Ask("", "", 0), 9, "sd", TierReason::kDefault},
  };
  for (const Case& c : cases) {
    const TierChoice choice = DecideTier(
        &policy, Tier::kHd, kAll, {.match = &c.match, .now = kNow, .ladder_step = c.ladder_step});
    EXPECT_EQ(TierKey(choice.tier), c.tier) << c.what;
    EXPECT_EQ(choice.reason, c.reason) << c.what;
  }
}

TEST(TierChoice, WhatIsSetByHandWinsUntilItExpires) {
  QualityPolicy spec = Policy();
  spec.pin = QualityPin{Tier::kLd, kNow + absl::Hours(1)};
  const CompiledQuality policy = CompileQuality(spec);
  const MatchQuestion vip = Ask("", "vip", 8);
  const auto decide = [&](absl::Time now, std::optional<Tier> by_switch) {
    return DecideTier(&policy, Tier::kHd, kAll,
                      {.match = &vip, .now = now, .ladder_step = 1, .set_by_switch = by_switch});
  };
  EXPECT_EQ(decide(kNow, {}).tier, Tier::kLd);
  EXPECT_EQ(decide(kNow, {}).reason, TierReason::kPin);
  EXPECT_EQ(decide(kNow + absl::Hours(1), {}).tier, Tier::kHd);
  EXPECT_EQ(decide(kNow + absl::Hours(1), {}).lowered_from, Tier::kOrigin);
  EXPECT_EQ(decide(kNow, Tier::kOrigin).tier, Tier::kOrigin);
  EXPECT_EQ(decide(kNow, Tier::kOrigin).reason, TierReason::kSwitch);
}

TEST(TierChoice, TierThatIsNotOfferedGivesWayToTheNextLowerElseTheNextBetter) {
  const MatchQuestion nobody;
  const auto decide = [&](Tier wanted, std::vector<Tier> offered) {
    return DecideTier(nullptr, Tier::kHd, offered,
                      {.match = &nobody, .now = kNow, .set_by_switch = wanted});
  };
  EXPECT_EQ(decide(Tier::kUhd, {Tier::kOrigin, Tier::kHd, Tier::kLd}).tier, Tier::kHd);
  EXPECT_EQ(decide(Tier::kUhd, {Tier::kOrigin, Tier::kHd}).wanted, Tier::kUhd);
  EXPECT_EQ(decide(Tier::kLd, {Tier::kOrigin, Tier::kHd, Tier::kMd}).tier, Tier::kHd);
  EXPECT_EQ(decide(Tier::kAo, {Tier::kOrigin}).tier, Tier::kOrigin);
  EXPECT_EQ(decide(Tier::kMd, {Tier::kOrigin, Tier::kMd}).tier, Tier::kMd);
  EXPECT_EQ(decide(Tier::kMd, {Tier::kOrigin, Tier::kMd}).wanted, std::nullopt);
}

TEST(TierChoice, RuleThatIsOffGivesWayToTheNext) {
  const CompiledQuality policy = CompileQuality(Policy());
  const std::vector<uint64_t> off = {StableHash("old phones")};
  const MatchQuestion question = Ask("phone-12", "vip", 8);
  const TierChoice choice =
      DecideTier(&policy, Tier::kHd, kAll, {.match = &question, .now = kNow, .rules_off = off});
  EXPECT_EQ(choice.rule->name, "vip");
}

TEST(TierChoice, MiddleIsOfOrdinaryTiersAndTheBetterOfTwo) {
  EXPECT_EQ(MiddleTier(kAll), Tier::kHd);
  EXPECT_EQ(MiddleTier(std::vector<Tier>{Tier::kOrigin, Tier::kHd}), Tier::kOrigin);
  EXPECT_EQ(MiddleTier(std::vector<Tier>{Tier::kSd, Tier::kMd, Tier::kAo}), Tier::kSd);
}

// Whatever is asked: the answer is offered; a higher step never gives a better tier.
TEST(TierChoice, IsOfferedAndMonotoneInTheLadder) {
  std::mt19937 chance(5);
  const CompiledQuality policy = CompileQuality(Policy());
  const char* devices[] = {"", "phone-11", "pad"};
  const char* classes[] = {"", "vip", "new"};
  for (int i = 0; i < 3000; ++i) {
    std::vector<Tier> offered = {static_cast<Tier>(chance() % 5)};
    for (const Tier tier : kAll) {
      if (tier > offered.back() && chance() % 2 == 0) offered.push_back(tier);
    }
    const MatchQuestion question = Ask(devices[chance() % 3], classes[chance() % 3], chance() % 9);
    Tier before = Tier::kOrigin;
    for (uint32_t step = 0; step <= 3; ++step) {
      const TierChoice choice = DecideTier(&policy, MiddleTier(offered), offered,
                                           {.match = &question, .now = kNow, .ladder_step = step});
      ASSERT_TRUE(std::find(offered.begin(), offered.end(), choice.tier) != offered.end());
      ASSERT_GE(choice.tier, before);
      before = choice.tier;
    }
  }
}

}  // namespace
}  // namespace nearcast::scheduler
