#include "schedulerlib/place/delay.h"

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

}  // namespace
}  // namespace nearcast::scheduler
