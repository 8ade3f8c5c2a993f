#include "services/scheduler/preheat_desk.h"

#include "absl/strings/str_cat.h"
#include "base/fake_clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"
#include "services/rpc/status.h"
#include "services/store/memory_store.h"

namespace nearcast {
namespace {

using scheduler::Given;
using scheduler::StreamState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Given World() {
  return Given()
      .Own("own")
      .Node("gz", "CN/440000/440100/chinatelecom")
      .Node("bj", "CN/110000/110100/chinaunicom")
      .Network("10.0.0.0/14", "CN/440000/440100/chinatelecom")
      .Network("10.8.0.0/16", "CN/110000/110100/chinaunicom")
      .Point("show", {"own"}, {"origin", "hd"})
      .Ratio("default", {{"own", 1}});
}

class PreheatDeskTest : public ::testing::Test {
 protected:
  void SetUp() override { Create("s1"); }

  void Create(const std::string& name) {
    StreamEntry entry;
    entry.stream.name = name;
    entry.stream.publish_point = "show";
    ASSERT_TRUE(streams_.Insert(entry).ok());
  }

  v1::PreheatStreamRequest Ask(int start_s, int end_s) {
    v1::PreheatStreamRequest request;
    request.set_stream("s1");
    const int64_t now = absl::ToUnixSeconds(clock_.Now());
    request.mutable_start_time()->set_seconds(now + start_s);
    request.mutable_end_time()->set_seconds(now + end_s);
    return request;
  }

  std::vector<std::string> Held(const PreheatDesk& desk, const std::string& node) {
    const auto snapshot = snapshots_.Current();
    std::vector<std::string> held;
    for (const auto& each : desk.HeldBy(snapshot->node(*snapshot->FindNode(node)))) {
      held.push_back(absl::StrCat(each.app, "/", each.stream));
    }
    return held;
  }
  std::vector<std::string> Held(const std::string& node) { return Held(desk_, node); }

  std::vector<std::string> Nodes() {
    const auto entry = streams_.Find("s1");
    if (entry->preheat == nullptr) return {};
    return {entry->preheat->nodes().begin(), entry->preheat->nodes().end()};
  }

  std::string Refused(const v1::PreheatStreamRequest& request) {
    return std::string(rpc::ReasonOf(desk_.Preheat(request).status()));
  }

  void End() {
    ASSERT_TRUE(streams_
                    .Update("s1",
                            [](StreamEntry& entry) {
                              entry.stream.state = StreamState::kEnded;
                              return absl::OkStatus();
                            })
                    .ok());
  }

  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  store::MemoryStore store_;
  StreamTable streams_{&store_};
  SnapshotHolder<scheduler::Snapshot> snapshots_{World().Snapshot()};
  PreheatDesk desk_{&clock_, &snapshots_, &streams_};
};

TEST_F(PreheatDeskTest, HoldsEveryTierWhereViewersAreExpectedFromStartToEnd) {
  ASSERT_TRUE(desk_.Preheat(Ask(10, 20)).ok());
  EXPECT_THAT(Nodes(), ElementsAre("gz", "bj"));
  EXPECT_THAT(Held("gz"), IsEmpty());
  clock_.Advance(absl::Seconds(10));
  EXPECT_THAT(Held("gz"), ElementsAre("live/s1", "live/s1_hd"));
  EXPECT_THAT(Held("bj"), ElementsAre("live/s1", "live/s1_hd"));
  clock_.Advance(absl::Seconds(10));
  EXPECT_THAT(Held("gz"), IsEmpty());
  desk_.ApplyDue();
  EXPECT_EQ(streams_.Find("s1")->preheat, nullptr);
  EXPECT_EQ(desk_.totals().streams, 0u);
}

TEST_F(PreheatDeskTest, NamedNodesAloneAreTakenAsTheyAreAndPlacesAddTheirs) {
  v1::PreheatStreamRequest request = Ask(0, 10);
  request.add_nodes("bj");
  ASSERT_TRUE(desk_.Preheat(request).ok());
  EXPECT_THAT(Nodes(), ElementsAre("bj"));
  request.add_places()->set_isp("chinatelecom");
  ASSERT_TRUE(desk_.Preheat(request).ok());
  EXPECT_THAT(Nodes(), ElementsAre("bj", "gz"));
}

TEST_F(PreheatDeskTest, NodesAreChosenOnceMoreWhenItStarts) {
  ASSERT_TRUE(desk_.Preheat(Ask(3600, 7200)).ok());
  Given drained = World();
  drained.config().nodes[0].admin_state = scheduler::AdminState::kDrained;
  snapshots_.Publish(drained.Snapshot());
  desk_.ApplyDue();
  EXPECT_THAT(Nodes(), ElementsAre("gz", "bj"));
  clock_.Advance(absl::Hours(1));
  desk_.ApplyDue();
  EXPECT_THAT(Nodes(), ElementsAre("bj"));
  EXPECT_THAT(Held("gz"), IsEmpty());
  EXPECT_THAT(Held("bj"), ElementsAre("live/s1", "live/s1_hd"));
}

TEST_F(PreheatDeskTest, ItOutlivesARestart) {
  ASSERT_TRUE(desk_.Preheat(Ask(0, 60)).ok());
  StreamTable reopened(&store_);
  ASSERT_TRUE(reopened.Load().ok());
  PreheatDesk desk(&clock_, &snapshots_, &reopened);
  EXPECT_THAT(Held(desk, "gz"), ElementsAre("live/s1", "live/s1_hd"));
}

TEST_F(PreheatDeskTest, ItEndsWithTheStreamAndWhenItIsTurnedOff) {
  v1::PreheatStreamRequest request = Ask(0, 60);
  ASSERT_TRUE(desk_.Preheat(request).ok());
  request.set_off(true);
  ASSERT_TRUE(desk_.Preheat(request).ok());
  EXPECT_THAT(Held("gz"), IsEmpty());
  request.set_off(false);
  ASSERT_TRUE(desk_.Preheat(request).ok());
  End();
  EXPECT_THAT(Held("gz"), IsEmpty());
  EXPECT_EQ(Refused(request), "STREAM_ENDED");
}

TEST_F(PreheatDeskTest, WhatCannotBeIsRefused) {
  v1::PreheatStreamRequest request = Ask(0, 60);
  request.set_stream("nosuch");
  EXPECT_EQ(Refused(request), "STREAM_NOT_FOUND");
  EXPECT_EQ(Refused(Ask(10, 10)), "INVALID_PREHEAT");
  EXPECT_EQ(Refused(Ask(-20, -10)), "INVALID_PREHEAT");
  EXPECT_EQ(Refused(Ask(0, 8 * 24 * 3600)), "INVALID_PREHEAT");
  request = Ask(0, 60);
  request.add_nodes("nosuch");
  EXPECT_EQ(Refused(request), "INVALID_PREHEAT");
  snapshots_.Publish(
      World().Vendor("v").Ratio("show", {{"v", 1}}, {}, {.stream = "s1"}).Snapshot());
  EXPECT_EQ(Refused(Ask(0, 60)), "NO_NODE_TO_PREHEAT");
  EXPECT_EQ(desk_.totals().refused, 6u);
}

TEST_F(PreheatDeskTest, OnlySoManyStreamsAtATime) {
  for (size_t i = 0; i <= PreheatDesk::kStreamsMax; ++i) {
    Create(absl::StrCat("many-", i));
    v1::PreheatStreamRequest request = Ask(0, 60);
    request.set_stream(absl::StrCat("many-", i));
    request.add_nodes("gz");
    EXPECT_EQ(Refused(request), i < PreheatDesk::kStreamsMax ? "" : "TOO_MANY_PREHEATS");
  }
  v1::PreheatStreamRequest again = Ask(0, 90);
  again.set_stream("many-0");
  EXPECT_EQ(Refused(again), "") << "it stands already";
}

}  // namespace
}  // namespace nearcast
