#include "schedulerlib/standby/heard_line.h"

#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

std::shared_ptr<const Snapshot> World() {
  Given given;
  given.Own("own").Node("gz", "CN").Node("bj", "CN").Node("silent", "CN");
  given.config().nodes.back().health = HealthSource::kAlwaysUp;
  given.Own("named").Node("n1", "CN").Node("n2", "CN");
  given.config().cdns.back().addressing = Addressing::kDomain;
  given.config().cdns.back().push_domain = "push.live.example";
  given.config().cdns.back().pull_domain = "pull.live.example";
  return given.Vendor("vendor").Point("show", {"own", "named", "vendor"}).Snapshot();
}

const PushLine kGz = {"main", "own", "gz", "rtmp://192.0.2.1/live/s", false};
const PushLine kBj = {"backup", "own", "bj", "rtmp://192.0.2.2/live/s", false};
const PushLine kSilent = {"main", "own", "silent", "rtmp://192.0.2.3/live/s", false};
const PushLine kNamed = {"main", "named", "n1", "rtmp://push.live.example/live/s", false};
const PushLine kVendor = {"backup", "vendor", "", "rtmp://push.vendor.example/live/s", false};

Stream Live(std::vector<PushLine> lines, CarriedBy carried_by = CarriedBy::kPlanned) {
  return {.name = "s",
          .publish_point = "show",
          .state = StreamState::kPublishing,
          .carried_by = carried_by,
          .push_lines = std::move(lines)};
}

TEST(HeardLineTest, AUrlWithANodesAddressLeadsThereOnly) {
  const auto world = World();
  EXPECT_TRUE(LeadsTo(*world, kGz, "gz"));
  EXPECT_FALSE(LeadsTo(*world, kGz, "bj"));
  EXPECT_FALSE(LeadsTo(*world, kVendor, "gz"));
  EXPECT_FALSE(LeadsTo(*world, kVendor, ""));
}

TEST(HeardLineTest, ADomainLeadsToAnyNodeOfItsCdn) {
  const auto world = World();
  EXPECT_TRUE(LeadsTo(*world, kNamed, "n1"));
  EXPECT_TRUE(LeadsTo(*world, kNamed, "n2"));
  EXPECT_FALSE(LeadsTo(*world, kNamed, "gz"));
  EXPECT_FALSE(LeadsTo(*world, kNamed, "no-such-node"));
}

TEST(HeardLineTest, OnlyALinesOwnPublisherIsItsPush) {
  const auto world = World();
  EXPECT_EQ(HearLine(*world, kGz, {"bj", "gz"}), Heard::kYes);
  EXPECT_EQ(HearLine(*world, kGz, {"bj"}), Heard::kNo);
  EXPECT_EQ(HearLine(*world, kGz, {}), Heard::kNo);
  EXPECT_EQ(HearLine(*world, kNamed, {"n2"}), Heard::kYes);
  EXPECT_EQ(HearLine(*world, kVendor, {"gz"}), Heard::kUnknown);
  EXPECT_EQ(HearLine(*world, kSilent, {}), Heard::kUnknown);
}

TEST(HeardLineTest, OnlyALineThatNobodyCanWatchMayGoOnUnheard) {
  const auto world = World();
  EXPECT_FALSE(MayGoOnUnheard(*world, Live({kGz})));
  EXPECT_FALSE(MayGoOnUnheard(*world, Live({kGz, kBj}), "gz"));
  EXPECT_TRUE(MayGoOnUnheard(*world, Live({kVendor}), "gz"));
  EXPECT_TRUE(MayGoOnUnheard(*world, Live({kGz, kVendor}), "gz"));
  EXPECT_TRUE(MayGoOnUnheard(*world, Live({kSilent})));
  EXPECT_FALSE(MayGoOnUnheard(*world, Live({kSilent}), "silent")) << "it has just told";
}

TEST(HeardLineTest, ALineThatIsSaidToHaveFailedDoesNotGoOn) {
  const auto world = World();
  EXPECT_FALSE(MayGoOnUnheard(*world, Live({kGz, kVendor}, CarriedBy::kMain), "gz"));
  EXPECT_TRUE(MayGoOnUnheard(*world, Live({kGz, kVendor}, CarriedBy::kBackup), "gz"));
  PushLine cold = kVendor;
  cold.on_failure_only = true;
  EXPECT_TRUE(MayGoOnUnheard(*world, Live({kGz, cold}), "gz"))
      << "the publisher may be there by now";
}

}  // namespace
}  // namespace nearcast::scheduler
