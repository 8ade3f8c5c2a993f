// Switches, quality rules, pins and budgets in a play decision.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schedulerlib/explain/explanation.h"
#include "schedulerlib/model/tier.h"
#include "schedulerlib/place/rendezvous.h"
#include "schedulerlib/stream/auto_list.h"
#include "schedulerlib/stream/play.h"
#include "schedulerlib/stream/play_url.h"
#include "schedulerlib/stream/rule_ids.h"
#include "schedulerlib/stream/stream_data.h"
#include "schedulerlib/stream/ve_player.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

// One viewer with an old phone in Guangdong, of a stream on two vendors and two own nodes.
class SwitchedPlayTest : public ::testing::Test {
 protected:
  SwitchedPlayTest() {
    given_.Vendor("a").Vendor("b").Own("own");
    given_.Node("gz", "CN/440000//chinatelecom").Node("sz", "CN/440000//chinatelecom");
    given_.Network("10.1.0.0/16", "CN/440000//chinatelecom");
    given_.Point("show", {"a"}, {"origin", "uhd5", "hd", "ld"}).Policy("hd", {{4, Tier::kLd}});
    given_.Ratio("default", {{"a", 1}}, {{"b", 1}});
    stream_.name = "s1";
    stream_.publish_point = "show";
    stream_.state = StreamState::kPublishing;
    viewer_.address = Ip("10.1.0.1");
    viewer_.key = "v1";
    viewer_.device = "phone-1";
  }

  void Add(Switch item) { given_.config().switches.push_back(std::move(item)); }

  absl::StatusOr<PlayDecision> Decide() {
    snapshot_ = given_.Snapshot();
    return DecidePlay(*snapshot_, stream_, viewer_, kNow, context_);
  }

  // "a b | origin uhd hd ld | hd".
  std::string Told() {
    const auto decision = Decide();
    if (!decision.ok()) return std::string(decision.status().message());
    std::vector<std::string> cdns;
    for (const PlayLine& line : decision->lines) cdns.push_back(snapshot_->cdn(line.cdn).spec.name);
    std::vector<std::string> tiers;
    for (const TranscodeTemplate& tier : decision->tiers) {
      tiers.push_back(std::string(TierKey(tier.tier)));
    }
    return absl::StrJoin({absl::StrJoin(cdns, " "), absl::StrJoin(tiers, " "),
                          std::string(TierKey(decision->default_tier))},
                         " | ");
  }

  std::vector<std::string> Ids() { return RuleIds(*Decide()); }

  Given given_;
  Stream stream_;
  Viewer viewer_;
  PlayContext context_;
  std::shared_ptr<const Snapshot> snapshot_;
};

TEST_F(SwitchedPlayTest, NothingIsSwitchedWithoutSwitches) {
  EXPECT_EQ(Told(), "a b | origin uhd hd ld | hd");
  EXPECT_THAT(Ids(), ElementsAre("ratio_rule/default", "quality_policy/policy-1"));
}

TEST_F(SwitchedPlayTest, TiersAndCodecsThatAreOffAreNotOffered) {
  Add({.name = "no-h265", .match = {.devices = {"phone-1*"}}, .off = {"codec/h265"}});
  EXPECT_EQ(Told(), "a b | origin hd ld | hd");
  Add({.name = "no-hd", .off = {"tier/hd"}});
  EXPECT_EQ(Told(), "a b | origin ld | ld") << "the default gives way to the next lower tier";
  EXPECT_THAT(Ids(), ElementsAre("ratio_rule/default", "quality_policy/policy-1", "switch/no-h265",
                                 "switch/no-hd"));
  viewer_.device = "pad";
  EXPECT_EQ(Told(), "a b | origin uhd ld | ld");
}

TEST_F(SwitchedPlayTest, ViewersAreNeverLeftWithoutAnOrdinaryTier) {
  Add({.name = "all", .off = {"tier/origin", "tier/uhd", "tier/hd", "tier/ld"}});
  EXPECT_EQ(Told(), "a b | origin uhd hd ld | hd");
  EXPECT_TRUE(Decide()->tiers_kept);
  EXPECT_THAT(ExplainPlay(*snapshot_, Decide().value()).steps,
              ::testing::Contains("switches would leave no ordinary tier: all tiers stay"));
}

TEST_F(SwitchedPlayTest, CdnThatIsOffGivesWayToTheOthers) {
  Add({.name = "leave-a", .match = {.isps = {"chinatelecom"}}, .off = {"cdn/a"}});
  EXPECT_EQ(Told(), "b | origin uhd hd ld | hd");
  Add({.name = "leave-b", .off = {"cdn/b"}});
  EXPECT_THAT(Told(), HasSubstr("no CDN of the ratio rule is usable"));
}

TEST_F(SwitchedPlayTest, FormatsThatAreOffAreLeftOutFlvToo) {
  const auto formats = [&] {
    const PlayDecision decision = Decide().value();
    std::vector<std::string> left;
    for (const auto& [format, url_template] : snapshot_->cdns[0].spec.pull_templates) {
      const std::string url =
          BuildPlayUrl(*snapshot_, decision, decision.lines[0], decision.tiers.front(), format);
      if (!url.empty()) left.push_back(format);
    }
    return absl::StrJoin(left, " ");
  };
  EXPECT_EQ(formats(), "flv hls");
  Add({.name = "no-hls", .match = {.devices = {"pad"}}, .off = {"format/hls"}});
  Add({.name = "no-flv", .match = {.devices = {"phone-1"}}, .off = {"format/flv"}});
  EXPECT_EQ(formats(), "hls");
  const PlayDecision decision = Decide().value();
  EXPECT_THAT(WriteStreamData(*snapshot_, decision, kNow), HasSubstr(R"("flv":"","hls":"http)"));
  EXPECT_THAT(WriteVeLivePlayerStreamData(*snapshot_, decision),
              HasSubstr(R"("defaultFormat":"HLS")"));
  EXPECT_THAT(WriteAutoList(*snapshot_, decision), HasSubstr(R"("format":"hls")"));
  EXPECT_THAT(ExplainPlay(*snapshot_, decision).answer[0], HasSubstr(".m3u8"));
  viewer_.device = "pad";
  EXPECT_EQ(formats(), "flv");
}

TEST_F(SwitchedPlayTest, LatencyPolicyThatIsOffLeavesThePublishPointsOwnFigures) {
  LatencyPolicy policy;
  policy.name = "quick";
  policy.target_ms = 3000;
  given_.config().latency_policies = {policy};
  given_.config().publish_points[0].latency_policy = "quick";
  given_.config().publish_points[0].gop_cache_ms = 4321;
  EXPECT_NE(Decide()->latency.gop_cache_ms, 4321u);
  Add({.name = "x", .off = {"latency_policy/quick"}});
  EXPECT_EQ(Decide()->latency.gop_cache_ms, 4321u);
  EXPECT_EQ(Decide()->latency.plan, nullptr);
}

TEST_F(SwitchedPlayTest, SoundAloneGoesWithFlv) {
  given_.Point("radio", {"a"}, {"hd", "ao"});
  stream_.publish_point = "radio";
  EXPECT_EQ(Told(), "a b | hd ao | hd");
  Add({.name = "no-flv", .off = {"format/flv"}});
  EXPECT_EQ(Told(), "a b | hd | hd");
}

TEST_F(SwitchedPlayTest, CdnThatIsLeftWithoutAFormatGivesWayAndWithoutAnyItIsSaid) {
  given_.config().cdns[0].pull_templates.erase("hls");
  Add({.name = "no-flv", .off = {"format/flv"}});
  EXPECT_EQ(Told(), "b | origin uhd hd ld | hd");
  Add({.name = "no-hls", .off = {"format/hls"}});
  EXPECT_EQ(Told(),
            "no CDN of the ratio rule is usable for stream s1; every format of CDN a, b is turned "
            "off by switch no-flv, no-hls; see nearcastctl switch list");
  EXPECT_TRUE(absl::IsUnavailable(Decide().status()));
}

TEST_F(SwitchedPlayTest, LinesAreSetAndTheBackupTakenAway) {
  Add({.name = "to-own", .set = {.main_cdn = "own"}});
  EXPECT_EQ(Told(), "own b | origin uhd hd ld | hd");
  Add({.name = "alone", .off = {"feature/backup"}});
  EXPECT_EQ(Told(), "own | origin uhd hd ld | hd");
  EXPECT_EQ(Decide()->ratio.reason, RatioReason::kSet);
  Add({.name = "not-own", .off = {"cdn/own"}});
  EXPECT_EQ(Told(), "a | origin uhd hd ld | hd") << "what is off is not set";
}

TEST_F(SwitchedPlayTest, NodeThatIsOffIsPassedOverWhileAnotherIsLeft) {
  given_.config().ratio_rules[0].main = {{"own", 1}};
  const auto node = [&] {
    const auto decision = Decide();
    return snapshot_->node(*decision->lines[0].node).spec.name;
  };
  const std::string first = node();
  const std::string other = first == "gz" ? "sz" : "gz";
  Add({.name = "one", .off = {"node/" + first}});
  EXPECT_EQ(node(), other);
  Add({.name = "both", .off = {"node/" + other}});
  EXPECT_EQ(node(), first) << "better one of them than none";
  EXPECT_THAT(ExplainPlay(*snapshot_, Decide().value()).steps,
              ::testing::Contains("main line: switches would leave no node of CDN own that is not "
                                  "down: all its nodes stay"));
}

TEST_F(SwitchedPlayTest, NodeThatIsDownIsNoReasonToLeaveOneThatIsOff) {
  given_.config().ratio_rules[0].main = {{"own", 1}};
  given_.Node("bj", "CN/110000//chinaunicom").Down();
  Add({.name = "both", .off = {"node/gz", "node/sz"}});
  const auto decision = Decide();
  EXPECT_NE(snapshot_->node(*decision->lines[0].node).spec.name, "bj");
  EXPECT_TRUE(decision->lines[0].nodes_kept);
  given_.config().nodes.back().health = HealthSource::kAlwaysUp;
  const auto up = Decide();
  EXPECT_EQ(snapshot_->node(*up->lines[0].node).spec.name, "bj");
  EXPECT_FALSE(up->lines[0].nodes_kept);
}

TEST_F(SwitchedPlayTest, ManyNearNodesAreOffAndAFartherOneServes) {
  given_.config().ratio_rules[0].main = {{"own", 1}};
  Switch many{.name = "many", .off = {"node/gz", "node/sz"}};
  for (int i = 0; i < 30; ++i) {
    given_.Node(absl::StrCat("gd-", i), absl::StrCat("CN/440000/44", i, "/chinatelecom"));
    many.off.push_back(absl::StrCat("node/gd-", i));
  }
  given_.Node("bj", "CN/110000//chinaunicom");
  Add(many);
  const auto decision = Decide();
  EXPECT_EQ(snapshot_->node(*decision->lines[0].node).spec.name, "bj");
}

TEST_F(SwitchedPlayTest, StreamThatIsOffIsRefused) {
  Add({.name = "stop", .off = {"stream/s1"}});
  EXPECT_EQ(Decide().status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Told(), "stream s1 is turned off by switch stop");
  stream_.name = "s2";
  EXPECT_TRUE(Decide().ok());
}

TEST_F(SwitchedPlayTest, RulesThatAreOffGiveWayToTheNext) {
  given_.Ratio("show", {{"b", 1}}, {{"a", 1}}, {.publish_point = "show"});
  given_.config().quality_policies[0].rules = {{"old", {.devices = {"phone-1"}}, Tier::kLd}};
  EXPECT_EQ(Told(), "b a | origin uhd hd ld | ld");
  EXPECT_THAT(Ids(), ElementsAre("ratio_rule/show", "quality_rule/old"));
  Add({.name = "x", .off = {"ratio_rule/show", "quality_rule/old"}});
  EXPECT_EQ(Told(), "a b | origin uhd hd ld | hd");
}

TEST_F(SwitchedPlayTest, SwitchesExpire) {
  Add({.name = "x", .off = {"tier/uhd"}, .expire_at = kNow + absl::Seconds(1)});
  EXPECT_EQ(Told(), "a b | origin hd ld | hd");
  given_.config().switches[0].expire_at = kNow;
  EXPECT_EQ(Told(), "a b | origin uhd hd ld | hd");
}

TEST_F(SwitchedPlayTest, BudgetLowersTheDefaultUnlessItIsOffOrTheTierIsSetByHand) {
  given_.config().quality_policies[0].budget =
      BudgetLadder{.budget_mbps = 1000, .steps = {{0.8, Tier::kLd}}};
  const LiveRates rates{.ladders = {{StableHash("policy-1"), 1}}};
  context_.rates = &rates;
  EXPECT_EQ(Told(), "a b | origin uhd hd ld | ld");
  EXPECT_THAT(Ids(),
              ElementsAre("ratio_rule/default", "quality_policy/policy-1", "budget/policy-1"));
  given_.config().quality_policies[0].pin = QualityPin{.tier = Tier::kUhd};
  EXPECT_EQ(Told(), "a b | origin uhd hd ld | uhd");
  EXPECT_THAT(Ids(), ElementsAre("ratio_rule/default", "quality_pin/policy-1"));
  Add({.name = "x", .set = {.default_tier = "origin"}});
  EXPECT_EQ(Told(), "a b | origin uhd hd ld | origin");
  given_.config().switches[0] = {.name = "y", .off = {"feature/budget"}};
  given_.config().quality_policies[0].pin.reset();
  EXPECT_EQ(Told(), "a b | origin uhd hd ld | hd");
}

TEST_F(SwitchedPlayTest, SessionsCarryTheirDefaultTiersBits) {
  given_.config().publish_points[0].watch_s = 100;
  for (TranscodeTemplate& tier : given_.config().transcode_templates) {
    if (tier.tier == Tier::kHd) tier.bitrate_bps = 3'000'000;
  }
  EXPECT_NEAR(Decide()->session_mbit, 300, 1e-9);
  given_.config().quality_policies[0].default_tier = Tier::kOrigin;
  for (TranscodeTemplate& tier : given_.config().transcode_templates) {
    if (tier.tier == Tier::kOrigin) tier.bitrate_bps = 0;
  }
  EXPECT_NEAR(Decide()->session_mbit, kAssumedBitrateBps * 1e-4, 1e-9);
}

}  // namespace
}  // namespace nearcast::scheduler
