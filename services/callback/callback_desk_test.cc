#include "services/callback/callback_desk.h"

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"
#include "services/callback/room_service.h"
#include "services/store/memory_store.h"

namespace nearcast::callback {
namespace {

using scheduler::StreamState;
using ::testing::ElementsAre;

// What each call begins with.
std::vector<std::string> EventsOf(const std::vector<std::string>& bodies) {
  std::vector<std::string> events;
  for (const std::string& body : bodies) {
    events.push_back(body.substr(0, body.find(",\"publish_point\"")));
  }
  return events;
}

std::shared_ptr<const scheduler::Snapshot> World(const std::string& url) {
  scheduler::Given given;
  given.Vendor("vendor").Point("show", {"vendor"});
  if (url.empty()) return given.Snapshot();
  given.config().publish_points[0].callback = {url, "secret", {"created", "publishing", "ended"}};
  return given.Snapshot();
}

// Nobody listens there.
constexpr char kNowhere[] = "http://127.0.0.1:1/hook";

// One life of the control plane, on a store that outlives it.
struct Life {
  Life(store::Store* store, const std::string& url) : streams(store), snapshots(World(url)) {
    EXPECT_TRUE(streams.Load().ok());
    desk = std::make_unique<CallbackDesk>(Clock::System(), &snapshots, &streams);
  }

  void Create(const std::string& name) {
    StreamEntry entry;
    entry.stream.name = name;
    entry.stream.publish_point = "show";
    EXPECT_TRUE(streams.Insert(entry).ok());
  }

  void Set(const std::string& name, StreamState state) {
    EXPECT_TRUE(streams
                    .Update(name,
                            [state](StreamEntry& entry) {
                              entry.stream.state = state;
                              return absl::OkStatus();
                            })
                    .ok());
  }

  size_t Untold(const std::string& name) const { return streams.Find(name)->untold.size(); }

  StreamTable streams;
  SnapshotHolder<scheduler::Snapshot> snapshots;
  std::unique_ptr<CallbackDesk> desk;
};

TEST(CallbackDeskTest, WhatWasToldIsForgottenAndWhatIsNotListedIsNot) {
  RoomService room;
  store::MemoryStore store;
  Life life(&store, room.url());
  life.Create("s1");
  life.Set("s1", StreamState::kPublishing);
  life.Set("s1", StreamState::kInterrupted);
  life.Set("s1", StreamState::kEnded);
  EXPECT_THAT(EventsOf(room.WaitForBodies(3)), ElementsAre(R"({"event":"created","stream":"s1")",
                                                           R"({"event":"publishing","stream":"s1")",
                                                           R"({"event":"ended","stream":"s1")"));
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (life.Untold("s1") > 0 && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(1));
  EXPECT_EQ(life.Untold("s1"), 0u);
  EXPECT_EQ(life.desk->totals().sent, 3u);
}

TEST(CallbackDeskTest, WhatARestartFindsUntoldIsToldInOrder) {
  RoomService room;
  store::MemoryStore store;
  {
    Life life(&store, kNowhere);
    life.Create("s1");
    life.Set("s1", StreamState::kPublishing);
    life.Set("s1", StreamState::kEnded);
    life.Create("s1");  // the name again: what was before is not forgotten
    EXPECT_EQ(life.Untold("s1"), 4u);
  }
  Life life(&store, room.url());
  life.Set("s1", StreamState::kPublishing);
  EXPECT_THAT(
      EventsOf(room.WaitForBodies(5)),
      ElementsAre(R"({"event":"created","stream":"s1")", R"({"event":"publishing","stream":"s1")",
                  R"({"event":"ended","stream":"s1")", R"({"event":"created","stream":"s1")",
                  R"({"event":"publishing","stream":"s1")"));
}

TEST(CallbackDeskTest, WhatNobodyWantsToKnowAnyMoreIsForgotten) {
  store::MemoryStore store;
  { Life(&store, kNowhere).Create("s1"); }
  EXPECT_EQ(Life(&store, "").Untold("s1"), 0u);
}

TEST(CallbackDeskTest, OfOneStreamOnlySoManyChangesWait) {
  store::MemoryStore store;
  Life life(&store, kNowhere);
  life.Create("s1");
  for (size_t i = 0; i < CallbackDesk::kUntoldMax; ++i) {
    life.Set("s1", StreamState::kPublishing);
    life.Set("s1", StreamState::kInterrupted);
  }
  EXPECT_EQ(life.Untold("s1"), CallbackDesk::kUntoldMax);
  EXPECT_EQ(life.desk->totals().refused, 1u);
}

}  // namespace
}  // namespace nearcast::callback
