// Switches of nodes and CDNs in the answers of scheduled names: whom they reach, what is given then, and
// until when.
#include "schedulerlib/snapshot/switched_names.h"

#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schedulerlib/snapshot/build_snapshot.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

using ipdb::IpAddress;
using Random = std::mt19937;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

// Two nodes in Guangdong (Telecom), one in Beijing (Unicom), all of CDN own; 10.1/16 and 10.3/16 are
// clients of these places.
class SwitchedNamesTest : public ::testing::Test {
 protected:
  SwitchedNamesTest() {
    given_.Own("own");
    given_.Node("gz-1", "CN/440000/440100/chinatelecom");
    given_.Node("gz-2", "CN/440000/440100/chinatelecom");
    given_.Node("bj", "CN/110000/110100/chinaunicom");
    given_.Network("10.1.0.0/16", "CN/440000/440100/chinatelecom");
    given_.Network("10.3.0.0/16", "CN/110000/110100/chinaunicom");
    given_.ScheduledName("pull", "own", 1);
  }

  ScheduledName& Spec() { return given_.config().domains[0].scheduled_names[0]; }
  void Add(Switch item) { given_.config().switches.push_back(std::move(item)); }

  // What clients get now; the snapshot before is taken as far as it holds.
  void Build(absl::Time now = kNow, bool anew = true) {
    if (places_ == nullptr) places_ = given_.Places();
    snapshot_ = BuildSnapshot(given_.config(), given_.live(), places_, {},
                              anew ? nullptr : snapshot_.get(), RunInTurn, now);
  }

  NameDecision Decide(absl::string_view client) const {
    const auto match = snapshot_->FindName("pull.live.example");
    return DecideName(*match.name, {.client = Ip(client), .stream = "s"});
  }
  std::string NodesFor(absl::string_view client) const {
    const NameAnswer& answer = *Decide(client).answer;
    if (!answer.cname.empty()) return answer.cname;
    return absl::StrJoin(answer.nodes, " ", [this](std::string* out, NodeIndex node) {
      absl::StrAppend(out, snapshot_->node(node).spec.name);
    });
  }
  // Of the 256 networks of 10.1/16, how many get each answer.
  std::map<std::string, int> Shares() const {
    std::map<std::string, int> shares;
    for (int i = 0; i < 256; ++i) ++shares[NodesFor(absl::StrCat("10.1.", i, ".7"))];
    return shares;
  }

  Given given_;
  std::shared_ptr<const ipdb::PrefixTable> places_;
  std::shared_ptr<const Snapshot> snapshot_;
};

TEST_F(SwitchedNamesTest, ANodeThatIsOffInARegionOrForAnIspIsNotGivenThere) {
  Build();
  const std::string first = NodesFor("10.1.0.1");
  const std::string other = first == "gz-1" ? "gz-2" : "gz-1";
  Add({.name = "x", .match = {.regions = {"440000"}}, .off = {"node/" + first}});
  Build();
  EXPECT_EQ(NodesFor("10.1.0.1"), other);
  EXPECT_EQ(NodesFor("10.3.0.1"), "bj");
  Add({.name = "y", .match = {.isps = {"chinatelecom"}}, .off = {"node/" + other}});
  Build();
  EXPECT_EQ(NodesFor("10.1.0.1"), "bj");
  given_.config().switches[1].match = {.isps = {"chinaunicom"}};
  Build();
  EXPECT_EQ(NodesFor("10.1.0.1"), other);
}

TEST_F(SwitchedNamesTest, PlaysRankAsBeforeForTheyKnowMoreThanThePlace) {
  Add({.name = "x", .match = {.regions = {"440000"}}, .off = {"node/gz-1"}});
  Build();
  const auto cell = snapshot_->clients->Find(Ip("10.1.0.1")).cell.value();
  const CompiledCdn& own = snapshot_->cdns[0];
  EXPECT_EQ(own.rankings[cell].back().standing, Standing::kUsable);
  EXPECT_EQ(own.switched_rankings[cell].back().standing, Standing::kOff);
}

TEST_F(SwitchedNamesTest, WhereEverythingIsOffTheNearestIsGivenOrTheAlias) {
  Add({.name = "x", .match = {.regions = {"440000"}}, .off = {"cdn/own"}});
  Build();
  EXPECT_EQ(NodesFor("10.1.0.1").substr(0, 3), "gz-") << "a last resort";
  Spec().fallback_cname = "pull.vendor.example";
  Build();
  EXPECT_EQ(NodesFor("10.1.0.1"), "pull.vendor.example");
  EXPECT_EQ(NodesFor("10.3.0.1"), "bj");
}

TEST_F(SwitchedNamesTest, ADrainedNodeServesBeforeOneThatIsOffAndThatBeforeOneThatIsDown) {
  given_.config().nodes[2].admin_state = AdminState::kDrained;
  Add({.name = "x", .off = {"node/gz-1", "node/gz-2"}});
  Build();
  EXPECT_EQ(NodesFor("10.1.0.1"), "bj");
  given_.Down();  // Beijing
  Build();
  EXPECT_EQ(NodesFor("10.1.0.1").substr(0, 3), "gz-");
}

TEST_F(SwitchedNamesTest, APlaceRulesNodesAndAPrefixOverridesAreOffToo) {
  given_.Own("second").Node("far", "CN/650000//chinamobile");
  Spec().rules = {{Place("CN/440000"), {"far", "gz-2"}, ""}};
  Build();
  EXPECT_EQ(NodesFor("10.1.0.1"), "far");
  Add({.name = "x", .off = {"node/far"}});
  Build();
  EXPECT_EQ(NodesFor("10.1.0.1"), "gz-2");
  Add({.name = "y", .off = {"cdn/own"}});
  Build();
  EXPECT_EQ(NodesFor("10.1.0.1"), "far") << "all of them are off: the rule's order";
  Spec().rules.clear();
  given_.config().switches.clear();
  given_.config().prefix_overrides.push_back({"office", {{.prefixes = {"10.1.8.0/21"}}}, {}});
  given_.config().prefix_overrides[0].zones[0].nodes = {"bj"};
  Build();
  EXPECT_EQ(NodesFor("10.1.9.1"), "bj");
  Add({.name = "x", .match = {.isps = {"chinatelecom"}, .percent = 50}, .off = {"node/bj"}});
  Build();
  std::set<std::string> seen;
  for (int i = 8; i < 16; ++i) seen.insert(NodesFor(absl::StrCat("10.1.", i, ".1")));
  EXPECT_EQ(seen.size(), 2u) << "those who are drawn have the ranking";
  EXPECT_EQ(seen.count("bj"), 1u);
}

TEST_F(SwitchedNamesTest, APercentageIsOfNetworksWithATruthfulScope) {
  Build();
  const std::string first = NodesFor("10.1.0.1");
  const std::string other = first == "gz-1" ? "gz-2" : "gz-1";
  EXPECT_LT(Decide("10.1.0.1").scope_bits, 24);
  for (const double percent : {10, 50, 90}) {
    given_.config().switches.clear();
    Add({.name = "x", .match = {.percent = percent}, .off = {"node/" + first}});
    Build();
    std::map<std::string, int> shares = Shares();
    EXPECT_NEAR(shares[other], 2.56 * percent, 30) << percent;
    EXPECT_EQ(shares[first] + shares[other], 256);
    EXPECT_EQ(Decide("10.1.0.1").scope_bits, 24);
    EXPECT_LT(Decide("10.3.0.1").scope_bits, 24)
        << "nothing is divided where the node is not given";
  }
}

TEST_F(SwitchedNamesTest, NamesThatSpreadByClientOrStreamDivideAlike) {
  for (const Spread spread : {Spread::kClient, Spread::kStream}) {
    given_.config().switches.clear();
    Spec().spread = spread;
    Spec().name = spread == Spread::kStream ? "*.pull" : "pull";
    const auto nodes_for = [&](const std::string& client) {
      const auto match = snapshot_->FindName(spread == Spread::kStream ? "a.pull.live.example"
                                                                       : "pull.live.example");
      const NameDecision decision = DecideName(*match.name, {.client = Ip(client), .stream = "a"});
      return snapshot_->node(decision.answer->nodes[0]).spec.name;
    };
    Build();
    std::vector<std::string> before;
    for (int i = 0; i < 256; ++i) before.push_back(nodes_for(absl::StrCat("10.1.", i, ".1")));
    Add({.name = "x", .match = {.percent = 50}, .off = {"node/" + before[0]}});
    Build();
    int had = 0;
    int moved = 0;
    for (int i = 0; i < 256; ++i) {
      const std::string now = nodes_for(absl::StrCat("10.1.", i, ".1"));
      if (before[i] != before[0]) {
        EXPECT_EQ(now, before[i]);
        continue;
      }
      ++had;
      moved += now != before[i] ? 1 : 0;
    }
    EXPECT_GT(had, 90);
    EXPECT_NEAR(moved, had / 2, had / 5);
  }
}

TEST_F(SwitchedNamesTest, TheEndComesByTimeAloneAndAnswersDoNotOutliveItByMuch) {
  Spec().ttl_s = 60;
  given_.Own("second").Node("far", "SG").ScheduledName("far", "second", 1);
  Build();
  const std::string first = NodesFor("10.1.0.1");
  const absl::Time end = kNow + absl::Seconds(1000);
  Add({.name = "x", .off = {"node/" + first}, .expire_at = end});
  Build();
  const auto ttl = [this] { return snapshot_->FindName("pull.live.example").name->ttl_s; };
  const auto map = [this] { return snapshot_->FindName("pull.live.example").name->steering; };
  EXPECT_EQ(ttl(), 60u);
  EXPECT_EQ(snapshot_->names_change_at, end - absl::Seconds(60));
  const auto switched_map = map();
  const auto far_map = snapshot_->FindName("far.live.example").name->steering;
  int snapshots = 0;
  while (snapshot_->names_change_at != absl::InfiniteFuture()) {
    const absl::Time due = snapshot_->names_change_at;
    ASSERT_LE(due + absl::Seconds(ttl()), end + absl::Seconds(kShortTtlS))
        << "an answer given just before the next snapshot";
    if (due < end) {
      EXPECT_NE(NodesFor("10.1.0.1"), first);
      EXPECT_EQ(map(), switched_map);
    }
    ASSERT_LT(++snapshots, 10);
    Build(due, false);
    EXPECT_EQ(snapshot_->FindName("far.live.example").name->steering, far_map);
    EXPECT_EQ(snapshot_->FindName("far.live.example").name->ttl_s, 60u);
  }
  EXPECT_EQ(snapshots, 5);
  EXPECT_EQ(NodesFor("10.1.0.1"), first);
  EXPECT_EQ(ttl(), 60u);
  EXPECT_EQ(snapshot_->switched, nullptr);
}

TEST_F(SwitchedNamesTest, WithoutSwitchesThatReachNamesNothingIsMade) {
  Add({.name = "x", .match = {.devices = {"phone"}}, .off = {"node/gz-1"}});
  Add({.name = "y", .off = {"tier/hd"}});
  Build();
  EXPECT_EQ(snapshot_->switched, nullptr);
  EXPECT_EQ(snapshot_->names_change_at, absl::InfiniteFuture());
  EXPECT_TRUE(snapshot_->cdns[0].switched_rankings.empty());
}

// Random worlds and switches. What a client gets is what it would get if the nodes that are off for
// it were drained everywhere; and so is every other address in the scope that its answer has.
class SwitchedNamesOracle : public ::testing::TestWithParam<uint32_t> {
 protected:
  SwitchedNamesOracle() : random_(GetParam()) {
    for (const char* cdn : {"a", "b"}) {
      given_.Own(cdn);
      for (int i = 0; i < 20; ++i) {
        given_.Node(absl::StrCat(cdn, i), RandomPlace(),
                    i % 5 == 0 ? Given::Names{absl::StrCat("192.0.2.", i)} : Given::Names{});
        if (random_() % 8 == 0) given_.Down();
        if (random_() % 3 == 0) given_.Loaded((random_() % 100) / 100.0);
      }
      for (const char* name : {"one", "two"}) {
        given_.ScheduledName(absl::StrCat(name, "-", cdn), cdn, 1 + random_() % 3);
        ScheduledName& spec = given_.config().domains[0].scheduled_names.back();
        if (random_() % 2 == 0) spec.spread = Spread::kClient;
        if (random_() % 2 == 0) spec.fallback_cname = "pull.vendor.example";
        if (random_() % 2 == 0) spec.rules = {{Place("CN/120000"), {"b1", "b2"}, ""}};
        spec.diverse = random_() % 2 == 0;
      }
    }
    for (int i = 0; i < 100; ++i) given_.Network(absl::StrCat("10.", i, ".0.0/16"), RandomPlace());
    given_.config().prefix_overrides.push_back({"office", {{.prefixes = {"10.7.0.0/17"}}}, {}});
    given_.config().prefix_overrides[0].zones[0].nodes = {"a3", "b3"};
    places_ = given_.Places();
    for (uint32_t i = 0; i < 1 + random_() % 6; ++i) AddSwitch(i);
  }

  std::string RandomPlace() {
    const char* const isps[] = {"chinatelecom", "chinaunicom", "chinamobile"};
    return absl::StrCat("CN/", 11 + random_() % 5, "0000/", random_() % 3, "/",
                        isps[random_() % 3]);
  }

  void AddSwitch(uint32_t i) {
    Switch item{.name = absl::StrCat("s", i)};
    if (random_() % 2 == 0) item.match.regions = {absl::StrCat(11 + random_() % 5, "*")};
    if (random_() % 2 == 0) item.match.isps = {random_() % 2 == 0 ? "chinatelecom" : "china*"};
    if (random_() % 2 == 0) item.match.percent = 1 + random_() % 99;
    for (uint32_t n = 1 + random_() % 12; n > 0; --n) {
      item.off.push_back(absl::StrCat("node/", random_() % 2 == 0 ? "a" : "b", random_() % 20));
    }
    if (random_() % 6 == 0) item.off.push_back("cdn/a");
    if (random_() % 3 == 0) item.expire_at = kNow + absl::Seconds(10 * (1 + random_() % 20));
    given_.config().switches.push_back(item);
  }

  IpAddress RandomClient() {
    return IpAddress::FromV4(0x0a000000 | ((random_() % 110) << 16) | (random_() & 0xffff));
  }
  // The same world without switches, in which these are drained.
  const Snapshot& Drained(const std::set<std::string>& nodes) {
    std::shared_ptr<const Snapshot>& snapshot = drained_[absl::StrJoin(nodes, " ")];
    if (snapshot != nullptr) return *snapshot;
    Config config = given_.config();
    config.switches.clear();
    for (Node& node : config.nodes) {
      if (nodes.count(node.name) > 0) node.admin_state = AdminState::kDrained;
    }
    snapshot = BuildSnapshot(config, given_.live(), places_);
    return *snapshot;
  }

  std::set<std::string> OffFor(const Snapshot& snapshot, const IpAddress& client) const {
    std::set<std::string> off;
    if (snapshot.switched == nullptr) return off;
    const uint32_t cell = snapshot.clients->Find(client).cell.value();
    for (const uint32_t at : snapshot.switched->AppliedTo(cell, client)) {
      const CompiledSwitch& item = snapshot.switches.switches()[at];
      for (const CompiledNode& node : snapshot.nodes) {
        for (const CdnIndex cdn : item.cdns_off) {
          if (cdn == node.cdn) off.insert(node.spec.name);
        }
      }
      for (const NodeIndex node : item.nodes_off) off.insert(snapshot.node(node).spec.name);
    }
    return off;
  }

  Random random_;
  Given given_;
  std::shared_ptr<const ipdb::PrefixTable> places_;
  std::map<std::string, std::shared_ptr<const Snapshot>> drained_;
};

TEST_P(SwitchedNamesOracle, AClientGetsWhatItWouldIfTheNodesThatAreOffForItWereDrained) {
  const auto snapshot =
      BuildSnapshot(given_.config(), given_.live(), places_, {}, nullptr, RunInTurn, kNow);
  for (int i = 0; i < 300; ++i) {
    const IpAddress client = RandomClient();
    const Snapshot& drained = Drained(OffFor(*snapshot, client));
    for (size_t n = 0; n < snapshot->names.size(); ++n) {
      const NameDecision is = DecideName(snapshot->names[n], {.client = client, .stream = {}});
      const NameDecision expected = DecideName(drained.names[n], {.client = client, .stream = {}});
      ASSERT_EQ(*is.answer, *expected.answer) << snapshot->names[n].name << " for " << client;
      for (int k = 0; k < 5; ++k) {
        const uint32_t mask = is.scope_bits == 0 ? 0 : ~0u << (32 - is.scope_bits);
        const auto near =
            IpAddress::FromV4((client.v4() & mask) | (static_cast<uint32_t>(random_()) & ~mask));
        const NameDecision other = DecideName(snapshot->names[n], {.client = near, .stream = {}});
        ASSERT_EQ(other.answer, is.answer) << near << " in /" << int{is.scope_bits};
      }
    }
  }
}

TEST_P(SwitchedNamesOracle, BuiltFromTheOneBeforeEqualsBuiltAnewAsTimePasses) {
  for (Node& node : given_.config().nodes) node.capacity_mbps = 1000;
  std::shared_ptr<const Snapshot> snapshot;
  for (absl::Time now = kNow; now < kNow + absl::Seconds(220); now += absl::Seconds(40)) {
    NodeLive& live = given_.live()[absl::StrCat("a", random_() % 20)];
    live.out_bits_per_s = 1e6 * (random_() % 1000);
    live.health = random_() % 4 == 0 ? Health::kDown : Health::kUp;
    snapshot =
        BuildSnapshot(given_.config(), given_.live(), places_, {}, snapshot.get(), RunInTurn, now);
    const auto anew =
        BuildSnapshot(given_.config(), given_.live(), places_, {}, nullptr, RunInTurn, now);
    ASSERT_EQ(snapshot->names_change_at, anew->names_change_at);
    for (size_t n = 0; n < anew->names.size(); ++n) {
      ASSERT_EQ(snapshot->names[n].ttl_s, anew->names[n].ttl_s);
      for (int i = 0; i < 300; ++i) {
        const NameQuestion question{.client = RandomClient(), .stream = {}};
        const NameDecision is = DecideName(snapshot->names[n], question);
        const NameDecision should_be = DecideName(anew->names[n], question);
        ASSERT_EQ(*is.answer, *should_be.answer) << question.client;
        ASSERT_EQ(is.scope_bits, should_be.scope_bits);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Worlds, SwitchedNamesOracle, ::testing::Range(1u, 13u));

}  // namespace
}  // namespace nearcast::scheduler
