#include "schedulerlib/explain/name_steps.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schedulerlib/explain/explanation.h"
#include "schedulerlib/snapshot/build_snapshot.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

using ::testing::HasSubstr;

// Guangdong Telecom is 10.1/16, Guangdong Dr. Peng 10.3/16.
Given World() {
  Given given;
  given.Own("own");
  given.Node("gz", "CN/440000/440100/chinatelecom", {"192.0.2.1"}).Loaded(0.7);
  given.Node("bgp", "CN/450000//cernet", {"192.0.2.2"}).Announces({"*"});
  given.Node("bj", "CN/110000/110100/chinaunicom", {"192.0.2.3"});
  given.Network("10.1.0.0/16", "CN/440000/440100/chinatelecom");
  given.Network("10.3.0.0/16", "CN/440000/440100/drpeng");
  return given.ScheduledName("pull", "own", 1);
}

std::string Explain(Given& given, absl::string_view client,
                    const std::vector<MeasuredDelay>& delays = {}) {
  const auto snapshot = BuildSnapshot(given.config(), given.live(), given.Places(), delays);
  const Explanation explanation =
      ExplainName(*snapshot, snapshot->FindName("pull.live.example"), Ip(client));
  std::string text;
  for (const std::string& step : explanation.steps) absl::StrAppend(&text, "- ", step, "\n");
  for (const ExplainedCandidate& c : explanation.candidates) {
    absl::StrAppendFormat(&text, "%s %s %.1f ms %s %s: %s\n", c.chosen ? "*" : " ", c.node,
                          c.cost_ms, c.rung, c.health, c.verdict);
  }
  for (const std::string& answer : explanation.answer) absl::StrAppend(&text, "= ", answer, "\n");
  return text;
}

TEST(NameStepsTest, LoadAndBgpAreTold) {
  Given given = World();
  const std::string text = Explain(given, "10.1.0.1");
  EXPECT_THAT(text, HasSubstr("* gz 15.0 ms same-city-isp usable: chosen: same-city-isp, +5.0 ms "
                              "for its load\n"));
  EXPECT_THAT(text, HasSubstr("announces to the client's ISP by BGP\n"));
}

TEST(NameStepsTest, AnOverrideIsToldFirstAndByItsPrefix) {
  Given given = World();
  given.config().prefix_overrides.push_back({"office", {{.prefixes = {"10.1.8.0/21"}}}, {}});
  OverrideZone& zone = given.config().prefix_overrides[0].zones[0];
  zone.nodes = {"bj"};
  zone.cname = "pull.vendor.example";
  std::string text = Explain(given, "10.1.9.1");
  EXPECT_THAT(text, HasSubstr("- prefix override office holds 10.1.8.0/21: nodes bj go first while "
                              "they are usable; else alias pull.vendor.example\n"
                              "- prefix override office decides who goes first\n"));
  EXPECT_THAT(text, HasSubstr("* bj 77.0 ms prefix-override usable: chosen: prefix-override, "
                              "across-isps\n"));
  EXPECT_THAT(text, HasSubstr("behind the override's nodes"));
  given.config().nodes[2].admin_state = AdminState::kDrained;
  text = Explain(given, "10.1.9.1");
  EXPECT_THAT(text, HasSubstr("- prefix override office gives its alias"));
  EXPECT_THAT(text, HasSubstr("= pull.vendor.example\n"));
}

TEST(NameStepsTest, MeasuredDelaysAreToldApartFromTheTable) {
  Given given = World();
  const std::string text =
      Explain(given, "10.1.0.1", {{"bj", Place("CN/440000/440100/chinatelecom"), 4'500}});
  EXPECT_THAT(text,
              HasSubstr("- measured delays from there are known for 1 nodes and go before the "
                        "table\n"));
  EXPECT_THAT(text, HasSubstr("* bj 4.5 ms measured usable: chosen: measured, across-isps by the "
                              "table\n"));
}

TEST(NameStepsTest, GroupsAndFallbackRowsAreTold) {
  Given given = World();
  given.config().nearness_policies.emplace_back();
  NearnessPolicy& policy = given.config().nearness_policies[0];
  policy.name = "nearness";
  policy.region_groups = {{"south", {Place("CN/440000"), Place("CN/450000")}}};
  policy.isp_fallbacks = {{Place("///drpeng"), "south", {{"chinatelecom", 5'000}}}};
  const std::string text = Explain(given, "10.3.0.1");
  EXPECT_THAT(text, HasSubstr("- region group south: no distance to the nodes in it\n"
                              "- fallback row for drpeng: chinatelecom +5.0 ms\n"));
  EXPECT_THAT(text, HasSubstr(" gz 20.0 ms fallback-isp usable: "));
  EXPECT_THAT(text, HasSubstr(" bgp 20.0 ms same-group-isp usable: "));
}

TEST(NameStepsTest, APlaceRuleIsToldWithItsNodes) {
  Given given = World();
  given.Own("second").Node("far", "SG///singtel", {"192.0.2.9"});
  given.config().domains[0].scheduled_names[0].rules = {
      {.match = Place("CN/440000"), .nodes = {"far"}, .cname = ""}};
  const std::string text = Explain(given, "10.1.0.1");
  EXPECT_THAT(text, HasSubstr("- place rule 0 (CN/440000) decides: nodes far\n"));
  EXPECT_THAT(text, HasSubstr("* far "));
  EXPECT_THAT(text, HasSubstr("= 192.0.2.9\n"));
}

TEST(NameStepsTest, SwitchesThatApplyAreNamedAndOthersSayWhyNot) {
  Given given = World();
  const auto add = [&given](Switch item) { given.config().switches.push_back(std::move(item)); };
  add({.name = "near", .match = {.isps = {"chinatelecom"}}, .off = {"node/gz", "tier/hd"}});
  add({.name = "north", .match = {.regions = {"110000"}}, .off = {"cdn/own"}});
  add({.name = "old", .match = {.app_version_max = "8"}, .off = {"node/bj"}});
  add({.name = "over", .off = {"node/bj"}, .expire_at = absl::InfinitePast()});
  add({.name = "plays", .off = {"tier/hd"}});
  const std::string text = Explain(given, "10.1.0.1");
  EXPECT_THAT(text, HasSubstr("- switch near applies (ISP chinatelecom): node/gz off\n"
                              "- switch north does not apply: region is 440000, not 110000\n"
                              "- switch old does not apply: app version is unknown, not in 0.0.0.0 "
                              "to 8.0.0.0 (of a name's client its place alone is known)\n"
                              "- switch over does not apply: it has expired\n"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("switch plays")));
  EXPECT_THAT(text, HasSubstr("  gz 15.0 ms same-city-isp off: passed over: a switch turns it off "
                              "for this client\n"));
  EXPECT_THAT(text, HasSubstr("* bgp "));
}

TEST(NameStepsTest, SwitchesThatGiveWaySaySo) {
  Given given = World();
  given.config().switches.push_back({.name = "all", .off = {"cdn/own"}});
  EXPECT_THAT(Explain(given, "10.1.0.1"),
              HasSubstr("- switches leave the client no node that is up: they give way, and the "
                        "nearest is given all the same\n"));
}

TEST(NameStepsTest, APercentageIsToldAsItIsDecided) {
  Given given = World();
  given.config().switches.push_back({.name = "half", .match = {.percent = 50}, .off = {"node/gz"}});
  const auto snapshot = given.Snapshot();
  const auto match = snapshot->FindName("pull.live.example");
  int applied = 0;
  for (int i = 0; i < 256; ++i) {
    const std::string client = absl::StrCat("10.1.", i, ".9");
    const NameDecision decision = DecideName(*match.name, {.client = Ip(client), .stream = {}});
    const bool is_off = snapshot->node(decision.answer->nodes[0]).spec.name != "gz";
    applied += is_off ? 1 : 0;
    EXPECT_THAT(Explain(given, client),
                HasSubstr(is_off ? "switch half applies (50 % of viewers): node/gz off"
                                 : "switch half does not apply: the client's network is not in the "
                                   "drawn percentage"));
  }
  EXPECT_NEAR(applied, 128, 40);
}

}  // namespace
}  // namespace nearcast::scheduler
