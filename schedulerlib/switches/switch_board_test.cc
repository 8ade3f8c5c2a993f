#include "schedulerlib/switches/switch_board.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

// "cdn-3" is the third, "node-5" the fifth.
SwitchBoard::Names Names() {
  return {.cdn = [](absl::string_view name) -> std::optional<CdnIndex> {
            if (name.substr(0, 4) != "cdn-") return std::nullopt;
            return CdnIndex(static_cast<uint32_t>(name.back() - '0'));
          },
          .node = [](absl::string_view name) -> std::optional<NodeIndex> {
            if (name.substr(0, 5) != "node-") return std::nullopt;
            return NodeIndex(static_cast<uint32_t>(name.back() - '0'));
          }};
}

MatchQuestion InRegion(absl::string_view region) {
  MatchQuestion question;
  question.text(MatchAttribute::kRegion) = region;
  return question;
}

std::vector<std::string> Applied(const SwitchEffects& effects) {
  std::vector<std::string> names;
  for (const CompiledSwitch* each : effects.applied) names.push_back(each->spec.name);
  return names;
}

TEST(SwitchBoard, TargetsAreKindAndName) {
  EXPECT_EQ(ParseSwitchTarget("cdn/a/b")->name, "a/b");
  EXPECT_EQ(ParseSwitchTarget("tier/uhd")->kind, SwitchTarget::kTier);
  EXPECT_FALSE(ParseSwitchTarget("cdn/"));
  EXPECT_FALSE(ParseSwitchTarget("cdn"));
  EXPECT_FALSE(ParseSwitchTarget("moon/a"));
  EXPECT_EQ(SwitchTargetKinds().size(), 11u);
}

TEST(SwitchBoard, EverythingThatAMatchingSwitchTurnsOffIsOff) {
  const SwitchBoard board(
      {{.name = "a", .match = {.regions = {"440000"}}, .off = {"tier/uhd", "cdn/cdn-1"}},
       {.name = "b", .off = {"codec/h265", "format/lls", "node/node-5", "feature/p2p"}},
       {.name = "c", .match = {.regions = {"110000"}}, .off = {"tier/hd"}}},
      Names());
  const SwitchEffects here = board.Find(InRegion("440000"), kNow);
  EXPECT_THAT(Applied(here), ElementsAre("a", "b"));
  EXPECT_TRUE(here.IsOff({.tier = Tier::kUhd}));
  EXPECT_TRUE(here.IsOff({.tier = Tier::kSd, .codec = Codec::kH265}));
  EXPECT_FALSE(here.IsOff({.tier = Tier::kHd}));
  EXPECT_THAT(here.cdns_off, ElementsAre(CdnIndex(1)));
  EXPECT_THAT(here.nodes_off, ElementsAre(NodeIndex(5)));
  EXPECT_TRUE(here.IsFormatOff("lls"));
  EXPECT_FALSE(here.IsFormatOff("flv"));
  EXPECT_TRUE(here.IsFeatureOff("p2p"));
  EXPECT_FALSE(here.IsFeatureOff("auto"));
  EXPECT_THAT(Applied(board.Find(InRegion("310000"), kNow)), ElementsAre("b"));
}

TEST(SwitchBoard, OverridesGoByPriorityThenByName) {
  const SwitchBoard board(
      {{.name = "late", .set = {.default_tier = "ld", .main_cdn = "cdn-1"}, .priority = 1},
       {.name = "b", .set = {.default_tier = "hd", .backup_cdn = "cdn-2"}, .priority = 5},
       {.name = "a", .set = {.default_tier = "sd", .gop_cache_ms = 500}, .priority = 5}},
      Names());
  const SwitchEffects effects = board.Find({}, kNow);
  EXPECT_THAT(Applied(effects), ElementsAre("a", "b", "late"));
  EXPECT_EQ(effects.default_tier, Tier::kSd);
  EXPECT_EQ(effects.main_cdn, CdnIndex(1));
  EXPECT_EQ(effects.backup_cdn, CdnIndex(2));
  EXPECT_EQ(effects.gop_cache_ms, 500u);
  EXPECT_EQ(effects.start_buffer_ms, 0u);
}

TEST(SwitchBoard, ExpiredAndDisabledOnesAreWithoutEffect) {
  const SwitchBoard board({{.name = "a", .off = {"tier/uhd"}, .expire_at = kNow},
                           {.name = "b", .off = {"tier/hd"}, .disabled = true}},
                          Names());
  EXPECT_THAT(Applied(board.Find({}, kNow - absl::Nanoseconds(1))), ElementsAre("a"));
  EXPECT_THAT(Applied(board.Find({}, kNow)), IsEmpty());
  EXPECT_FALSE(board.Find({}, kNow).IsOff({.tier = Tier::kUhd}));
}

TEST(SwitchBoard, StreamsAreTurnedOffByName) {
  const SwitchBoard board({{.name = "a", .off = {"stream/s1"}}}, Names());
  EXPECT_EQ(board.Find({}, kNow).StreamOffBy("s1")->spec.name, "a");
  EXPECT_EQ(board.Find({}, kNow).StreamOffBy("s2"), nullptr);
}

TEST(SwitchBoard, WhatIsNotKnownAnyMoreIsPassedOver) {
  const SwitchBoard board(
      {{.name = "a", .off = {"cdn/gone", "node/gone"}, .set = {.main_cdn = "gone"}}}, Names());
  const SwitchEffects effects = board.Find({}, kNow);
  EXPECT_THAT(effects.cdns_off, IsEmpty());
  EXPECT_THAT(effects.nodes_off, IsEmpty());
  EXPECT_EQ(effects.main_cdn, std::nullopt);
}

}  // namespace
}  // namespace nearcast::scheduler
