#include "schedulerlib/config/nearness.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Problems(const Config& config) {
  std::vector<std::string> problems;
  const auto add = [&problems](absl::string_view path, absl::string_view text) {
    problems.push_back(absl::StrCat(path, " ", text));
  };
  std::map<ipdb::IpPrefix, std::string> seen;
  for (const NearnessPolicy& policy : config.nearness_policies) {
    ValidateNearness(config, policy, add);
  }
  for (const PrefixOverride& override : config.prefix_overrides) {
    ValidateOverride(config, override, seen, add);
  }
  return problems;
}

NearnessPolicy& Policy(Config& config) {
  config.nearness_policies.emplace_back().name = "nearness";
  return config.nearness_policies.back();
}

OverrideZone& Zone(Config& config, std::vector<std::string> prefixes) {
  PrefixOverride& override = config.prefix_overrides.emplace_back();
  override.name = absl::StrCat("o", config.prefix_overrides.size());
  override.zones.push_back({.prefixes = std::move(prefixes)});
  return override.zones.back();
}

TEST(ValidateNearnessTest, DefaultsAreValid) {
  Config config;
  Policy(config);
  EXPECT_THAT(Problems(config), IsEmpty());
}

TEST(ValidateNearnessTest, ThereIsOneLadderAndItDoesNotDescend) {
  Config config;
  Policy(config).delays.same_province_us = 5'000;
  Policy(config).delays.abroad_us_per_km = 5000;
  EXPECT_THAT(Problems(config),
              ElementsAre(HasSubstr("spec.delays.same_province_ms is 5 ms, less than same_city_ms"),
                          HasSubstr("name is a second NearnessPolicy"),
                          HasSubstr("spec.delays.abroad_us_per_km must be at most 1000")));
}

TEST(ValidateNearnessTest, GroupsHavePlacesOnceAndRowsNameGroups) {
  Config config;
  NearnessPolicy& policy = Policy(config);
  policy.region_groups = {{"south", {{"CN", "440000", "", ""}, {"CN", "440000", "", ""}}},
                          {"south", {{"CN", "", "", "chinatelecom"}}}};
  policy.isp_fallbacks = {{{"", "", "", "drpeng"}, "north", {{"chinaunicom", 10'000}}},
                          {{"", "440000", "", ""}, "", {}},
                          {{"", "", "", "drpeng"}, "north", {{"drpeng", 10'000}}}};
  EXPECT_THAT(Problems(config),
              ElementsAre(HasSubstr("spec.region_groups[0].places[1] is in a group already"),
                          HasSubstr("spec.region_groups[1].name is there twice"),
                          HasSubstr("spec.region_groups[1].places[0] takes a country"),
                          HasSubstr("spec.isp_fallbacks[0].group names group \"north\""),
                          HasSubstr("spec.isp_fallbacks[1].match.isp is empty"),
                          HasSubstr("spec.isp_fallbacks[1].match.country is empty"),
                          HasSubstr("spec.isp_fallbacks[1].next is empty"),
                          HasSubstr("spec.isp_fallbacks[2].group names group \"north\""),
                          HasSubstr("spec.isp_fallbacks[2].next[0].isp is the clients' own"),
                          HasSubstr("spec.isp_fallbacks[2] has the same clients")));
}

TEST(ValidateOverrideTest, PrefixesAreWholeAndThereOnce) {
  Config config;
  config.nodes.emplace_back().name = "gz";
  Zone(config, {"192.0.2.0/24", "192.0.2.1/24"}).nodes = {"gz"};
  Zone(config, {"198.51.100.0/24", "192.0.2.0/24"}).nodes = {"gz"};
  EXPECT_THAT(Problems(config), ElementsAre(HasSubstr("spec.prefixes[1] "),
                                            HasSubstr("spec.prefixes[1] is overridden already, at "
                                                      "PrefixOverride/o1: spec.prefixes[0]")));
}

TEST(ValidateOverrideTest, TargetsExist) {
  Config config;
  Zone(config, {"192.0.2.0/24"});
  Zone(config, {}).nodes = {"gone"};
  Zone(config, {"2001:db8::/32"}).cname = "a..b";
  config.prefix_overrides.back().cname_for = {"pull.live.example"};
  EXPECT_THAT(Problems(config),
              ElementsAre(HasSubstr("spec has no target"), HasSubstr("spec.prefixes is empty"),
                          HasSubstr("spec.nodes[0] names Node \"gone\""),
                          HasSubstr("spec.cname is not a domain name"),
                          HasSubstr("spec.cname_for[0] is no scheduled name")));
}

TEST(ValidateOverrideTest, MistakesInACoverageFileAreNamedByZoneAndKey) {
  Config config;
  OverrideZone& zone = Zone(config, {"192.0.2.0/33"});
  zone.zone = "group-01";
  zone.prefixes6 = {"2001:db8::1/32"};
  zone.location.country = "CN";
  EXPECT_THAT(Problems(config),
              ElementsAre(HasSubstr("spec.coverage.coverageZones.group-01.network[0] "),
                          HasSubstr("spec.coverage.coverageZones.group-01.network6[0] ")));
}

}  // namespace
}  // namespace nearcast::scheduler
