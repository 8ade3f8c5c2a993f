// What clients get, over the real networks of the shared data: 100 nodes (testing/hundred_nodes.h),
// every client of clients.txt, beside a search through all nodes by the definitions alone.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "gtest/gtest.h"
#include "ipdb/database.h"
#include "ipdb/shared_data.h"
#include "schedulerlib/snapshot/build_snapshot.h"
#include "schedulerlib/testing/hundred_nodes.h"

namespace nearcast::scheduler {
namespace {

class MappingQualityTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string networks = ipdb::SharedDataPath("data/ipdb/networks.mmdb");
    std::ifstream clients(ipdb::SharedDataPath("data/ipdb/clients.txt"));
    if (networks.empty() || !clients) GTEST_SKIP() << "shared data is absent";
    places_ = ipdb::LoadPrefixTable(std::vector<std::string>{networks}, {}).value();
    for (std::string line; std::getline(clients, line);) {
      clients_.push_back(ipdb::ParseIpAddress(line).value());
    }
    ASSERT_GE(clients_.size(), 10'000u);
  }

  struct Costs {
    const Node* node = nullptr;
    Standing standing = Standing::kUsable;
    int32_t delay_us = 0;
    int32_t cost_us = 0;
    bool serves_isp = false;  // in the client's country: of its ISP, or announces to it
  };

  // Every node, by the definitions.
  std::vector<Costs> Search(const ipdb::Location& client) const {
    std::vector<Costs> all;
    for (const Node& node : config_.nodes) {
      const auto at = live_.find(node.name);
      const NodeLive live = at == live_.end() ? NodeLive() : at->second;
      const Delay delay = EstimateDelay(client, node.location, node.announces);
      all.push_back({&node, StandingOf(node, live), delay.us, delay.us + LoadPenaltyUs(node, live),
                     delay.rung <= Rung::kSameIsp});
    }
    return all;
  }

  const std::string& AnswerOf(const Snapshot& snapshot, const ipdb::IpAddress& client) const {
    const NameDecision decision = DecideName(snapshot.names[0], {.client = client, .stream = {}});
    return snapshot.node(decision.answer->nodes[0]).spec.name;
  }

  static Costs Of(const std::vector<Costs>& all, const std::string& node) {
    return *std::find_if(all.begin(), all.end(),
                         [&node](const Costs& costs) { return costs.node->name == node; });
  }

  // Loads from nothing to full, some nodes down or drained.
  void Disturb(uint32_t seed) {
    std::mt19937 random(seed);
    for (Node& node : config_.nodes) {
      live_[node.name].out_bits_per_s = 1e6 * (random() % 1000);
      live_[node.name].checks = random() % 10 == 0 ? Health::kDown : Health::kUp;
      node.admin_state = random() % 10 == 0 ? AdminState::kDrained : AdminState::kActive;
    }
  }

  // Of every client, up to `beyond_us`.
  void ExpectOptimum(int32_t beyond_us) const {
    const auto snapshot = BuildSnapshot(config_, live_, places_);
    size_t exact = 0;
    int64_t sum_us = 0;
    for (const ipdb::IpAddress& client : clients_) {
      const auto match = snapshot->clients->Find(client);
      const auto all = Search(snapshot->clients->location(match.cell));
      const Costs best =
          *std::min_element(all.begin(), all.end(), [](const auto& a, const auto& b) {
            return std::tie(a.standing, a.cost_us) < std::tie(b.standing, b.cost_us);
          });
      const Costs got = Of(all, AnswerOf(*snapshot, client));
      const CellRanking& ranking = snapshot->cdns[0].rankings[match.cell.value()];
      ASSERT_EQ(ranking.front().cost_us, best.cost_us) << client;
      ASSERT_EQ(got.standing, best.standing) << client;
      ASSERT_LE(got.cost_us, best.cost_us + beyond_us) << client;
      exact += got.cost_us == best.cost_us ? 1 : 0;
      sum_us += got.cost_us - best.cost_us;
    }
    const double count = static_cast<double>(clients_.size());
    std::cout << 100.0 * static_cast<double>(exact) / count
              << " % at the very optimum, mean beyond "
              << 1e-3 * static_cast<double>(sum_us) / count << " ms\n";
  }

  Config config_ = HundredNodes();
  LiveView live_;
  std::shared_ptr<const ipdb::PrefixTable> places_;
  std::vector<ipdb::IpAddress> clients_;
};

// Where the policy shares clients among the very nearest only, every answer is the optimum itself. By
// default those within 5 ms of it share, which is as exact as the delay table is; the first of the
// ranking is the optimum then too.
TEST_F(MappingQualityTest, EveryClientsAnswerIsTheOptimumOfABruteForceSearch) {
  config_.nearness_policies.emplace_back();
  for (const bool nearest_only : {true, false}) {
    config_.nearness_policies[0].nearest_only = nearest_only;
    for (const uint32_t seed : {0u, 1u, 2u}) {
      if (seed > 0) Disturb(seed);
      ExpectOptimum(nearest_only ? 0 : kEqualCostUs);
    }
  }
}

// Room: usable, and less than half full, so that no load penalty stands on it.
TEST_F(MappingQualityTest, ClientsOfAnIspWithRoomGetThatIspOrANodeThatAnnouncesToIt) {
  for (const uint32_t seed : {0u, 1u, 2u, 3u}) {
    if (seed > 0) Disturb(seed);
    const auto snapshot = BuildSnapshot(config_, live_, places_);
    size_t asked = 0;
    for (const ipdb::IpAddress& client : clients_) {
      const auto match = snapshot->clients->Find(client);
      const auto all = Search(snapshot->clients->location(match.cell));
      const bool has_room = std::any_of(all.begin(), all.end(), [](const Costs& costs) {
        return costs.serves_isp && costs.standing == Standing::kUsable &&
               costs.cost_us == costs.delay_us;
      });
      if (!has_room) continue;
      ++asked;
      ASSERT_TRUE(Of(all, AnswerOf(*snapshot, client)).serves_isp) << client;
    }
    EXPECT_GT(asked, clients_.size() / 2);
  }
}

}  // namespace
}  // namespace nearcast::scheduler
