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

}  // namespace
}  // namespace nearcast::scheduler
