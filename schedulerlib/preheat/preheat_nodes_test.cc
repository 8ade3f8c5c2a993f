#include "schedulerlib/preheat/preheat_nodes.h"

#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schedulerlib/stream/play.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Guangdong Telecom has four times the addresses of Beijing Unicom.
Given World() {
  return Given()
      .Own("own")
      .Node("gz", "CN/440000/440100/chinatelecom")
      .Node("bj", "CN/110000/110100/chinaunicom")
      .Node("sh", "CN/310000/310100/chinatelecom")
      .Vendor("vendor")
      .Network("10.0.0.0/14", "CN/440000/440100/chinatelecom")
      .Network("10.8.0.0/16", "CN/110000/110100/chinaunicom")
      .Point("show", {"own"}, {"origin", "hd", "ao"})
      .Ratio("default", {{"own", 1}});
}

class PreheatNodesTest : public ::testing::Test {
 protected:
  PreheatNodesTest() {
    stream_.name = "s1";
    stream_.publish_point = "show";
    stream_.state = StreamState::kPublishing;
  }

  std::vector<std::string> Choose(const Given& given, const std::vector<std::string>& places = {},
                                  size_t nodes_max = 100) {
    std::vector<ipdb::Location> locations;
    for (const std::string& place : places) locations.push_back(Place(place));
    const auto snapshot = given.Snapshot();
    std::vector<std::string> names;
    for (const NodeIndex node : ChoosePreheatNodes(
             *snapshot, {.stream = stream_, .places = locations, .nodes_max = nodes_max})) {
      names.push_back(snapshot->node(node).spec.name);
    }
    return names;
  }

  Stream stream_;
};

TEST_F(PreheatNodesTest, ThoseWithTheMostExpectedViewersGoFirst) {
  EXPECT_THAT(Choose(World()), ElementsAre("gz", "bj"));
  EXPECT_THAT(Choose(World(), {}, 1), ElementsAre("gz"));
}

TEST_F(PreheatNodesTest, OnlyPlacesThatAreAskedCount) {
  EXPECT_THAT(Choose(World(), {"CN/110000"}), ElementsAre("bj"));
  EXPECT_THAT(Choose(World(), {"CN///chinatelecom"}), ElementsAre("gz"));
  EXPECT_THAT(Choose(World(), {"CN/110000", "CN/440000"}), ElementsAre("gz", "bj"));
}

TEST_F(PreheatNodesTest, APlaceThatTheDatabaseDoesNotKnowCountsAsOne) {
  EXPECT_THAT(Choose(World(), {"CN/310000/310100/chinatelecom"}), ElementsAre("sh"));
}

TEST_F(PreheatNodesTest, VendorsHaveNoNodesToPreheat) {
  EXPECT_THAT(Choose(World().Ratio("all", {{"vendor", 1}}, {}, {.publish_point = "show"})),
              IsEmpty());
}

TEST_F(PreheatNodesTest, AHeldStreamsCdnGoesBeforeTheRules) {
  Given given = World();
  given.Own("other").Node("other-1", "CN/110000");
  stream_.play_cdn = "other";
  EXPECT_THAT(Choose(given), ElementsAre("other-1"));
}

TEST_F(PreheatNodesTest, TheBackupLinesNodesComeLast) {
  Given given = World();
  given.Own("other").Node("other-1", "CN/440000");
  given.Ratio("show", {{"own", 1}}, {{"other", 1}}, {.publish_point = "show"});
  EXPECT_THAT(Choose(given), ElementsAre("gz", "bj", "other-1"));
}

TEST_F(PreheatNodesTest, EveryTierIsHeldOnce) {
  const auto snapshot = World().Snapshot();
  EXPECT_THAT(HeldNames(*snapshot, stream_, *snapshot->FindCdn("own")), ElementsAre("s1", "s1_hd"));
}

// The oracle is the play decision itself, asked from every network.
TEST_F(PreheatNodesTest, WhatIsPreheatedIsWhereViewersAreSent) {
  std::mt19937 random(11);
  const std::vector<std::string> isps = {"chinatelecom", "chinaunicom", "chinamobile"};
  for (int world = 0; world < 20; ++world) {
    Given given;
    given.Own("own");
    for (int node = 0; node < 12; ++node) {
      given.Node(absl::StrCat("n", node),
                 absl::StrCat("CN/", 110000 + random() % 4 * 10000, "//", isps[random() % 3]));
      if (random() % 5 == 0) given.Drained();
    }
    std::vector<std::string> networks;
    for (int network = 1; network <= 12; ++network) {
      networks.push_back(absl::StrCat("10.", network, ".0.1"));
      given.Network(absl::StrCat("10.", network, ".0.0/16"),
                    absl::StrCat("CN/", 110000 + network % 4 * 10000, "//", isps[network % 3]));
    }
    given.Point("show", {"own"}).Ratio("default", {{"own", 1}});
    stream_.name = absl::StrCat("s", world);
    const auto snapshot = given.Snapshot();
    std::set<std::string> sent;
    for (const std::string& address : networks) {
      Viewer viewer;
      viewer.address = Ip(address);
      viewer.key = address;
      const auto decision = DecidePlay(*snapshot, stream_, viewer).value();
      sent.insert(snapshot->node(*decision.lines[0].node).spec.name);
    }
    EXPECT_THAT(Choose(given, {"CN"}), ::testing::UnorderedElementsAreArray(sent));
  }
}

}  // namespace
}  // namespace nearcast::scheduler
