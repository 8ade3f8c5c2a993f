#include "schedulerlib/place/delay_target.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> NamesOf(const std::vector<DelayTarget>& targets) {
  std::vector<std::string> names;
  for (const DelayTarget& target : targets) names.push_back(target.name);
  return names;
}

class DelayTargetTest : public ::testing::Test {
 protected:
  DelayTargetTest() {
    given_.Own("own").Own("other");
    given_.Node("gz", "CN/440000/440100/chinatelecom", {"192.0.2.1"});
    given_.Node("bj", "CN/110000/110100/chinaunicom", {"192.0.2.2"});
    given_.Network("198.51.100.0/24", "CN/310000/310100/chinatelecom");
    given_.config().nodes[0].cdn = "own";
  }

  std::vector<DelayTarget> Targets() {
    return FindDelayTargets(given_.config().delay_probes, given_.config().nodes, *given_.Places());
  }

  Given given_;
};

TEST_F(DelayTargetTest, SamplesStandWhereTheDatabaseOrTheResourceHasThem) {
  given_.config().delay_probes.push_back(
      {.name = "a",
       .samples = {{.address = "198.51.100.7:443"},
                   {.address = "203.0.113.1", .place = Place("SG")},
                   {.address = "203.0.113.2"}},  // nobody knows where: left out
       .interval_s = 30});
  const auto targets = Targets();
  EXPECT_THAT(NamesOf(targets), ElementsAre("sample/198.51.100.7:443", "sample/203.0.113.1:80"));
  EXPECT_EQ(targets[0].place, Place("CN/310000/310100/chinatelecom"));
  EXPECT_EQ(targets[0].port, 443);
  EXPECT_EQ(targets[0].interval_s, 30u);
  EXPECT_EQ(targets[1].place, Place("SG"));
}

TEST_F(DelayTargetTest, NodesMeasureOneAnotherAndNeverThemselves) {
  given_.config().delay_probes.push_back({.name = "a", .samples = {}, .between_nodes = true});
  const auto& nodes = given_.config().nodes;
  EXPECT_THAT(NamesOf(ChooseDelayTargets(nodes[0], Targets())), ElementsAre("node/bj"));
  EXPECT_THAT(NamesOf(ChooseDelayTargets(nodes[1], Targets())), ElementsAre("node/gz"));
}

TEST_F(DelayTargetTest, ProbeOfACdnIsForItsNodesAlone) {
  given_.config().delay_probes.push_back(
      {.name = "a", .samples = {{.address = "198.51.100.7"}}, .cdn = "own"});
  given_.config().nodes[1].cdn = "other";
  const auto& nodes = given_.config().nodes;
  EXPECT_EQ(ChooseDelayTargets(nodes[0], Targets()).size(), 1u);
  EXPECT_EQ(ChooseDelayTargets(nodes[1], Targets()).size(), 0u);
}

TEST_F(DelayTargetTest, TargetOfTwoProbesIsMeasuredOnceAsOftenAsTheMoreEagerSays) {
  given_.config().delay_probes.push_back(
      {.name = "a", .samples = {}, .between_nodes = true, .interval_s = 60});
  given_.config().delay_probes.push_back(
      {.name = "b", .samples = {}, .between_nodes = true, .interval_s = 10});
  const auto chosen = ChooseDelayTargets(given_.config().nodes[0], Targets());
  ASSERT_EQ(chosen.size(), 1u);
  EXPECT_EQ(chosen[0].interval_s, 10u);
}

TEST_F(DelayTargetTest, NearestSamplesAreKeptAndEquallyNearOnesSharedOut) {
  DelayProbe probe{.name = "a", .samples = {}};
  for (int i = 0; i < 100; ++i) {
    probe.samples.push_back({.address = absl::StrCat("10.0.0.", i), .place = Place("US//")});
    probe.samples.push_back(
        {.address = absl::StrCat("10.0.1.", i), .place = Place("CN/440000/440100/chinatelecom")});
  }
  given_.config().delay_probes.push_back(probe);
  Node gz = given_.config().nodes[0];
  std::set<std::string> measured;
  for (int i = 0; i < 20; ++i) {
    gz.name = absl::StrCat("gz-", i);
    const auto chosen = ChooseDelayTargets(gz, Targets(), 20, 0);
    ASSERT_EQ(chosen.size(), 20u);
    for (const DelayTarget& target : chosen) {
      EXPECT_EQ(target.place.country, "CN") << target.name;
      measured.insert(target.name);
    }
  }
  EXPECT_GT(measured.size(), 90u) << "of 100 equally near samples";
}

}  // namespace
}  // namespace nearcast::scheduler
