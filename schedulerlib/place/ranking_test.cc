#include "schedulerlib/place/ranking.h"

#include <algorithm>
#include <random>

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

const char* const kProvinces[] = {"110000", "310000", "440000", "510000", "650000"};
const char* const kIsps[] = {"chinatelecom", "chinaunicom", "chinamobile"};

ipdb::Location RandomPlace(std::mt19937& random) {
  if (random() % 12 == 0) return {};
  if (random() % 12 == 0) return {"SG", "", "", "singtel"};
  const std::string province = kProvinces[random() % 5];
  const std::string city = province.substr(0, 3) + std::to_string(1 + random() % 2) + "00";
  return {"CN", province, city, kIsps[random() % 3]};
}

std::vector<Candidate> RandomCandidates(std::mt19937& random, uint32_t count) {
  std::vector<Candidate> candidates;
  for (uint32_t i = 0; i < count; ++i) {
    Candidate c;
    c.node = NodeIndex(i);
    c.location = RandomPlace(random);
    if (random() % 5 == 0) c.announces = {kIsps[random() % 3]};
    if (random() % 8 == 0) c.announces = {"*"};
    c.standing = static_cast<Standing>(random() % 10 < 7 ? 0 : random() % 4);
    c.load_penalty_us = static_cast<int32_t>(random() % 5) * 5000;
    candidates.push_back(c);
  }
  std::shuffle(candidates.begin(), candidates.end(), random);
  return candidates;
}

// The definition, without sorting: `a` is before `b` when it stands better, or as well and cheaper,
// or as cheap on a nearer rung, or equal and first.
bool Before(const ipdb::Location& client, const Candidate& a, const Candidate& b) {
  const auto cost = [&client](const Candidate& c) {
    return EstimateDelay(client, c.location, c.announces).us + c.load_penalty_us;
  };
  if (a.standing != b.standing) return a.standing < b.standing;
  if (cost(a) != cost(b)) return cost(a) < cost(b);
  const auto rung = [&client](const Candidate& c) {
    return EstimateDelay(client, c.location, c.announces).rung;
  };
  if (rung(a) != rung(b)) return rung(a) < rung(b);
  return a.node < b.node;
}

TEST(RankingTest, AgreesWithTheDefinitionOnRandomTopologies) {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    const auto candidates = RandomCandidates(random, 1 + random() % 30);
    const ipdb::Location client = RandomPlace(random);
    const auto ranking = Rank(client, candidates);
    ASSERT_EQ(ranking.size(), candidates.size());
    for (const Candidate& c : candidates) {
      const auto place =
          std::count_if(candidates.begin(), candidates.end(),
                        [&](const Candidate& other) { return Before(client, other, c); });
      ASSERT_EQ(ranking[place].node, c.node) << "round " << round;
    }
  }
}

TEST(RankingTest, ClientOfAnIspWithAUsableNodeInChinaGetsThatIspOrABgpNode) {
  std::mt19937 random(11);
  for (int round = 0; round < 500; ++round) {
    auto candidates = RandomCandidates(random, 20);
    for (Candidate& c : candidates) c.load_penalty_us = 0;
    const ipdb::Location client{"CN", "440000", "440100", "chinatelecom"};
    const auto serves = [&client](const Candidate& c) {
      const auto& isps = c.announces;
      return c.location.country == "CN" && (c.location.isp == client.isp ||
                                            std::count(isps.begin(), isps.end(), client.isp) > 0 ||
                                            std::count(isps.begin(), isps.end(), "*") > 0);
    };
    const bool possible = std::any_of(
        candidates.begin(), candidates.end(),
        [&](const Candidate& c) { return c.standing == Standing::kUsable && serves(c); });
    if (!possible) continue;
    const NodeIndex best = Rank(client, candidates).front().node;
    const auto chosen = std::find_if(candidates.begin(), candidates.end(),
                                     [best](const Candidate& c) { return c.node == best; });
    EXPECT_TRUE(serves(*chosen)) << "round " << round;
  }
}

TEST(RankingTest, StandingComesFromReportsAdminStateAndLoad) {
  Node node;
  node.capacity_mbps = 100;
  const NodeLive up{.health = Health::kUp};
  EXPECT_EQ(StandingOf(node, up), Standing::kUsable);
  EXPECT_EQ(StandingOf(node, NodeLive()), Standing::kUsable);
  EXPECT_EQ(StandingOf(node, {.health = Health::kDown}), Standing::kDown);
  EXPECT_EQ(StandingOf(node, {.health = Health::kUp, .out_bits_per_s = 95e6}), Standing::kFull);
  node.admin_state = AdminState::kDrained;
  EXPECT_EQ(StandingOf(node, up), Standing::kDrained);
  EXPECT_EQ(StandingOf(node, {.health = Health::kDown}), Standing::kDown);
  node.health = HealthSource::kAlwaysUp;
  EXPECT_EQ(StandingOf(node, {.health = Health::kDown}), Standing::kDrained);
  EXPECT_EQ(StandingOf(node, {.health = Health::kUp, .checks = Health::kDown}), Standing::kDown);
  EXPECT_EQ(StandingOf(node, {.checks = Health::kUp}), Standing::kDrained);
}

TEST(RankingTest, LoadPenaltyGrowsInStepsFromHalfOfTheCapacity) {
  Node node;
  EXPECT_EQ(LoadPenaltyUs(node, {.out_bits_per_s = 1e12}), 0);
  node.capacity_mbps = 100;
  EXPECT_EQ(LoadPenaltyUs(node, {.out_bits_per_s = 50e6}), 0);
  EXPECT_EQ(LoadPenaltyUs(node, {.out_bits_per_s = 62e6}), 5000);
  EXPECT_EQ(LoadPenaltyUs(node, {.out_bits_per_s = 95.1e6}), 20000);
  EXPECT_EQ(LoadPenaltyUs(node, {.out_bits_per_s = 1e9}), 20000);
}

TEST(RankingTest, OwnIspAtTheEndOfTheCountryGoesBeforeAnotherIspNextDoor) {
  const ipdb::Location client{"CN", "230000", "230100", "chinatelecom"};
  Candidate next_door;
  next_door.node = NodeIndex(0);
  next_door.location = {"CN", "230000", "230100", "chinaunicom"};
  Candidate lhasa;
  lhasa.node = NodeIndex(1);
  lhasa.location = {"CN", "540000", "540100", "chinatelecom"};
  const auto ranking = Rank(client, {next_door, lhasa});
  EXPECT_EQ(ranking[0].cost_us, ranking[1].cost_us);
  EXPECT_EQ(ranking[0].node, lhasa.node);
  EXPECT_EQ(EquallyNear(ranking), 1u);
}

TEST(RankingTest, TheBestAreAllEquallyNearOnesAndTheNextUpToTheCount) {
  std::mt19937 random(13);
  for (int round = 0; round < 200; ++round) {
    const auto candidates = RandomCandidates(random, 40);
    const ipdb::Location client = RandomPlace(random);
    const auto all = Rank(client, candidates);
    const auto best = RankBest(client, candidates, 3);
    ASSERT_EQ(best.size(), std::max<size_t>(3, EquallyNear(all)));
    for (size_t i = 0; i < best.size(); ++i) ASSERT_EQ(best[i].node, all[i].node);
  }
}

TEST(RankingTest, OnlyNodesOfTheSameStandingCountAsEquallyNear) {
  std::vector<Ranked> ranking(3);
  ranking[1].cost_us = kEqualCostUs;
  ranking[2].cost_us = kEqualCostUs + 1;
  EXPECT_EQ(EquallyNear(ranking), 2u);
  ranking[1].standing = Standing::kDrained;
  EXPECT_EQ(EquallyNear(ranking), 1u);
  EXPECT_EQ(EquallyNear({}), 0u);
}

}  // namespace
}  // namespace nearcast::scheduler
