#include "schedulerlib/snapshot/build_snapshot.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ipdb/ip_prefix.h"
#include "schedulerlib/place/delay.h"
#include "schedulerlib/place/rendezvous.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

using ipdb::IpAddress;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Names = std::vector<std::string>;
using Random = std::mt19937;

constexpr const char* kProvinces[] = {"110000", "310000", "440000", "510000", "650000", "540000"};
constexpr const char* kIsps[] = {"chinatelecom", "chinaunicom", "chinamobile", "cernet"};

std::string RandomPlace(Random& random) {
  if (random() % 15 == 0) return "SG///singtel";
  const std::string province = kProvinces[random() % 6];
  const std::string city =
      random() % 4 == 0 ? "" : absl::StrCat(province.substr(0, 3), 1 + random() % 2, "00");
  const std::string isp = random() % 8 == 0 ? "" : kIsps[random() % 4];
  return absl::StrCat("CN/", province, "/", city, "/", isp);
}

struct Row {
  std::string prefix;
  std::string place;
};

std::string RandomPrefix(Random& random) {
  if (random() % 3 == 0) {
    const auto number = absl::MakeUint128(0x2400000000000000 | random(), 0);
    return ipdb::BlockAround(IpAddress::FromV6(number), 20 + static_cast<int>(random() % 40))
        .ToString();
  }
  const auto address = IpAddress::FromV4(0x0a000000 | (random() & 0x00ffffff));
  return ipdb::BlockAround(address, 8 + static_cast<int>(random() % 18)).ToString();
}

std::vector<Row> RandomRows(Random& random, int count) {
  std::map<std::string, std::string> rows;  // a prefix once
  for (int i = 0; i < count; ++i) rows[RandomPrefix(random)] = RandomPlace(random);
  std::vector<Row> list;
  for (const auto& [prefix, place] : rows) list.push_back({prefix, place});
  return list;
}

// Two CDNs with up to `nodes_max` nodes each, in every state that a node can be in.
Given RandomTopology(Random& random, uint32_t nodes_max) {
  Given given;
  for (const char* cdn : {"own-a", "own-b"}) {
    given.Own(cdn);
    const uint32_t count = 1 + random() % nodes_max;
    for (uint32_t i = 0; i < count; ++i) {
      given.Node(absl::StrCat(cdn, "-", random() % 1000, "-", i), RandomPlace(random));
      if (random() % 5 == 0) given.Announces({kIsps[random() % 4]});
      if (random() % 9 == 0) given.Announces({"*"});
      if (random() % 3 == 0) given.Loaded((random() % 120) / 100.0);
      if (random() % 7 == 0) given.Down();
      if (random() % 7 == 0) given.Drained();
    }
  }
  given.ScheduledName("one", "own-a", 1).ScheduledName("four", "own-b", 4);
  return given.ScheduledName("@", "own-a", 16);
}

// The longest prefix that holds the client.
ipdb::Location NaivePlace(const std::vector<Row>& rows, const IpAddress& client) {
  int longest = -1;
  ipdb::Location place;
  for (const Row& row : rows) {
    const ipdb::IpPrefix prefix = ipdb::ParseIpPrefix(row.prefix).value();
    if (!prefix.Contains(client) || prefix.length_bits < longest) continue;
    longest = prefix.length_bits;
    place = Place(row.place);
  }
  return place;
}

struct NaiveNode {
  const Node* node = nullptr;
  Delay delay;
  Standing standing = Standing::kUsable;
  int32_t cost_us = 0;
};

// All nodes of a CDN with their costs, by the definitions.
std::vector<NaiveNode> NaiveNodes(const Config& config, const LiveView& live,
                                  const std::string& cdn, const ipdb::Location& client) {
  std::vector<NaiveNode> nodes;
  for (const Node& node : config.nodes) {
    if (node.cdn != cdn) continue;
    const auto at = live.find(node.name);
    const NodeLive now = at == live.end() ? NodeLive() : at->second;
    const Delay delay = EstimateDelay(client, node.location, node.announces);
    nodes.push_back({&node, delay, StandingOf(node, now), delay.us + LoadPenaltyUs(node, now)});
  }
  std::sort(nodes.begin(), nodes.end(), [](const NaiveNode& a, const NaiveNode& b) {
    return std::tie(a.standing, a.cost_us, a.delay.rung, a.node->name) <
           std::tie(b.standing, b.cost_us, b.delay.rung, b.node->name);
  });
  return nodes;
}

bool AsNear(const NaiveNode& node, const NaiveNode& best) {
  const auto crosses = [](const NaiveNode& n) { return n.delay.rung > Rung::kSameIsp; };
  return node.cost_us - best.cost_us <= kEqualCostUs && crosses(node) == crosses(best);
}

// The answer straight from the definitions: those that stand as the best does, the equally near
// ones first in the order of their rendezvous scores.
Names NaiveAnswer(std::vector<NaiveNode> nodes, const ipdb::Location& client, size_t answers) {
  const NaiveNode best = nodes.front();
  const auto near = std::find_if_not(nodes.begin(), nodes.end(), [&best](const NaiveNode& node) {
    return node.standing == best.standing && AsNear(node, best);
  });
  const uint64_t key = StableHash(
      absl::StrCat(client.country, "/", client.region, "/", client.city, "/", client.isp));
  const auto score = [key](const NaiveNode& node) {
    return RendezvousScore(key, StableHash(node.node->name), 1.0);
  };
  std::sort(nodes.begin(), near,
            [&score](const NaiveNode& a, const NaiveNode& b) { return score(a) > score(b); });
  Names answer;
  for (const NaiveNode& node : nodes) {
    if (node.standing == best.standing && answer.size() < answers) {
      answer.push_back(node.node->name);
    }
  }
  return answer;
}

Names NodesOf(const Snapshot& snapshot, const NameAnswer& answer) {
  Names names;
  for (const NodeIndex node : answer.nodes) names.push_back(snapshot.node(node).spec.name);
  return names;
}

Names Decide(const Snapshot& snapshot, const std::string& name, const IpAddress& client) {
  return NodesOf(snapshot, *DecideName(*snapshot.FindName(name).name, {.client = client}).answer);
}

IpAddress RandomClient(Random& random, const std::vector<Row>& rows) {
  const ipdb::IpPrefix prefix = ipdb::ParseIpPrefix(rows[random() % rows.size()].prefix).value();
  if (prefix.address.is_v4()) {
    const uint32_t size = prefix.last().v4() - prefix.address.v4();
    return IpAddress::FromV4(prefix.address.v4() + (size == 0 ? 0 : random() % size));
  }
  return IpAddress::FromV6(prefix.address.v6() | (absl::uint128(random()) << (random() % 60)));
}

// One random world after the other, with random clients in each.
class BuildSnapshotOracle : public ::testing::TestWithParam<uint32_t> {
 protected:
  void SetUp() override {
    given_ = RandomTopology(random_, GetParam() % 4 == 0 ? 40 : 12);
    rows_ = RandomRows(random_, 60);
    for (const Row& row : rows_) given_.Network(row.prefix, row.place);
    snapshot_ = given_.Snapshot();
  }

  std::vector<NaiveNode> NodesFor(const CompiledName& name, const ipdb::Location& client) {
    return NaiveNodes(given_.config(), given_.live(), snapshot_->cdn(name.cdn).spec.name, client);
  }

  Random random_{GetParam()};
  Given given_;
  std::vector<Row> rows_;
  std::shared_ptr<const Snapshot> snapshot_;
};

TEST_P(BuildSnapshotOracle, AnswersAreThoseOfTheDefinitions) {
  for (int i = 0; i < 300; ++i) {
    const IpAddress client = RandomClient(random_, rows_);
    const ipdb::Location place = NaivePlace(rows_, client);
    for (const CompiledName& name : snapshot_->names) {
      ASSERT_EQ(Decide(*snapshot_, name.name, client),
                NaiveAnswer(NodesFor(name, place), place, name.answers_max))
          << name.name << " for " << client << " in " << place;
    }
  }
}

TEST_P(BuildSnapshotOracle, AnswersKeepTheirPromises) {
  for (int i = 0; i < 300; ++i) {
    const IpAddress client = RandomClient(random_, rows_);
    const ipdb::Location place = NaivePlace(rows_, client);
    for (const CompiledName& name : snapshot_->names) {
      const auto nodes = NodesFor(name, place);
      const Names answer = Decide(*snapshot_, name.name, client);
      ASSERT_FALSE(answer.empty());
      for (const NaiveNode& node : nodes) {
        const auto at = std::find(answer.begin(), answer.end(), node.node->name);
        if (at == answer.end()) continue;
        EXPECT_EQ(node.standing, nodes.front().standing) << "stands worse than another";
        if (at != answer.begin()) continue;
        EXPECT_LE(node.cost_us, nodes.front().cost_us + kEqualCostUs) << "is not nearly the best";
      }
    }
  }
}

TEST_P(BuildSnapshotOracle, UnloadedClientOfAnIspWithAUsableNodeGetsItsIspOrBgp) {
  for (auto& [name, live] : given_.live()) live.out_bits_per_s = 0;
  snapshot_ = given_.Snapshot();
  for (int i = 0; i < 300; ++i) {
    const IpAddress client = RandomClient(random_, rows_);
    const ipdb::Location place = NaivePlace(rows_, client);
    for (const CompiledName& name : snapshot_->names) {
      const auto nodes = NodesFor(name, place);
      const auto serves = [](const NaiveNode& node) {
        return node.standing == Standing::kUsable && node.delay.rung <= Rung::kSameIsp;
      };
      if (std::none_of(nodes.begin(), nodes.end(), serves)) continue;
      const std::string first = Decide(*snapshot_, name.name, client).front();
      const auto at = std::find_if(nodes.begin(), nodes.end(), [&first](const NaiveNode& node) {
        return node.node->name == first;
      });
      EXPECT_TRUE(serves(*at)) << first << " for " << client << " in " << place;
    }
  }
}

// The same world, built from another table: rows in another order, halved, among other places that
// shift every cell's number; and nodes written in another order.
TEST_P(BuildSnapshotOracle, AnswersDoNotDependOnHowTheWorldWasBuilt) {
  Given other = given_;
  std::shuffle(other.config().nodes.begin(), other.config().nodes.end(), random_);
  std::shuffle(other.config().cdns.begin(), other.config().cdns.end(), random_);
  for (int i = 0; i < 30; ++i) {
    other.Network(absl::StrCat("172.16.", i, ".0/24"), absl::StrCat("AA/", i, "//isp-", i));
  }
  std::shuffle(rows_.begin(), rows_.end(), random_);
  ipdb::IpAddress last;
  const auto rebuilt = other.Snapshot();
  const auto cell = [](const Snapshot& snapshot, const IpAddress& client) {
    return snapshot.places->Find(client).cell;
  };
  bool renumbered = false;
  for (int i = 0; i < 300; ++i) {
    const IpAddress client = RandomClient(random_, rows_);
    renumbered |= cell(*snapshot_, client) != cell(*rebuilt, client);
    for (const CompiledName& name : snapshot_->names) {
      const NameDecision before = DecideName(name, {.client = client});
      const NameDecision after = DecideName(*rebuilt->FindName(name.name).name, {.client = client});
      ASSERT_EQ(NodesOf(*rebuilt, *after.answer), NodesOf(*snapshot_, *before.answer));
      ASSERT_EQ(after.answer->ipv4, before.answer->ipv4);
      ASSERT_EQ(after.answer->ipv6, before.answer->ipv6);
    }
  }
  EXPECT_TRUE(renumbered);
}

INSTANTIATE_TEST_SUITE_P(Worlds, BuildSnapshotOracle, ::testing::Range(1u, 41u));

// Taking a node away moves whom it served. Others move only when it was the nearest of all, for
// then the others' nearness is measured anew.
TEST(BuildSnapshotChangeTest, RemovingANodeMovesItsClientsAndFewOthers) {
  Random random(3);
  int served = 0;
  int others = 0;
  int moved_others = 0;
  for (int world = 0; world < 60; ++world) {
    Given given = RandomTopology(random, 60);
    const auto rows = RandomRows(random, 60);
    for (const Row& row : rows) given.Network(row.prefix, row.place);
    if (given.config().nodes.size() < 3) continue;
    const auto before = given.Snapshot();
    Given after_given = given;
    auto& nodes = after_given.config().nodes;
    const auto at = nodes.begin() + random() % (nodes.size() / 2);
    const std::string gone = at->name;
    if (at->cdn != "own-a") continue;
    nodes.erase(at);
    const auto after = after_given.Snapshot();
    for (int i = 0; i < 200; ++i) {
      const IpAddress client = RandomClient(random, rows);
      const ipdb::Location place = NaivePlace(rows, client);
      const Names was = Decide(*before, "one.live.example", client);
      const Names is = Decide(*after, "one.live.example", client);
      if (was == Names{gone}) {
        ++served;
        ASSERT_NE(is, was);
        continue;
      }
      ++others;
      if (is == was) continue;
      ++moved_others;
      const auto best = NaiveNodes(given.config(), given.live(), "own-a", place).front();
      EXPECT_EQ(best.node->name, gone) << client;
    }
  }
  const double share = static_cast<double>(moved_others) / others;
  RecordProperty("moved_without_need_share", std::to_string(share));
  std::cout << "clients of the node: " << served << "; others: " << others << ", moved "
            << moved_others << " (" << 100 * share << " %)\n";
  EXPECT_LT(share, 0.02);
}

TEST(BuildSnapshotChangeTest, CellsSpreadOverAllEquallyNearNodesHoweverMany) {
  constexpr int kNodes = 40;
  constexpr int kCells = 4000;
  Given given;
  given.Own("own");
  for (int i = 0; i < kNodes; ++i) {
    given.Node(absl::StrCat("gz-", i), "CN/440000/440100/chinatelecom");
  }
  given.ScheduledName("pull", "own", 1);
  for (int i = 0; i < kCells; ++i) {
    given.Network(absl::StrCat("10.", i / 256, ".", i % 256, ".0/24"),
                  absl::StrCat("CN/440000/town-", i, "/chinatelecom"));
  }
  const auto snapshot = given.Snapshot();
  std::map<std::string, int> cells_of;
  for (int i = 0; i < kCells; ++i) {
    const IpAddress client = IpAddress::FromV4(0x0a000001 + 256 * i);
    ++cells_of[Decide(*snapshot, "pull.live.example", client).front()];
  }
  EXPECT_EQ(cells_of.size(), static_cast<size_t>(kNodes));
  int most = 0;
  for (const auto& [node, cells] : cells_of) most = std::max(most, cells);
  std::cout << "cells a node: mean " << kCells / kNodes << ", most " << most << '\n';
  EXPECT_LT(most, 1.5 * kCells / kNodes);
}

TEST(BuildSnapshotTest, DrainedNodesStandInBeforeThoseThatAreDown) {
  Given given;
  given.Own("own").Node("down", "CN/440000/440100/chinatelecom").Down();
  given.Node("drained", "SG///singtel").Drained().ScheduledName("pull", "own", 2);
  given.Network("10.0.0.0/8", "CN/440000/440100/chinatelecom");
  EXPECT_THAT(Decide(*given.Snapshot(), "pull.live.example", Ip("10.1.1.1")),
              ElementsAre("drained"));
  given.Node("full", "SG///singtel").Loaded(1);
  EXPECT_THAT(Decide(*given.Snapshot(), "pull.live.example", Ip("10.1.1.1")), ElementsAre("full"));
}

TEST(BuildSnapshotTest, NameOfACdnWithoutNodesHasAnEmptyAnswer) {
  Given given;
  given.Own("own").ScheduledName("pull", "own");
  const auto snapshot = given.Snapshot();
  EXPECT_THAT(Decide(*snapshot, "pull.live.example", Ip("192.0.2.1")), IsEmpty());
  EXPECT_THAT(Decide(*snapshot, "pull.live.example", Ip("2001:db8::1")), IsEmpty());
}

TEST(BuildSnapshotTest, CdnsStandAsTheirNodesDo) {
  Given given;
  given.Own("drained").Node("a", "CN").Drained().Node("b", "CN").Down();
  given.Own("empty").Own("full").Node("c", "CN").Loaded(1).Vendor("off").Vendor("vendor");
  given.config().cdns[3].disabled = true;
  const auto snapshot = given.Snapshot();
  const auto standing = [&snapshot](const char* cdn) {
    return snapshot->cdn_buckets[snapshot->FindCdn(cdn)->value()].standing;
  };
  EXPECT_EQ(standing("drained"), CdnStanding::kLastResort);
  EXPECT_EQ(standing("empty"), CdnStanding::kOut);
  EXPECT_EQ(standing("full"), CdnStanding::kUsable);
  EXPECT_EQ(standing("off"), CdnStanding::kOut);
  EXPECT_EQ(standing("vendor"), CdnStanding::kUsable);
}

TEST(BuildSnapshotTest, NamesAreFoundInAnyCaseWithOrWithoutTheDot) {
  Given given;
  given.Own("own").ScheduledName("Pull", "own").ScheduledName("@", "own");
  const auto snapshot = given.Snapshot();
  EXPECT_EQ(snapshot->FindName("PULL.live.Example.").name->name, "pull.live.example");
  EXPECT_EQ(snapshot->FindName("live.example").name->name, "live.example");
  EXPECT_EQ(snapshot->FindName("ns1.live.example").name, nullptr);
}

TEST(BuildSnapshotTest, TiersAreOrderedAndTheMiddleOneOpensWithoutAPolicy) {
  const auto opened = [](const Names& tiers) {
    Given given;
    given.Vendor("v").Point("show", {"v"}, tiers);
    return given.Snapshot()->publish_points.at("show").default_tier;
  };
  EXPECT_EQ(opened({"ld", "origin", "ao", "sd5", "hd", "uhd5"}), Tier::kHd);
  EXPECT_EQ(opened({"ld", "hd"}), Tier::kHd);
  EXPECT_EQ(opened({"origin", "ao", "md"}), Tier::kOrigin);
}

TEST(BuildSnapshotTest, PolicyIsTakenAsFarAsThePublishPointOffersItsTiers) {
  Given given;
  given.Vendor("v").Point("show", {"v"}, {"origin", "hd", "ld"});
  given.Policy("uhd", {{6, Tier::kHd}, {3, Tier::kLd}, {1, Tier::kMd}});
  const auto snapshot = given.Snapshot();
  const CompiledPublishPoint& point = snapshot->publish_points.at("show");
  EXPECT_EQ(point.default_tier, Tier::kHd);
  ASSERT_TRUE(point.quality);
  EXPECT_EQ(snapshot->qualities[*point.quality].spec.by_grade[0].grade_max, 1u);
}

}  // namespace
}  // namespace nearcast::scheduler
