// Overrides, measured delays and nearness policies, from the configuration to the answers; and
// snapshots that are built from the one before.
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schedulerlib/snapshot/build_snapshot.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;

using Names = std::vector<std::string>;
using Random = std::mt19937;

// Guangdong Telecom is 10.1/16, Beijing Unicom 10.2/16, Guangdong Dr. Peng 10.3/16.
Given World() {
  Given given;
  given.Own("own");
  given.Node("gz", "CN/440000/440100/chinatelecom").Node("sz", "CN/440000/440300/chinatelecom");
  given.Node("bj", "CN/110000/110100/chinaunicom").Node("sg", "SG///singtel");
  given.Network("10.1.0.0/16", "CN/440000/440100/chinatelecom");
  given.Network("10.2.0.0/16", "CN/110000/110100/chinaunicom");
  given.Network("10.3.0.0/16", "CN/440000/440100/drpeng");
  return given.ScheduledName("pull", "own", 1).ScheduledName("other", "own", 1);
}

OverrideZone& Override(Given& given, Names prefixes) {
  auto& overrides = given.config().prefix_overrides;
  PrefixOverride& override = overrides.emplace_back();
  override.name = absl::StrCat("override-", overrides.size());
  override.zones.push_back({.prefixes = std::move(prefixes)});
  return override.zones.back();
}

struct Told {
  std::string answer;  // the first node, or the alias
  int scope_bits = 0;
};

Told Ask(const Snapshot& snapshot, absl::string_view client,
         absl::string_view name = "pull.live.example") {
  const NameDecision decision =
      DecideName(*snapshot.FindName(name).name, {.client = Ip(client), .stream = {}});
  if (!decision.answer->cname.empty()) return {decision.answer->cname, decision.scope_bits};
  return {snapshot.node(decision.answer->nodes[0]).spec.name, decision.scope_bits};
}

std::shared_ptr<const Snapshot> BuildWith(Given& given, std::vector<MeasuredDelay> delays) {
  return BuildSnapshot(given.config(), given.live(), given.Places(), delays);
}

TEST(PrefixOverrideTest, ClientsAreTakenAsBeingThere) {
  Given given = World();
  Override(given, {"10.1.8.0/24"}).location = Place("CN/110000/110100/chinaunicom");
  Override(given, {"10.2.8.0/24"}).location.isp = "chinatelecom";
  const auto snapshot = given.Snapshot();
  EXPECT_EQ(Ask(*snapshot, "10.1.8.1").answer, "bj");
  EXPECT_EQ(Ask(*snapshot, "10.1.8.1").scope_bits, 24);
  EXPECT_NE(Ask(*snapshot, "10.1.9.1").answer, "bj");
  EXPECT_EQ(Ask(*snapshot, "10.1.9.1").scope_bits, 24);
  EXPECT_EQ(Ask(*snapshot, "10.1.128.1").scope_bits, 17);
  EXPECT_NE(Ask(*snapshot, "10.2.8.1").answer, "bj");
}

TEST(PrefixOverrideTest, AnOverrideWithTheSameAnswerDoesNotShortenScopes) {
  Given given = World();
  Override(given, {"10.2.8.0/24"}).nodes = {"bj"};
  EXPECT_EQ(Ask(*given.Snapshot(), "10.2.8.1").scope_bits,
            Ask(*World().Snapshot(), "10.2.8.1").scope_bits);
}

TEST(PrefixOverrideTest, NodesGoFirstWhileTheyAreUsable) {
  Given given = World();
  OverrideZone& zone = Override(given, {"10.1.8.0/24"});
  zone.nodes = {"sg", "bj"};
  EXPECT_EQ(Ask(*given.Snapshot(), "10.1.8.1").answer, "sg");
  given.config().nodes[3].admin_state = AdminState::kDrained;
  EXPECT_EQ(Ask(*given.Snapshot(), "10.1.8.1").answer, "bj");
  given.config().nodes[2].admin_state = AdminState::kDrained;
  EXPECT_NE(Ask(*given.Snapshot(), "10.1.8.1").answer, "bj");
}

TEST(PrefixOverrideTest, TheAliasAnswersWhenNoneOfTheNodesIsUsableAndOnlyForItsNames) {
  Given given = World();
  OverrideZone& zone = Override(given, {"10.1.8.0/24"});
  zone.nodes = {"bj"};
  zone.cname = "Pull.Vendor.Example.";
  EXPECT_EQ(Ask(*given.Snapshot(), "10.1.8.1").answer, "bj");
  given.config().nodes[2].admin_state = AdminState::kDrained;
  EXPECT_EQ(Ask(*given.Snapshot(), "10.1.8.1").answer, "pull.vendor.example");
  EXPECT_EQ(Ask(*given.Snapshot(), "10.1.8.1", "other.live.example").answer, "pull.vendor.example");
  given.config().prefix_overrides[0].cname_for = {"pull.live.example"};
  EXPECT_EQ(Ask(*given.Snapshot(), "10.1.8.1").answer, "pull.vendor.example");
  EXPECT_NE(Ask(*given.Snapshot(), "10.1.8.1", "other.live.example").answer, "pull.vendor.example");
}

TEST(PrefixOverrideTest, GoesBeforePlaceRules) {
  Given given = World();
  given.config().domains[0].scheduled_names[0].rules = {
      {.match = {.country = "CN"}, .nodes = {"gz"}, .cname = ""}};
  Override(given, {"10.1.8.0/24"}).nodes = {"sg"};
  EXPECT_EQ(Ask(*given.Snapshot(), "10.1.8.1").answer, "sg");
  EXPECT_EQ(Ask(*given.Snapshot(), "10.2.8.1").answer, "gz");
}

TEST(MeasuredDelayTest, WhatWasMeasuredGoesBeforeTheTable) {
  Given given = World();
  const ipdb::Location guangzhou = Place("CN/440000/440100/chinatelecom");
  EXPECT_EQ(Ask(*BuildWith(given, {{"bj", guangzhou, 3'000}}), "10.1.0.1").answer, "bj");
  EXPECT_EQ(Ask(*BuildWith(given, {{"gz", guangzhou, 60'000}}), "10.1.0.1").answer, "sz");
  // Another city's value speaks for a city that has none.
  const ipdb::Location foshan = Place("CN/440000/440600/chinatelecom");
  EXPECT_EQ(Ask(*BuildWith(given, {{"bj", foshan, 3'000}}), "10.1.0.1").answer, "bj");
  EXPECT_NE(
      Ask(*BuildWith(given, {{"bj", foshan, 3'000}, {"bj", guangzhou, 70'000}}), "10.1.0.1").answer,
      "bj");
}

TEST(NearnessPolicyTest, RowsSayWhichIspComesNext) {
  Given given = World();
  EXPECT_NE(Ask(*given.Snapshot(), "10.3.0.1").answer, "bj");
  given.config().nearness_policies.emplace_back();
  NearnessPolicy& policy = given.config().nearness_policies[0];
  policy.name = "nearness";
  policy.isp_fallbacks = {{Place("///drpeng"), "", {{"chinaunicom", 5'000}}}};
  EXPECT_EQ(Ask(*given.Snapshot(), "10.3.0.1").answer, "bj");
}

TEST(NearnessPolicyTest, GroupsBringCountriesTogether) {
  Given given = World();
  given.Network("10.4.0.0/16", "JP///kddi");
  given.config().nearness_policies.emplace_back();
  NearnessPolicy& policy = given.config().nearness_policies[0];
  policy.name = "nearness";
  policy.region_groups = {{"group", {Place("JP"), Place("CN/110000")}}};
  EXPECT_EQ(Ask(*given.Snapshot(), "10.4.0.1").answer, "bj");
  policy.region_groups = {{"group", {Place("JP"), Place("SG")}}};
  EXPECT_EQ(Ask(*given.Snapshot(), "10.4.0.1").answer, "sg");
}

// Random changes of load, health and measured delays: what is built from the snapshot before answers
// as what is built anew, and takes over what is not concerned.
class RebuildOracle : public ::testing::TestWithParam<uint32_t> {
 protected:
  RebuildOracle() : random_(GetParam()) {
    const char* const isps[] = {"chinatelecom", "chinaunicom", "chinamobile"};
    const auto place = [&] {
      return absl::StrCat("CN/", 11 + random_() % 30, "0000/", random_() % 3, "/",
                          isps[random_() % 3]);
    };
    for (const char* cdn : {"a", "b"}) {
      given_.Own(cdn);
      for (int i = 0; i < 40; ++i) {
        given_.Node(absl::StrCat(cdn, i), place(),
                    i % 5 == 0 ? Names{absl::StrCat("192.0.2.", i)} : Names{});
      }
      for (const char* name : {"one", "two", "three"}) {
        given_.ScheduledName(absl::StrCat(name, "-", cdn), cdn, 1 + random_() % 3);
        ScheduledName& spec = given_.config().domains[0].scheduled_names.back();
        spec.by_load = random_() % 2 == 0;
        if (random_() % 2 == 0) spec.spread = Spread::kClient;
        spec.rules = {{Place("CN/120000"), {"b1", "b2"}, ""}};
      }
    }
    for (int i = 0; i < 200; ++i) given_.Network(absl::StrCat("10.", i, ".0.0/16"), place());
    Override(given_, {"10.7.0.0/17"}).nodes = {"a3", "b3"};
    places_ = given_.Places();
  }

  void Change() {
    for (int i = 0; i < 3; ++i) {
      NodeLive& live = given_.live()[absl::StrCat(random_() % 2 == 0 ? "a" : "b", random_() % 40)];
      live.out_bits_per_s = 1e6 * (random_() % 1000);
      live.free_eighths = 1 + random_() % 8;
      live.health = random_() % 4 == 0 ? Health::kDown : Health::kUp;
    }
    if (random_() % 4 != 0) return;
    const ipdb::Location place = places_->location(ipdb::CellId(random_() % places_->cell_count()));
    delays_.push_back(
        {absl::StrCat("a", random_() % 40), place, static_cast<int32_t>(random_() % 90'000)});
  }

  Random random_;
  Given given_;
  std::shared_ptr<const ipdb::PrefixTable> places_;
  std::vector<MeasuredDelay> delays_;
};

TEST_P(RebuildOracle, BuiltFromTheOneBeforeOnThreadsEqualsBuiltAnewInTurn) {
  for (Node& node : given_.config().nodes) node.capacity_mbps = 1000;
  auto snapshot = BuildSnapshot(given_.config(), given_.live(), places_, delays_);
  for (int round = 0; round < 6; ++round) {
    Change();
    snapshot = BuildSnapshot(given_.config(), given_.live(), places_, delays_, snapshot.get(),
                             [](size_t count, Task task) { RunOnThreads(3, count, task); });
    const auto anew = BuildSnapshot(given_.config(), given_.live(), places_, delays_);
    for (size_t i = 0; i < anew->names.size(); ++i) {
      for (int n = 0; n < 400; ++n) {
        const NameQuestion question{
            .client = ipdb::IpAddress::FromV4(0x0a000000 | (random_() & 0xffffff)), .stream = {}};
        const NameDecision is = DecideName(snapshot->names[i], question);
        const NameDecision should_be = DecideName(anew->names[i], question);
        ASSERT_EQ(*is.answer, *should_be.answer) << anew->names[i].name << " " << question.client;
        ASSERT_EQ(is.scope_bits, should_be.scope_bits);
      }
    }
    for (size_t i = 0; i < anew->cdns.size(); ++i) {
      for (size_t cell = 0; cell < anew->clients->cell_count(); ++cell) {
        ASSERT_EQ(snapshot->cdns[i].rankings[cell], anew->cdns[i].rankings[cell]);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Worlds, RebuildOracle, ::testing::Range(1u, 9u));

TEST(RebuildTest, WhatAChangeDoesNotConcernIsTheSameObject) {
  Given given = World();
  given.Own("second").Node("lonely", "SG///singtel").ScheduledName("far", "second", 1);
  for (Node& node : given.config().nodes) node.capacity_mbps = 1000;
  const auto places = given.Places();
  const auto before = BuildSnapshot(given.config(), given.live(), places);
  given.live()["lonely"].out_bits_per_s = 800e6;
  const auto after = BuildSnapshot(given.config(), given.live(), places, {}, before.get());
  const auto steering = [](const Snapshot& snapshot, absl::string_view name) {
    return snapshot.FindName(name).name->steering.get();
  };
  EXPECT_EQ(steering(*after, "pull.live.example"), steering(*before, "pull.live.example"));
  EXPECT_NE(steering(*after, "far.live.example"), steering(*before, "far.live.example"));
  EXPECT_EQ(after->clients, before->clients);
  // One node: the same answer to everybody, so even the runs of addresses are shared.
  EXPECT_EQ(steering(*after, "far.live.example")->v4.runs().data(),
            steering(*before, "far.live.example")->v4.runs().data());
}

}  // namespace
}  // namespace nearcast::scheduler
