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

TEST(RatioTest, UnusableCdnsSpillAndBackupStandsInForMain) {
  const CompiledRatioRule rule = Rule("r", {}, {{kA, 1}}, {{kB, 1}, {kC, 1}});
  auto buckets = Buckets(3);
  buckets[0].standing = CdnStanding::kOut;
  const RatioChoice choice = ChooseCdns(&rule, buckets, Ask("v"));
  ASSERT_TRUE(choice.main && choice.backup);
  EXPECT_NE(*choice.main, kA);
  EXPECT_NE(*choice.main, *choice.backup);
  for (CdnBucket& bucket : buckets) bucket.standing = CdnStanding::kOut;
  EXPECT_EQ(ChooseCdns(&rule, buckets, Ask("v")).main, std::nullopt);
}

TEST(RatioTest, LastResortStandsInOnlyWhenNothingIsUsableAndIsNoBackup) {
  const CompiledRatioRule rule = Rule("r", {}, {{kA, 1}}, {{kB, 1}});
  auto buckets = Buckets(2);
  buckets[0].standing = CdnStanding::kLastResort;
  RatioChoice choice = ChooseCdns(&rule, buckets, Ask("v"));
  EXPECT_EQ(choice.main, kB);
  EXPECT_EQ(choice.backup, std::nullopt);
  buckets[1].standing = CdnStanding::kOut;
  choice = ChooseCdns(&rule, buckets, Ask("v"));
  EXPECT_EQ(choice.main, kA);
  EXPECT_EQ(choice.backup, std::nullopt);
}

TEST(RatioTest, SharesFollowWeightsAndBackupIsNeverMain) {
  const CompiledRatioRule rule = Rule("r", {}, {{kA, 70}, {kB, 30}});
  const auto buckets = Buckets(2);
  int on_a = 0;
  constexpr int kViewers = 50000;
  for (int v = 0; v < kViewers; ++v) {
    const RatioChoice choice = ChooseCdns(&rule, buckets, Ask(std::to_string(v)));
    on_a += choice.main == kA ? 1 : 0;
    ASSERT_NE(choice.main, choice.backup);
  }
  EXPECT_NEAR(on_a / double{kViewers}, 0.70, 0.01);
}

TEST(RatioTest, LosingACdnMovesOnlyItsOwnViewers) {
  const CompiledRatioRule rule = Rule("r", {}, {{kA, 5}, {kB, 3}, {kC, 2}});
  const auto before = Buckets(3);
  auto after = before;
  after[1].standing = CdnStanding::kOut;
  for (int v = 0; v < 10000; ++v) {
    const auto was = ChooseCdns(&rule, before, Ask(std::to_string(v))).main;
    if (was == kB) continue;
    ASSERT_EQ(ChooseCdns(&rule, after, Ask(std::to_string(v))).main, was);
  }
}

TEST(RatioTest, WhatIsTurnedOffIsNotChosenAndOthersStayWhereTheyAre) {
  const CompiledRatioRule rule = Rule("r", {}, {{kA, 5}, {kB, 3}, {kC, 2}});
  const auto buckets = Buckets(3);
  const std::vector<CdnIndex> off = {kB};
  for (int v = 0; v < 2000; ++v) {
    RatioQuestion question = Ask(std::to_string(v));
    const auto was = ChooseCdns(&rule, buckets, question).main;
    question.cdns_off = off;
    const RatioChoice now = ChooseCdns(&rule, buckets, question);
    ASSERT_NE(now.main, kB);
    ASSERT_NE(now.backup, kB);
    if (was != kB) {
      ASSERT_EQ(now.main, was);
    }
  }
}

TEST(RatioTest, NearItsCapACdnLosesItsShareOfViewersToTheirSecondChoice) {
  const CompiledRatioRule rule = Rule("r", {}, {{kA, 5}, {kB, 3}, {kC, 2}});
  const auto buckets = Buckets(3);
  const auto choose = [&](int v, double spill) {
    const CdnFlows flows{{{.cdn = buckets[0].hash, .spill = spill}}};
    RatioQuestion question = Ask(std::to_string(v));
    question.flows = &flows;
    return ChooseCdns(&rule, buckets, question);
  };
  int moved = 0;
  int on_a = 0;
  for (int v = 0; v < 20000; ++v) {
    const auto free = choose(v, 0).main;
    const RatioChoice half = choose(v, 0.5);
    if (free != kA) {
      ASSERT_EQ(half.main, free);
      continue;
    }
    ++on_a;
    moved += half.main != kA;
    ASSERT_EQ(half.main != kA, !half.spilled.empty());
    // The second choice is the best of the others: what it would be without the CDN.
    if (half.main != kA) {
      ASSERT_EQ(half.main, choose(v, 1).main);
    }
  }
  EXPECT_NEAR(moved, 0.5 * on_a, 0.02 * on_a);
}

TEST(RatioTest, WhenEveryCdnIsAtItsCapTheWeightsDecide) {
  const CompiledRatioRule rule = Rule("r", {}, {{kA, 5}, {kB, 3}});
  const auto buckets = Buckets(2);
  const CdnFlows flows{
      {{.cdn = buckets[0].hash, .spill = 1}, {.cdn = buckets[1].hash, .spill = 1}}};
  for (int v = 0; v < 100; ++v) {
    RatioQuestion question = Ask(std::to_string(v));
    const auto free = ChooseCdns(&rule, buckets, question).main;
    question.flows = &flows;
    ASSERT_EQ(ChooseCdns(&rule, buckets, question).main, free);
  }
}

TEST(RatioTest, CorrectionsChangeSharesUnlessTheRuleSaysNo) {
  CompiledRatioRule rule = Rule("r", {}, {{kA, 50}, {kB, 50}});
  const auto buckets = Buckets(2);
  const CdnFlows flows{{{.cdn = buckets[0].hash, .correction = 3}}};
  const auto share = [&] {
    int on_a = 0;
    for (int v = 0; v < 20000; ++v) {
      RatioQuestion question = Ask(std::to_string(v));
      question.flows = &flows;
      on_a += ChooseCdns(&rule, buckets, question).main == kA;
    }
    return on_a / 20000.0;
  };
  EXPECT_NEAR(share(), 0.75, 0.01);
  rule.spec.uncorrected = true;
  EXPECT_NEAR(share(), 0.50, 0.01);
}

TEST(RatioTest, SessionKeepsItsCdnWhileTheWeightsStayAndTheCdnMayCarryIt) {
  CompiledRatioRule rule = Rule("r", {}, {{kA, 50}, {kB, 50}});
  auto buckets = Buckets(2);
  SetTargets(buckets, rule);
  for (int v = 0; v < 50; ++v) {
    RatioQuestion question = Ask(std::to_string(v));
    const auto by_hash = ChooseCdns(&rule, buckets, question).main;
    const CdnIndex other = by_hash == kA ? kB : kA;
    question.held = HeldCdn{ShortHash(buckets[other.value()].hash), WeightsTag(rule)};
    const RatioChoice kept = ChooseCdns(&rule, buckets, question);
    ASSERT_EQ(kept.main, other);
    ASSERT_EQ(kept.reason, RatioReason::kHeld);
    ASSERT_EQ(kept.intended.size(), 2u);
    ASSERT_EQ(kept.backup, by_hash);
    buckets[other.value()].standing = CdnStanding::kOut;
    ASSERT_EQ(ChooseCdns(&rule, buckets, question).main, by_hash);
    buckets[other.value()].standing = CdnStanding::kUsable;
    question.held->weights ^= 1;
    ASSERT_EQ(ChooseCdns(&rule, buckets, question).main, by_hash);
  }
}

}  // namespace
}  // namespace nearcast::scheduler
