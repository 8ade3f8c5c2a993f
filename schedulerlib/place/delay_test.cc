#include "schedulerlib/place/delay.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "schedulerlib/place/geography.h"

namespace nearcast::scheduler {
namespace {

const ipdb::Location kShenzhenTelecom{"CN", "440000", "440300", "chinatelecom"};
const ipdb::Location kGuangzhouTelecom{"CN", "440000", "440100", "chinatelecom"};
const ipdb::Location kGuangzhouUnicom{"CN", "440000", "440100", "chinaunicom"};
const ipdb::Location kBeijingTelecom{"CN", "110000", "110100", "chinatelecom"};
const ipdb::Location kHarbinTelecom{"CN", "230000", "230100", "chinatelecom"};
const ipdb::Location kBeijingUnicom{"CN", "110000", "110100", "chinaunicom"};
const ipdb::Location kTokyo{"JP", "", "", "ntt"};
const ipdb::Location kNowhere;

struct Row {
  const char* name;
  ipdb::Location client;
  ipdb::Location node;
  std::vector<std::string> announces;
  Rung rung;
  int least_ms;
  int most_ms;
};

TEST(DelayTest, FollowsTheTableOfTheSeed) {
  const Row rows[] = {
      {"same city and ISP", kGuangzhouTelecom, kGuangzhouTelecom, {}, Rung::kSameCityIsp, 10, 10},
      {"same province and ISP",
       kShenzhenTelecom,
       kGuangzhouTelecom,
       {},
       Rung::kSameProvinceIsp,
       15,
       15},
      {"other province, same ISP", kGuangzhouTelecom, kBeijingTelecom, {}, Rung::kSameIsp, 25, 50},
      {"the far end of the country", kGuangzhouTelecom, kHarbinTelecom, {}, Rung::kSameIsp, 40, 50},
      {"across ISPs in one city",
       kGuangzhouTelecom,
       kGuangzhouUnicom,
       {},
       Rung::kAcrossIsps,
       50,
       50},
      {"across ISPs and provinces",
       kGuangzhouTelecom,
       kBeijingUnicom,
       {},
       Rung::kAcrossIsps,
       60,
       100},
      {"a BGP node pays no ISP penalty",
       kGuangzhouTelecom,
       kGuangzhouUnicom,
       {"chinatelecom"},
       Rung::kSameCityIsp,
       10,
       10},
      {"a BGP node for all", kGuangzhouTelecom, kBeijingUnicom, {"*"}, Rung::kSameIsp, 25, 50},
      {"a BGP node for others",
       kGuangzhouTelecom,
       kGuangzhouUnicom,
       {"chinamobile"},
       Rung::kAcrossIsps,
       50,
       50},
      {"another country", kTokyo, kBeijingTelecom, {}, Rung::kAbroad, 60, 110},
      {"unknown client", kNowhere, kBeijingTelecom, {}, Rung::kUnknownClient, 100, 100},
  };
  for (const Row& row : rows) {
    const Delay delay = EstimateDelay(row.client, row.node, row.announces);
    EXPECT_EQ(RungName(delay.rung), RungName(row.rung)) << row.name;
    EXPECT_GE(delay.us, row.least_ms * 1000) << row.name;
    EXPECT_LE(delay.us, row.most_ms * 1000) << row.name;
  }
}

TEST(DelayTest, GrowsWithDistance) {
  EXPECT_LT(EstimateDelay(kGuangzhouTelecom, kBeijingTelecom, {}).us,
            EstimateDelay(kGuangzhouTelecom, kHarbinTelecom, {}).us);
}

TEST(GeographyTest, DistancesAreThoseOfTheMap) {
  const double km =
      DistanceKm(*FindCoordinates(kGuangzhouTelecom), *FindCoordinates(kBeijingTelecom));
  EXPECT_NEAR(km, 1890, 30);
  EXPECT_EQ(DistanceKm(*FindCoordinates(kTokyo), *FindCoordinates(kTokyo)), 0);
  EXPECT_FALSE(FindCoordinates(kNowhere).has_value());
  EXPECT_TRUE(FindCoordinates({"CN", "", "", ""}).has_value());
  for (const char* edge : {"AE", "ZW"})
    EXPECT_TRUE(FindCoordinates({edge, "", "", ""}).has_value());
}

TEST(NearnessTableTest, RowsAreChosenByRegionThenGroupThenCountry) {
  NearnessPolicy policy;
  policy.region_groups = {{"south", {{"CN", "440000", "", ""}, {"HK", "", "", ""}}}};
  policy.isp_fallbacks = {{{"", "", "", "drpeng"}, "", {{"everywhere", 1}}},
                          {{"CN", "", "", "drpeng"}, "", {{"country", 1}}},
                          {{"", "", "", "drpeng"}, "south", {{"group", 1}}},
                          {{"CN", "440000", "", "cernet"}, "", {{"region", 1}}},
                          {{"", "", "", "cernet"}, "south", {{"group", 1}}}};
  const NearnessTable table(policy);
  const auto row = [&table](const ipdb::Location& client) {
    const IspFallback* found = table.FallbackFor(client);
    return found == nullptr ? "none" : found->next[0].isp;
  };
  EXPECT_EQ(row({"US", "CA", "", "drpeng"}), "everywhere");
  EXPECT_EQ(row({"CN", "110000", "", "drpeng"}), "country");
  EXPECT_EQ(row({"CN", "440000", "440100", "drpeng"}), "group");
  EXPECT_EQ(row({"HK", "KC", "", "drpeng"}), "group");
  EXPECT_EQ(row({"CN", "440000", "", "cernet"}), "region");
  EXPECT_EQ(row({"CN", "110000", "", "cernet"}), "none");
  EXPECT_EQ(row({"CN", "440000", "", ""}), "none");
}

TEST(EstimateDelayTest, PoliciesSetTheLadderGroupsAndFallbackRows) {
  NearnessPolicy policy;
  policy.delays.same_city_us = 4'000;
  policy.region_groups = {{"south", {{"CN", "440000", "", ""}, {"HK", "", "", ""}}}};
  policy.isp_fallbacks = {{{"", "", "", "drpeng"}, "", {{"chinaunicom", 7'000}}}};
  const NearnessTable table(policy);
  const ipdb::Location guangzhou{"CN", "440000", "440100", "chinatelecom"};
  const ipdb::Location peng{"CN", "440000", "440100", "drpeng"};
  const ipdb::Location unicom{"CN", "440000", "440100", "chinaunicom"};
  const auto told = [&table](const ipdb::Location& client, const ipdb::Location& node) {
    const Delay delay = EstimateDelay(client, node, {}, table);
    return std::pair(std::string(RungName(delay.rung)), delay.us);
  };
  EXPECT_EQ(told(guangzhou, guangzhou), std::pair(std::string("same-city-isp"), 4'000));
  EXPECT_EQ(told({"HK", "", "", "chinatelecom"}, guangzhou),
            std::pair(std::string("same-group-isp"), 20'000));
  EXPECT_EQ(told({"HK", "", "", "hkt"}, guangzhou), std::pair(std::string("across-isps"), 50'000));
  EXPECT_EQ(told(peng, unicom), std::pair(std::string("fallback-isp"), 11'000));
  EXPECT_EQ(told(peng, guangzhou), std::pair(std::string("across-isps"), 50'000));
  EXPECT_EQ(told(unicom, peng), std::pair(std::string("across-isps"), 50'000));
}

}  // namespace
}  // namespace nearcast::scheduler
