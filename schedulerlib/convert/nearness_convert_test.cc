#include "schedulerlib/convert/nearness_convert.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/yaml/resource_reader.h"
#include "schedulerlib/config/validate.h"
#include "schedulerlib/convert/config_convert.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Applied {
  Config config;
  std::vector<std::string> problems;  // "LINE: path: message"
};

// As `nearcastctl apply -f` does it: read, convert, validate, find the line.
Applied Apply(const std::string& yaml) {
  const yaml::ResourceText text{"file.yaml", yaml};
  const auto sources = yaml::ParseResources(std::vector{text});
  Applied applied;
  if (!sources.ok()) {
    applied.problems.push_back(std::string(sources.status().message()));
    return applied;
  }
  std::vector<v1::Resource> resources;
  for (const yaml::ResourceSource& source : *sources) resources.push_back(source.resource);
  ConvertedConfig converted = ConvertConfig(resources, 1);
  std::vector<Problem> problems = converted.problems;
  for (const Problem& problem : Validate(converted.config)) problems.push_back(problem);
  for (const Problem& problem : problems) {
    for (const yaml::ResourceSource& source : *sources) {
      if (source.resource.name() != problem.name) continue;
      applied.problems.push_back(absl::StrCat(source.FindPosition(problem.path).line, ": ",
                                              problem.path, ": ", problem.message));
    }
  }
  applied.config = converted.config;
  return applied;
}

TEST(NearnessConvertTest, WhatIsLeftOutHasItsDefault) {
  const Applied applied = Apply(R"(kind: NearnessPolicy
name: nearness
spec:
  delays: {same_city_ms: 8, far_km: 3000}
  region_groups:
  - name: south
    places: [{country: CN, region: "440000"}, {country: CN, region: "450000"}]
  isp_fallbacks:
  - match: {isp: drpeng}
    next: [{isp: chinaunicom}, {isp: chinatelecom}, {isp: cernet, extra_ms: 45}]
)");
  EXPECT_THAT(applied.problems, IsEmpty());
  const NearnessPolicy& policy = applied.config.nearness_policies.at(0);
  EXPECT_EQ(policy.delays.same_city_us, 8'000);
  EXPECT_EQ(policy.delays.same_province_us, 15'000);
  EXPECT_EQ(policy.delays.far_km, 3000);
  EXPECT_EQ(policy.region_groups.at(0).places.at(1).region, "450000");
  const std::vector<IspNext>& next = policy.isp_fallbacks.at(0).next;
  EXPECT_EQ(next.at(0).extra_us, 10'000);
  EXPECT_EQ(next.at(1).extra_us, 20'000);
  EXPECT_EQ(next.at(2).extra_us, 45'000);
}

// The file's JSON as it stands, tabs and all, below one key.
constexpr const char* kCoverage = R"(kind: PrefixOverride
name: czf
spec:
  zones:
    cache-group-01: {location: {country: CN, region: "440000", isp: chinatelecom}}
    cache-group-02: {cname: pull.vendor.example}
  coverage:
    {
      "revision": "Mon Dec 21 15:04:01 MST 2015",
      "customerName": "Kabletown",
      "coverageZones": {
        "cache-group-01": {
          "coordinates": { "latitude": 23.1, "longitude": 113.2 },
          "network6": [ "1234:5678::/64", "1234:5679::/64" ],
          "network": [ "192.168.8.0/24", "192.168.9.0/24" ]
        },
        "cache-group-02": {
          "network6": [ "1234:567a::/64" ],
          "network": [ "192.168.4.0/24" ]
        }
      }
    }
)";

TEST(NearnessConvertTest, CoverageZoneFilesAreReadAsTheyAre) {
  const Applied applied = Apply(kCoverage);
  EXPECT_THAT(applied.problems, IsEmpty());
  const std::vector<OverrideZone>& zones = applied.config.prefix_overrides.at(0).zones;
  ASSERT_EQ(zones.size(), 2u);
  EXPECT_EQ(zones[0].zone, "cache-group-01");
  EXPECT_THAT(zones[0].prefixes, ElementsAre("192.168.8.0/24", "192.168.9.0/24"));
  EXPECT_THAT(zones[0].prefixes6, ElementsAre("1234:5678::/64", "1234:5679::/64"));
  EXPECT_EQ(zones[0].location.region, "440000");
  EXPECT_EQ(zones[1].cname, "pull.vendor.example");
}

TEST(NearnessConvertTest, MistakesInACoverageZoneFileAreNamedByLineAndKey) {
  std::string yaml = kCoverage;
  const auto replace = [&yaml](const std::string& from, const std::string& to) {
    yaml.replace(yaml.find(from), from.size(), to);
  };
  replace("192.168.9.0/24", "192.168.9.0/33");
  replace("192.168.4.0/24", "192.168.8.0/24");
  replace("cache-group-02: {cname", "cache-group-03: {cname");
  EXPECT_THAT(
      Apply(yaml).problems,
      ElementsAre(HasSubstr("17: spec.coverage.coverageZones.cache-group-02: has no target"),
                  HasSubstr("6: spec.zones.cache-group-03: is no zone of spec.coverage"),
                  HasSubstr("15: spec.coverage.coverageZones.cache-group-01.network[1]: "),
                  HasSubstr("19: spec.coverage.coverageZones.cache-group-02.network[0]: is "
                            "overridden already, at PrefixOverride/czf: "
                            "spec.coverage.coverageZones.cache-group-01.network[0]")));
  std::string misspelt = kCoverage;
  misspelt.replace(misspelt.find("\"network\""), 9, "\"netwrok\"");
  EXPECT_THAT(Apply(misspelt).problems,
              ElementsAre(HasSubstr("file.yaml:15:11: unknown field \"netwrok\" in Zone; did you "
                                    "mean \"network\"?")));
}

TEST(NearnessConvertTest, DeepCoverageZonesAnswerTheirCaches) {
  const Applied applied = Apply(R"(kind: PrefixOverride
name: deep
spec:
  coverage: {"deepCoverageZones": {"room-7": {"network": ["10.7.0.0/16"], "caches": ["edge-1"]}}}
)");
  EXPECT_THAT(applied.problems,
              ElementsAre(HasSubstr(
                  "4: spec.coverage.deepCoverageZones.room-7.caches[0]: names Node \"edge-1\"")));
  EXPECT_THAT(applied.config.prefix_overrides.at(0).zones.at(0).nodes, ElementsAre("edge-1"));
}

}  // namespace
}  // namespace nearcast::scheduler
