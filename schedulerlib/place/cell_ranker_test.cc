#include "schedulerlib/place/cell_ranker.h"

#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ipdb/prefix_table_builder.h"

namespace nearcast::scheduler {
namespace {

using Random = std::mt19937;

const char* const kProvinces[] = {"110000", "310000", "440000", "510000", "650000", ""};
const char* const kIsps[] = {"chinatelecom", "chinaunicom", "chinamobile", "cernet", "drpeng", ""};

ipdb::Location RandomPlace(Random& random) {
  if (random() % 20 == 0) return {};
  if (random() % 8 == 0) return {"US", random() % 2 == 0 ? "CA" : "NY", "", kIsps[random() % 6]};
  if (random() % 8 == 0) return {"SG", "", "", random() % 2 == 0 ? "singtel" : ""};
  const std::string province = kProvinces[random() % 6];
  const std::string city =
      random() % 4 == 0 ? "" : absl::StrCat(province.substr(0, 3), 1 + random() % 3, "00");
  return {"CN", province, city, kIsps[random() % 6]};
}

Standing RandomStanding(Random& random) {
  return static_cast<Standing>(random() % 10 < 7 ? 0 : random() % 5);
}

NearnessPolicy RandomPolicy(Random& random) {
  NearnessPolicy policy;
  if (random() % 2 == 0) return policy;
  policy.nearest_only = random() % 3 == 0;
  policy.delays.same_city_us = 1'000 + static_cast<int32_t>(random() % 9'000);
  policy.delays.far_km = 500 + static_cast<int32_t>(random() % 5'000);
  policy.region_groups = {{"south", {{"CN", "440000", "", ""}, {"SG", "", "", ""}}},
                          {"americas", {{"US", "", "", ""}}}};
  policy.isp_fallbacks = {{{"", "", "", "drpeng"}, "", {{"chinaunicom", 10'000}}},
                          {{"CN", "", "", "drpeng"}, "", {{"chinatelecom", 3'000}}},
                          {{"", "", "", "drpeng"}, "south", {{"chinamobile", 7'000}}},
                          {{"CN", "510000", "", "cernet"}, "", {{"chinamobile", 1'000}}}};
  return policy;
}

// A random world: networks, overrides, nodes in every state, measurements; in every other one nodes
// are switched off here and there.
struct World {
  explicit World(uint32_t seed, uint32_t nodes_max) : random(seed) {
    ipdb::PrefixTableBuilder builder;
    for (int i = 0; i < 150; ++i) {
      builder.Add(ipdb::BlockAround(ipdb::IpAddress::FromV4(random()), 12), RandomPlace(random));
    }
    const uint32_t count = 1 + random() % nodes_max;
    for (uint32_t i = 0; i < count; ++i) AddNode(NodeIndex(2 * i));
    AddOverrides(builder.Build());
    nearness = NearnessTable(RandomPolicy(random));
    AddDelays();
    if (seed % 2 == 0) AddOff();
    input = {.candidates = candidates,
             .clients = clients.get(),
             .nearness = &nearness,
             .measured = &measured,
             .off = off.sets.empty() ? nullptr : &off,
             .count = 16};
  }

  void AddNode(NodeIndex node) {
    Candidate& c = candidates.emplace_back();
    c.node = node;
    c.location = RandomPlace(random);
    if (c.location.country.empty()) c.location.country = "CN";
    if (random() % 5 == 0) c.announces = {kIsps[random() % 5]};
    if (random() % 8 == 0) c.announces = {"*"};
    c.standing = RandomStanding(random);
    c.load_penalty_us = static_cast<int32_t>(random() % 5) * 5000;
  }

  NodeIndex RandomNode() { return candidates[random() % candidates.size()].node; }

  void AddOverrides(ipdb::PrefixTable places) {
    std::vector<ClientOverride> overrides;
    for (int i = 0; i < 6; ++i) {
      ClientOverride& override = overrides.emplace_back();
      override.prefixes = {ipdb::BlockAround(ipdb::IpAddress::FromV4(random()), 3 + i)};
      if (random() % 2 == 0) override.location = RandomPlace(random);
      for (uint32_t n = random() % 4; n > 0; --n) override.nodes.push_back(RandomNode());
      override.nodes.push_back(NodeIndex(77'777));  // of another CDN
    }
    clients = std::make_unique<ClientTable>(
        std::make_shared<const ipdb::PrefixTable>(std::move(places)), std::move(overrides));
  }

  void AddDelays() {
    std::vector<MeasuredDelay> delays;
    for (uint32_t i = random() % 60; i > 0; --i) {
      delays.push_back({std::to_string(RandomNode().value()), RandomPlace(random),
                        static_cast<int32_t>(random() % 80'000)});
    }
    measured = MeasuredTable(delays, [](absl::string_view name) {
      return static_cast<uint32_t>(std::stoi(std::string(name)));
    });
  }

  void AddOff() {
    off.sets = {{}, {.all = true}};
    for (int i = 0; i < 4; ++i) {
      std::set<NodeIndex> nodes = {NodeIndex(77'777)};  // of another CDN
      for (uint32_t n = 1 + random() % 30; n > 0; --n) nodes.insert(RandomNode());
      off.sets.push_back({.nodes = {nodes.begin(), nodes.end()}});
    }
    for (size_t cell = 0; cell < clients->cell_count(); ++cell) {
      off.set_of_cell.push_back(random() % 3 == 0 ? 0 : random() % off.sets.size());
    }
  }

  // By the definition.
  CellRanking Expected(uint32_t cell) const {
    const ipdb::Location& place = clients->location(ipdb::CellId(cell));
    RankingTerms terms;
    terms.nearness = &nearness;
    terms.measured = measured.Find(place);
    const ClientOverride* override = clients->override_of(ipdb::CellId(cell));
    if (override != nullptr) terms.pinned = override->nodes;
    if (input.off != nullptr) terms.off = &off.Of(cell);
    return RankBest(place, input.candidates, 16, terms);
  }

  void ExpectRight(const CellRankings& rankings) const {
    for (uint32_t cell = 0; cell < clients->cell_count(); ++cell) {
      ASSERT_EQ(rankings[cell], Expected(cell)) << clients->location(ipdb::CellId(cell));
    }
  }

  Random random;
  std::vector<Candidate> candidates;
  std::unique_ptr<const ClientTable> clients;
  NearnessTable nearness;
  MeasuredTable measured;
  OffTable off;
  CellRankerInput input;
};

class CellRankerOracle : public ::testing::TestWithParam<uint32_t> {};

TEST_P(CellRankerOracle, RanksEveryCellAsTheDefinitionDoes) {
  const World world(GetParam(), GetParam() % 3 == 0 ? 300 : 40);
  world.ExpectRight(RankCells(world.input));
}

TEST_P(CellRankerOracle, RankingAgainEqualsRankingAnewAndKeepsWhatIsNotConcerned) {
  World world(GetParam() + 1000, GetParam() % 3 == 0 ? 300 : 40);
  CellRankings rankings = RankCells(world.input);
  for (int round = 0; round < 5; ++round) {
    std::set<NodeIndex> changed;
    for (int i = 0; i < 2; ++i) {
      Candidate& c = world.input.candidates[world.random() % world.input.candidates.size()];
      c.standing = RandomStanding(world.random);
      c.load_penalty_us = static_cast<int32_t>(world.random() % 5) * 5000;
      changed.insert(c.node);
    }
    rankings = RankCellsAgain(world.input, rankings, {changed.begin(), changed.end()});
    world.ExpectRight(rankings);
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Worlds, CellRankerOracle, ::testing::Range(1u, 31u));

TEST(CellRankerTest, ANodeThatIsFarFromAllStandsNobodyAnew) {
  World world(3, 1);
  world.input.measured = nullptr;
  world.input.candidates.clear();
  for (uint32_t i = 0; i < 40; ++i) {
    world.input.candidates.push_back(
        {NodeIndex(i), {"CN", "440000", "440100", "chinatelecom"}, {}, Standing::kUsable, 0});
  }
  world.input.candidates.push_back(
      {NodeIndex(40), {"US", "CA", "", "comcast"}, {}, Standing::kDown, 0});
  const CellRankings before = RankCells(world.input);
  world.input.candidates.back().load_penalty_us = 20'000;
  const CellRankings after = RankCellsAgain(world.input, before, {NodeIndex(40)});
  for (uint32_t i = 0; i < before.class_count(); ++i) {
    EXPECT_EQ(after.of_class(i), before.of_class(i));
  }
}

}  // namespace
}  // namespace nearcast::scheduler
