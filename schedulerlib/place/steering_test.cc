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

uint64_t HashOfNode(NodeIndex node) { return StableHash(std::to_string(node.value())); }

std::vector<Ranked> Ranking(const std::vector<std::pair<int32_t, Standing>>& costs) {
  std::vector<Ranked> ranking;
  for (const auto& [cost_us, standing] : costs) {
    ranking.push_back({.node = NodeIndex(static_cast<uint32_t>(ranking.size())),
                       .standing = standing,
                       .cost_us = cost_us});
  }
  return ranking;
}

TEST(ChooseNodesTest, NearestFirstThenTheNextUpToTheLimit) {
  const auto ranking =
      Ranking({{10000, Standing::kUsable}, {30000, Standing::kUsable}, {60000, Standing::kUsable}});
  const std::vector<NodeIndex> expected = {NodeIndex(0), NodeIndex(1)};
  EXPECT_EQ(ChooseNodes(ranking, HashOfNode, 1, 2), expected);
}

TEST(ChooseNodesTest, WorseStandingServesOnlyWhenNothingElseIsLeft) {
  EXPECT_EQ(ChooseNodes(Ranking({{90000, Standing::kUsable}, {10000, Standing::kDrained}}),
                        HashOfNode, 1, 4)
                .size(),
            1u);
  EXPECT_EQ(
      ChooseNodes(Ranking({{10000, Standing::kDown}, {20000, Standing::kDown}}), HashOfNode, 1, 4)
          .size(),
      2u);
  EXPECT_TRUE(ChooseNodes({}, HashOfNode, 1, 4).empty());
}

TEST(ChooseNodesTest, KeysSpreadEvenlyOverEquallyNearNodes) {
  const auto ranking = Ranking({{10000, Standing::kUsable},
                                {12000, Standing::kUsable},
                                {15000, Standing::kUsable},
                                {15001, Standing::kUsable}});
  std::map<uint32_t, int> first;
  for (uint64_t key = 0; key < 30000; ++key)
    ++first[ChooseNodes(ranking, HashOfNode, key, 1)[0].value()];
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
  name.steering = BuildSteeringMap(ranking_of_cell, endpoints, places, 5, 1);
  ASSERT_EQ(name.steering->answers.size(), 2u);

  const auto answer_at = [&](uint32_t address) {
    const auto cell = places.Find(ipdb::IpAddress::FromV4(address)).cell;
    return &name.steering->answers[name.steering->answer_of_cell[cell.value()]];
  };
  for (int i = 0; i < 300; ++i) {
    const uint32_t address = base | (random() & 0xffff);
    const NameDecision decision = DecideName(name, ipdb::IpAddress::FromV4(address));
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

}  // namespace
}  // namespace nearcast::scheduler
