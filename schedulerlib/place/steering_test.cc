#include "schedulerlib/place/steering.h"

#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ipdb/prefix_table_builder.h"
#include "schedulerlib/place/rendezvous.h"
#include "schedulerlib/place/steering_builder.h"

namespace nearcast::scheduler {
namespace {

NodeTraits TraitsOfNode(NodeIndex node) {
  return {.hash = StableHash(std::to_string(node.value()))};
}

// One class a cell.
CellRankings RankingsOf(const std::vector<std::vector<Ranked>>& of_cell) {
  std::vector<std::shared_ptr<const CellRanking>> classes;
  auto class_of_cell = std::make_shared<std::vector<uint32_t>>();
  for (const CellRanking& ranking : of_cell) {
    class_of_cell->push_back(static_cast<uint32_t>(classes.size()));
    classes.push_back(std::make_shared<const CellRanking>(ranking));
  }
  return CellRankings(std::move(classes), std::move(class_of_cell));
}

std::vector<Ranked> Ranking(const std::vector<std::pair<int32_t, Standing>>& costs) {
  std::vector<Ranked> ranking;
  for (const auto& [cost_us, standing] : costs) {
    ranking.push_back({.node = NodeIndex(static_cast<uint32_t>(ranking.size())),
                       .standing = standing,
                       .cost_us = cost_us});
  }
  return ranking;
}

std::shared_ptr<const SteeringMap> WithRuns(const ClientTable& clients,
                                            std::shared_ptr<SteeringMap> map) {
  SteeringMap* const maps[] = {map.get()};
  AddRuns(clients, {}, RunInTurn, maps);
  return map;
}

TEST(ChooseNodesTest, NearestFirstThenTheNextUpToTheLimit) {
  const auto ranking =
      Ranking({{10000, Standing::kUsable}, {30000, Standing::kUsable}, {60000, Standing::kUsable}});
  const std::vector<NodeIndex> expected = {NodeIndex(0), NodeIndex(1)};
  EXPECT_EQ(ChooseNodes(ranking, TraitsOfNode, 1, 2), expected);
}

TEST(ChooseNodesTest, WorseStandingServesOnlyWhenNothingElseIsLeft) {
  EXPECT_EQ(ChooseNodes(Ranking({{90000, Standing::kUsable}, {10000, Standing::kDrained}}),
                        TraitsOfNode, 1, 4)
                .size(),
            1u);
  EXPECT_EQ(
      ChooseNodes(Ranking({{10000, Standing::kDown}, {20000, Standing::kDown}}), TraitsOfNode, 1, 4)
          .size(),
      2u);
  EXPECT_TRUE(ChooseNodes({}, TraitsOfNode, 1, 4).empty());
}

TEST(ChooseNodesTest, KeysSpreadEvenlyOverEquallyNearNodes) {
  const auto ranking = Ranking({{10000, Standing::kUsable},
                                {12000, Standing::kUsable},
                                {15000, Standing::kUsable},
                                {15001, Standing::kUsable}});
  std::map<uint32_t, int> first;
  for (uint64_t key = 0; key < 30000; ++key)
    ++first[ChooseNodes(ranking, TraitsOfNode, key, 1)[0].value()];
  for (uint32_t node = 0; node < 3; ++node) EXPECT_NEAR(first[node], 10000, 400) << node;
  EXPECT_EQ(first.count(3), 0u);
}

// Random cells over random networks: each address must get its cell's answer, and the scope must be
// the longest block around it in which every address does.
TEST(SteeringMapTest, ScopeIsTheShortestPrefixWithTheSameAnswer) {
  std::mt19937 random(3);
  ipdb::PrefixTableBuilder builder;
  const uint32_t base = 0x0a000000;
  for (int i = 0; i < 400; ++i) {
    const int length = 18 + static_cast<int>(random() % 13);
    const uint32_t start = (base | (random() & 0xffff)) & (~uint32_t{0} << (32 - length));
    const std::string region = std::to_string(random() % 6);
    const std::string prefix = absl::StrCat(ipdb::IpAddress::FromV4(start).ToString(), "/", length);
    builder.Add(*ipdb::ParseIpPrefix(prefix), {.country = "CN", .region = region});
  }
  const ipdb::PrefixTable places = builder.Build();
  std::vector<std::vector<Ranked>> ranking_of_cell;
  for (uint32_t cell = 0; cell < places.cell_count(); ++cell) {
    ranking_of_cell.push_back(Ranking({{10000, Standing::kUsable}, {30000, Standing::kUsable}}));
    if (cell % 2 == 0) std::swap(ranking_of_cell.back()[0].node, ranking_of_cell.back()[1].node);
  }
  std::vector<Endpoint> nodes(2);
  nodes[0].addresses = {*ipdb::ParseIpAddress("192.0.2.1")};
  nodes[1].addresses = {*ipdb::ParseIpAddress("192.0.2.2"), *ipdb::ParseIpAddress("2001:db8::2")};
  const std::vector<const Endpoint*> endpoints = {&nodes[0], &nodes[1]};
  CompiledName name;
  const CellRankings rankings = RankingsOf(ranking_of_cell);
  const ClientTable clients(std::make_shared<const ipdb::PrefixTable>(places));
  SteeringMemo memo(&clients, endpoints, AddressesDiffer(endpoints));
  name.steering = WithRuns(
      clients, BuildSteeringMap({.ranking_v4 = &rankings, .ranking_v6 = &rankings, .memo = &memo},
                                {.answers_max = 1}));
  ASSERT_EQ(name.steering->answers.size(), 2u);

  const auto answer_at = [&](uint32_t address) {
    const auto cell = places.Find(ipdb::IpAddress::FromV4(address)).cell;
    const AnswerGroup group = name.steering->groups[name.steering->group_of_cell[cell.value()]];
    return &name.steering->answers[name.steering->slots[group.first]];
  };
  for (int i = 0; i < 300; ++i) {
    const uint32_t address = base | (random() & 0xffff);
    const NameDecision decision = DecideName(name, {.client = ipdb::IpAddress::FromV4(address)});
    ASSERT_EQ(decision.answer, answer_at(address));
    const int scope = decision.scope_bits;
    const auto uniform = [&](int bits) {
      const uint32_t first = bits == 0 ? 0 : address & (~uint32_t{0} << (32 - bits));
      for (uint64_t a = first; a < uint64_t{first} + (uint64_t{1} << (32 - bits)); ++a) {
        if (answer_at(static_cast<uint32_t>(a)) != decision.answer) return false;
      }
      return true;
    };
    if (scope < 15) continue;  // blocks beyond the random networks take too long to walk through
    EXPECT_TRUE(uniform(scope));
    EXPECT_FALSE(uniform(scope - 1));
  }
}

TEST(ChooseNodesTest, LeadersFollowTheWeights) {
  const auto ranking = Ranking({{10000, Standing::kUsable}, {11000, Standing::kUsable}});
  const auto traits_of = [](NodeIndex node) {
    NodeTraits traits = TraitsOfNode(node);
    traits.weight = node.value() == 0 ? 300 : 100;
    return traits;
  };
  int first = 0;
  for (uint64_t key = 0; key < 20000; ++key) {
    first += ChooseNodes(ranking, traits_of, MixHash(1, key), 1)[0].value() == 0 ? 1 : 0;
  }
  EXPECT_NEAR(first / 20000.0, 0.75, 0.01);
}

TEST(ChooseNodesTest, DiverseSecondStandsElsewhereWhenThatIsNotMuchFarther) {
  const ipdb::Location gz{"CN", "440000", "440100", "chinatelecom"};
  const ipdb::Location sz{"CN", "440000", "440300", "chinatelecom"};
  const auto traits_of = [&](NodeIndex node) {
    NodeTraits traits = TraitsOfNode(node);
    traits.location = node.value() < 2 ? &gz : &sz;
    return traits;
  };
  const auto near =
      Ranking({{10000, Standing::kUsable}, {10000, Standing::kUsable}, {30000, Standing::kUsable}});
  EXPECT_EQ(ChooseNodes(near, traits_of, 1, 2, Diversity::kDiverse)[1], NodeIndex(2));
  EXPECT_NE(ChooseNodes(near, traits_of, 1, 2)[1], NodeIndex(2));
  const auto far =
      Ranking({{10000, Standing::kUsable}, {10000, Standing::kUsable}, {30001, Standing::kUsable}});
  EXPECT_NE(ChooseNodes(far, traits_of, 1, 2, Diversity::kDiverse)[1], NodeIndex(2));
}

// One network in one cell, and the unknown rest; two equally near nodes, both with IPv4 alone.
class SteeringPolicyTest : public testing::Test {
 protected:
  SteeringPolicyTest() {
    ipdb::PrefixTableBuilder builder;
    builder.Add(*ipdb::ParseIpPrefix("10.0.0.0/8"), {.country = "CN", .region = "440000"});
    places_ = builder.Build();
    nodes_[0].hash = StableHash("a");
    nodes_[0].addresses = {*ipdb::ParseIpAddress("192.0.2.1")};
    nodes_[1].hash = StableHash("b");
    nodes_[1].addresses = {*ipdb::ParseIpAddress("192.0.2.2")};
    rankings_.assign(places_.cell_count(),
                     Ranking({{10000, Standing::kUsable}, {10000, Standing::kUsable}}));
  }

  void Build(SteeringPolicy policy) {
    const CellRankings v4 = RankingsOf(rankings_);
    const CellRankings v6 = RankingsOf(none_);
    const ClientTable clients(std::make_shared<const ipdb::PrefixTable>(places_));
    SteeringMemo memo(&clients, endpoints_, AddressesDiffer(endpoints_));
    name_.steering = WithRuns(
        clients, BuildSteeringMap({.ranking_v4 = &v4, .ranking_v6 = &v6, .memo = &memo}, policy));
  }

  NameDecision Ask(const std::string& client, absl::string_view stream = "") {
    return DecideName(name_, {.client = *ipdb::ParseIpAddress(client), .stream = stream});
  }

  ipdb::PrefixTable places_;
  std::vector<Endpoint> nodes_ = std::vector<Endpoint>(2);
  const std::vector<const Endpoint*> endpoints_ = {&nodes_[0], &nodes_[1]};
  std::vector<CellRanking> rankings_;
  std::vector<CellRanking> none_ = std::vector<CellRanking>(2);
  CompiledName name_;
};

TEST_F(SteeringPolicyTest, ByClientSpreadsNetworksAndWidensTheScopeToWhatIsHashed) {
  Build({.answers_max = 1, .spread = Spread::kClient});
  int first = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string net = absl::StrCat("10.", i / 250, ".", i % 250, ".");
    const NameDecision decision = Ask(absl::StrCat(net, "1"));
    ASSERT_EQ(decision.answer, Ask(absl::StrCat(net, "200")).answer);
    ASSERT_EQ(decision.scope_bits, 24);
    first += decision.answer->nodes[0] == NodeIndex(0) ? 1 : 0;
  }
  EXPECT_NEAR(first / 4000.0, 0.5, 0.08);
}

TEST_F(SteeringPolicyTest, ByStreamOneStreamMeetsAtOneNodeWhateverItsCase) {
  Build({.answers_max = 1, .spread = Spread::kStream});
  int first = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::string stream = absl::StrCat("Stream-", i);
    const NameDecision decision = Ask("10.1.2.3", stream);
    ASSERT_EQ(decision.answer, Ask("10.200.0.1", absl::StrCat("sTREAM-", i)).answer);
    ASSERT_LE(decision.scope_bits, 8);
    first += decision.answer->nodes[0] == NodeIndex(0) ? 1 : 0;
  }
  EXPECT_NEAR(first / 2000.0, 0.5, 0.08);
}

TEST_F(SteeringPolicyTest, SharesByLoadFollowFreeCapacity) {
  nodes_[0].load_weight = 0.25;
  Build({.answers_max = 1, .spread = Spread::kClient, .by_load = true});
  int first = 0;
  for (uint32_t slot : name_.steering->slots) {
    if (name_.steering->answers[slot].nodes == std::vector{NodeIndex(0)}) ++first;
  }
  EXPECT_NEAR(first / 256.0, 0.2, 0.08);
}

TEST_F(SteeringPolicyTest, MostSpecificPlaceRuleDecides) {
  const CompiledPlaceRule country{{.country = "CN"}, {}, "vendor.example"};
  const CompiledPlaceRule province{
      {.country = "CN", .region = "440000"}, {{.node = NodeIndex(1)}}, ""};
  Build({.rules = {country, province}});
  EXPECT_EQ(Ask("10.1.1.1").answer->nodes, std::vector{NodeIndex(1)});
  Build({.rules = {country}});
  EXPECT_EQ(Ask("10.1.1.1").answer->cname, "vendor.example");
  EXPECT_EQ(Ask("11.1.1.1").answer->nodes.size(), 2u);
}

TEST_F(SteeringPolicyTest, FallbackAliasAnswersOnlyWhenNoNodeIsUsable) {
  Build({.fallback_cname = "vendor.example"});
  EXPECT_EQ(Ask("10.1.1.1").answer->cname, "");
  rankings_.assign(2, Ranking({{10000, Standing::kDrained}, {10000, Standing::kDown}}));
  Build({.fallback_cname = "vendor.example"});
  EXPECT_EQ(Ask("10.1.1.1").answer->cname, "vendor.example");
  Build({});
  EXPECT_EQ(Ask("10.1.1.1").answer->ipv4.size(), 1u);
}

}  // namespace
}  // namespace nearcast::scheduler
