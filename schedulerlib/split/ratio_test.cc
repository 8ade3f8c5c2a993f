#include "schedulerlib/split/ratio.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

const ipdb::Location kGuangdongTelecom{"CN", "440000", "", "chinatelecom"};

CompiledRatioRule Rule(const std::string& name, RatioScope scope, CompiledWeights main,
                       CompiledWeights backup = {}) {
  CompiledRatioRule rule;
  rule.spec.name = name;
  rule.spec.scope = std::move(scope);
  rule.main = std::move(main);
  rule.backup = backup.empty() ? rule.main : std::move(backup);
  return rule;
}

std::vector<CdnBucket> Buckets(int count) {
  std::vector<CdnBucket> buckets;
  for (int i = 0; i < count; ++i)
    buckets.push_back({.hash = StableHash("cdn-" + std::to_string(i))});
  return buckets;
}

RatioQuestion Ask(const std::string& viewer) {
  return {.publish_point = "show",
          .stream = "s1",
          .place = &kGuangdongTelecom,
          .viewer_key = StableHash(viewer)};
}

constexpr CdnIndex kA{0};
constexpr CdnIndex kB{1};
constexpr CdnIndex kC{2};

TEST(RatioTest, ScopesOrderFromStreamDownToCountry) {
  const std::vector<RatioScope> from_most_specific = {
      {.stream = "s"},
      {.publish_point = "p", .country = "CN", .region = "440000", .isp = "t"},
      {.publish_point = "p"},
      {.region = "440000", .isp = "t"},
      {.isp = "t"},
      {.region = "440000"},
      {.country = "CN"},
      {}};
  for (size_t i = 1; i < from_most_specific.size(); ++i) {
    EXPECT_GT(Specificity(from_most_specific[i - 1]), Specificity(from_most_specific[i])) << i;
  }
}

TEST(RatioTest, FirstRuleThatMatchesDecides) {
  const std::vector<CompiledRatioRule> rules = {Rule("unicom", {.isp = "chinaunicom"}, {{kB, 1}}),
                                                Rule("default", {}, {{kA, 1}})};
  const RatioChoice choice = ChooseCdns(rules, Buckets(2), Ask("v"));
  EXPECT_EQ(choice.rule->spec.name, "default");
  EXPECT_EQ(choice.main, kA);
  EXPECT_EQ(choice.backup, std::nullopt);
  EXPECT_EQ(WhyNot(rules[0].spec.scope, Ask("v")), "isp is chinatelecom, not chinaunicom");
}

TEST(RatioTest, NoRuleGivesNoCdn) {
  const RatioChoice choice = ChooseCdns({}, Buckets(1), Ask("v"));
  EXPECT_EQ(choice.rule, nullptr);
  EXPECT_EQ(choice.main, std::nullopt);
}

TEST(RatioTest, UnusableCdnsSpillAndBackupStandsInForMain) {
  const std::vector<CompiledRatioRule> rules = {Rule("r", {}, {{kA, 1}}, {{kB, 1}, {kC, 1}})};
  auto buckets = Buckets(3);
  buckets[0].standing = CdnStanding::kOut;
  const RatioChoice choice = ChooseCdns(rules, buckets, Ask("v"));
  ASSERT_TRUE(choice.main && choice.backup);
  EXPECT_NE(*choice.main, kA);
  EXPECT_NE(*choice.main, *choice.backup);
  for (CdnBucket& bucket : buckets) bucket.standing = CdnStanding::kOut;
  EXPECT_EQ(ChooseCdns(rules, buckets, Ask("v")).main, std::nullopt);
}

TEST(RatioTest, LastResortStandsInOnlyWhenNothingIsUsableAndIsNoBackup) {
  const std::vector<CompiledRatioRule> rules = {Rule("r", {}, {{kA, 1}}, {{kB, 1}})};
  auto buckets = Buckets(2);
  buckets[0].standing = CdnStanding::kLastResort;
  RatioChoice choice = ChooseCdns(rules, buckets, Ask("v"));
  EXPECT_EQ(choice.main, kB);
  EXPECT_EQ(choice.backup, std::nullopt);
  buckets[1].standing = CdnStanding::kOut;
  choice = ChooseCdns(rules, buckets, Ask("v"));
  EXPECT_EQ(choice.main, kA);
  EXPECT_EQ(choice.backup, std::nullopt);
}

TEST(RatioTest, SharesFollowWeightsAndBackupIsNeverMain) {
  const std::vector<CompiledRatioRule> rules = {Rule("r", {}, {{kA, 70}, {kB, 30}})};
  const auto buckets = Buckets(2);
  int on_a = 0;
  constexpr int kViewers = 50000;
  for (int v = 0; v < kViewers; ++v) {
    const RatioChoice choice = ChooseCdns(rules, buckets, Ask(std::to_string(v)));
    on_a += choice.main == kA ? 1 : 0;
    ASSERT_NE(choice.main, choice.backup);
  }
  EXPECT_NEAR(on_a / double{kViewers}, 0.70, 0.01);
}

TEST(RatioTest, LosingACdnMovesOnlyItsOwnViewers) {
  const std::vector<CompiledRatioRule> rules = {Rule("r", {}, {{kA, 5}, {kB, 3}, {kC, 2}})};
  const auto before = Buckets(3);
  auto after = before;
  after[1].standing = CdnStanding::kOut;
  for (int v = 0; v < 10000; ++v) {
    const auto was = ChooseCdns(rules, before, Ask(std::to_string(v))).main;
    if (was == kB) continue;
    ASSERT_EQ(ChooseCdns(rules, after, Ask(std::to_string(v))).main, was);
  }
}

}  // namespace
}  // namespace nearcast::scheduler
