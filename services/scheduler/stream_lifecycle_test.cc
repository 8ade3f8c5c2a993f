#include "services/scheduler/stream_lifecycle.h"

#include "base/fake_clock.h"
#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"
#include "services/rpc/status.h"
#include "services/store/memory_store.h"

namespace nearcast {
namespace {

using scheduler::Given;
using scheduler::StreamState;

std::shared_ptr<const scheduler::Snapshot> World() {
  Given given;
  given.Own("own").Node("n", "CN").Node("old", "CN").Vendor("vendor");
  given.Point("show", {"own", "vendor"});
  scheduler::PublishPoint& show = given.config().publish_points[0];
  show.reconnect_grace_s = 5;
  show.created_ttl_s = 100;
  show.interrupted_ttl_s = 50;
  return given.Snapshot();
}

class StreamLifecycleTest : public ::testing::Test {
 protected:
  void Create(const std::string& name, StreamState state = StreamState::kCreated) {
    StreamEntry entry;
    entry.stream.name = name;
    entry.stream.publish_point = "show";
    entry.stream.state = state;
    entry.stream.push_lines = {{"main", "own", "n", "rtmp://n/live/" + name, false}};
    entry.create_time = entry.update_time = entry.state_since = clock_.Now();
    ASSERT_TRUE(streams_.Insert(entry).ok());
  }

  void Start(const std::string& key) { lifecycle_.ApplyPublished({.started = {key}}); }
  void Stop(const std::string& key, const std::string& node = "n") {
    lifecycle_.ApplyPublished({.stopped = {key}, .node = node});
  }
  void SetLines(const std::string& name, const std::vector<scheduler::PushLine>& lines,
                bool ends_on_unpublish = true) {
    ASSERT_TRUE(streams_
                    .Update(name,
                            [&](StreamEntry& entry) {
                              entry.stream.push_lines = lines;
                              entry.ends_on_unpublish = ends_on_unpublish;
                              return absl::OkStatus();
                            })
                    .ok());
  }
  std::string StateOf(const std::string& name) {
    return std::string(StreamStateName(streams_.Find(name)->stream.state));
  }
  size_t After(int seconds) {
    clock_.Advance(absl::Seconds(seconds));
    return lifecycle_.ChangeDue();
  }

  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  store::MemoryStore store_;
  StreamTable streams_{&store_};
  SnapshotHolder<scheduler::Snapshot> snapshots_{World()};
  StreamLifecycle lifecycle_{&clock_, &snapshots_, &streams_};
};

TEST_F(StreamLifecycleTest, RelaysReportsMoveStreamsAsFarAsTheStatesAllow) {
  Create("s");
  Create("waiting");
  Create("ended", StreamState::kEnded);
  Create("banned", StreamState::kBanned);
  for (const char* key : {"live/s", "live/ended", "live/banned", "live/unknown"}) Start(key);
  EXPECT_EQ(StateOf("s"), "publishing");
  EXPECT_EQ(StateOf("ended"), "ended");
  EXPECT_EQ(StateOf("banned"), "banned");
  for (const char* key : {"live/waiting", "live/banned"}) Stop(key);
  EXPECT_EQ(After(10), 0u);
  EXPECT_EQ(StateOf("waiting"), "created");
  EXPECT_EQ(StateOf("banned"), "banned");
  EXPECT_TRUE(lifecycle_.MayPublish("live/s"));
  EXPECT_TRUE(lifecycle_.MayPublish("live/unknown"));
  EXPECT_FALSE(lifecycle_.MayPublish("live/ended"));
  EXPECT_TRUE(lifecycle_.MayPublish("other/ended"));
  EXPECT_FALSE(lifecycle_.MayPublish("live/banned"));
}

TEST_F(StreamLifecycleTest, AGoodbyeHasNoGrace) {
  Create("s");
  Create("short");
  ASSERT_TRUE(streams_
                  .Update("short",
                          [](StreamEntry& entry) {
                            entry.ends_on_unpublish = true;
                            return absl::OkStatus();
                          })
                  .ok());
  for (const char* key : {"live/s", "live/short"}) {
    lifecycle_.ApplyUnpublished("n", key);
    Start(key);
    lifecycle_.ApplyUnpublished("n", key);
    lifecycle_.ApplyUnpublished("n", "other/x");
    Stop(key);
  }
  EXPECT_EQ(StateOf("s"), "interrupted");
  EXPECT_EQ(StateOf("short"), "ended");
  Start("live/s");
  EXPECT_EQ(StateOf("s"), "publishing");
  EXPECT_EQ(After(10), 0u);
}

TEST_F(StreamLifecycleTest, APushThatComesBackInTimeWasNeverInterrupted) {
  Create("s");
  Start("live/s");
  Stop("live/s");
  EXPECT_EQ(After(4), 0u);
  EXPECT_EQ(StateOf("s"), "publishing");
  Start("live/s");
  EXPECT_EQ(After(100), 0u);
  EXPECT_EQ(StateOf("s"), "publishing");
}

TEST_F(StreamLifecycleTest, APushThatStaysAwayIsInterruptedThenEnded) {
  Create("s");
  Start("live/s");
  Stop("live/s");
  clock_.Advance(absl::Seconds(3));
  Stop("live/s");  // told a second time: the grace counts from the first
  EXPECT_EQ(After(2), 1u);
  EXPECT_EQ(StateOf("s"), "interrupted");
  Start("live/s");
  EXPECT_EQ(StateOf("s"), "publishing");
  Stop("live/s");
  EXPECT_EQ(After(5), 1u);
  EXPECT_EQ(After(50), 1u);
  EXPECT_EQ(StateOf("s"), "ended");
}

TEST_F(StreamLifecycleTest, AStreamThatIsNeverPushedEnds) {
  Create("s");
  EXPECT_EQ(After(99), 0u);
  EXPECT_EQ(After(1), 1u);
  EXPECT_EQ(StateOf("s"), "ended");
}

TEST_F(StreamLifecycleTest, AChangeOfItsLinesDoesNotMakeAStreamLiveLonger) {
  Create("s");
  clock_.Advance(absl::Seconds(60));
  ASSERT_TRUE(streams_
                  .Update("s",
                          [this](StreamEntry& entry) {
                            entry.update_time = clock_.Now();
                            entry.stream.push_lines[0].url = "rtmp://other.example/live/s";
                            return absl::OkStatus();
                          })
                  .ok());
  StreamTable reopened(&store_);
  ASSERT_TRUE(reopened.Load().ok());
  EXPECT_EQ(reopened.Find("s")->state_since, clock_.Now() - absl::Seconds(60));
  EXPECT_EQ(After(39), 0u);
  EXPECT_EQ(After(1), 1u);
  EXPECT_EQ(StateOf("s"), "ended");
}

TEST_F(StreamLifecycleTest, TheGraceOutlivesARestart) {
  Create("s");
  Start("live/s");
  Stop("live/s");
  StreamTable reopened(&store_);
  ASSERT_TRUE(reopened.Load().ok());
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(StreamLifecycle(&clock_, &snapshots_, &reopened).ChangeDue(), 1u);
  EXPECT_EQ(reopened.Find("s")->stream.state, StreamState::kInterrupted);
}

TEST_F(StreamLifecycleTest, StreamsThatNobodyHearsAnyMoreAreInterrupted) {
  for (const char* name : {"gone", "heard", "waiting"}) Create(name);
  Start("live/gone");
  Start("live/heard");
  const auto is_heard = [](absl::string_view app_stream) { return app_stream == "live/heard"; };
  EXPECT_EQ(lifecycle_.InterruptUnheard(is_heard, absl::Seconds(10)), 0u);  // it has just begun
  clock_.Advance(absl::Seconds(11));
  EXPECT_EQ(lifecycle_.InterruptUnheard(is_heard, absl::Seconds(10)), 1u);
  EXPECT_EQ(StateOf("gone"), "interrupted");
  EXPECT_EQ(StateOf("heard"), "publishing");
  EXPECT_EQ(StateOf("waiting"), "created");
}

TEST_F(StreamLifecycleTest, ALongGraceIsNotCutShort) {
  Create("s");
  Start("live/s");
  clock_.Advance(absl::Seconds(60));
  Stop("live/s");
  const auto nobody = [](absl::string_view) { return false; };
  EXPECT_EQ(lifecycle_.InterruptUnheard(nobody, absl::Seconds(10)), 0u);
  EXPECT_EQ(After(5), 1u);
}

TEST_F(StreamLifecycleTest, AGoodbyeToTheNodeThatAStreamHasLeftLeavesTheGrace) {
  Create("s");
  SetLines("s", {{"main", "own", "n", "rtmp://n/live/s", false}});
  Start("live/s");
  lifecycle_.ApplyUnpublished("old", "live/s");
  EXPECT_EQ(After(4), 0u);
  EXPECT_EQ(StateOf("s"), "publishing");
  Start("live/s");
  EXPECT_EQ(After(100), 0u);
  lifecycle_.ApplyUnpublished("old", "live/s");
  EXPECT_EQ(After(5), 1u);
  EXPECT_EQ(StateOf("s"), "interrupted") << "it never came";
  Start("live/s");
  lifecycle_.ApplyUnpublished("n", "live/s");
  EXPECT_EQ(StateOf("s"), "ended");
}

TEST_F(StreamLifecycleTest, AStreamThatWasMovedToAVendorDoesNotHangOnItsOldNode) {
  Create("s");
  Start("live/s");
  SetLines("s", {{"main", "vendor", "", "rtmp://push.vendor.example/live/s", false}});
  lifecycle_.ApplyUnpublished("n", "live/s");
  Stop("live/s");
  EXPECT_EQ(After(100), 0u);
  EXPECT_EQ(lifecycle_.InterruptUnheard([](absl::string_view) { return false; }, absl::Seconds(10)),
            0u);
  EXPECT_EQ(StateOf("s"), "publishing");
}

TEST_F(StreamLifecycleTest, AVendorsLineCarriesOnWhenTheOwnPushIsLost) {
  const auto nobody = [](absl::string_view) { return false; };
  for (const bool is_cold : {false, true}) {
    const std::string name = is_cold ? "cold" : "hot";
    Create(name);
    SetLines(name, {{"main", "own", "n", "rtmp://n/live/" + name, false},
                    {"backup", "vendor", "", "rtmp://push.example/live/" + name, is_cold}});
    Start("live/" + name);
    Stop("live/" + name);
    lifecycle_.ApplyUnpublished("n", "live/" + name);
    EXPECT_EQ(After(100), 0u);
    EXPECT_EQ(lifecycle_.InterruptUnheard(nobody, absl::Seconds(10)), 0u);
    EXPECT_EQ(StateOf(name), "publishing");
    ASSERT_TRUE(SetCarrier(streams_, name, scheduler::CarriedBy::kMain, clock_.Now()).ok());
    Stop("live/" + name);
    EXPECT_EQ(After(5), 1u) << "the vendor's has failed too";
    EXPECT_EQ(StateOf(name), "interrupted");
    ASSERT_TRUE(ChangeState(streams_, name, StreamState::kEnded, clock_.Now()).ok());
  }
}

class StandbyTest : public StreamLifecycleTest {
 protected:
  void CreatePair(bool cold) {
    Create("s");
    ASSERT_TRUE(streams_
                    .Update("s",
                            [cold](StreamEntry& entry) {
                              auto& lines = entry.stream.push_lines;
                              lines.push_back({"backup", "own", "n", "rtmp://n/live/s", cold});
                              return absl::OkStatus();
                            })
                    .ok());
    Start("live/s");
  }

  // What each line's push is heard to do, again and again for so long.
  scheduler::CarriedBy Hear(scheduler::Heard main, scheduler::Heard backup, int seconds) {
    for (int i = 0; i <= seconds; ++i) {
      if (i > 0) clock_.Advance(absl::Seconds(1));
      lifecycle_.ApplyHeard([=](const scheduler::PushLine& line, absl::string_view app_stream) {
        EXPECT_EQ(app_stream, "live/s");
        return line.line == "main" ? main : backup;
      });
    }
    return streams_.Find("s")->stream.carried_by;
  }

  static constexpr scheduler::Heard kYes = scheduler::Heard::kYes;
  static constexpr scheduler::Heard kNo = scheduler::Heard::kNo;
};

TEST_F(StandbyTest, ALineThatStaysAwayForTheGraceHasFailed) {
  CreatePair(true);
  EXPECT_EQ(Hear(kNo, kYes, 4), scheduler::CarriedBy::kPlanned);
  EXPECT_EQ(Hear(kYes, kYes, 1), scheduler::CarriedBy::kPlanned) << "back in time";
  EXPECT_EQ(Hear(kNo, kYes, 4), scheduler::CarriedBy::kPlanned);
  EXPECT_EQ(Hear(kNo, kYes, 5), scheduler::CarriedBy::kBackup);
  EXPECT_EQ(Hear(kYes, kNo, 5), scheduler::CarriedBy::kPlanned);
}

TEST_F(StandbyTest, HotStandbyLosesEitherLine) {
  CreatePair(false);
  EXPECT_EQ(Hear(kYes, kNo, 5), scheduler::CarriedBy::kMain);
  EXPECT_EQ(Hear(kNo, kNo, 5), scheduler::CarriedBy::kMain) << "nothing is known to be better";
  EXPECT_EQ(Hear(kNo, kYes, 5), scheduler::CarriedBy::kBackup);
}

TEST_F(StandbyTest, WhatVendorsDoIsSaidByTheRoomServiceAndStays) {
  CreatePair(true);
  ASSERT_TRUE(SetCarrier(streams_, "s", scheduler::CarriedBy::kBackup, clock_.Now()).ok());
  EXPECT_EQ(Hear(scheduler::Heard::kUnknown, kNo, 20), scheduler::CarriedBy::kBackup);
  StreamTable reopened(&store_);
  ASSERT_TRUE(reopened.Load().ok());
  EXPECT_EQ(reopened.Find("s")->stream.carried_by, scheduler::CarriedBy::kBackup);
}

TEST_F(StandbyTest, AStreamWithOneLineHasNoOther) {
  Create("s");
  const auto set = SetCarrier(streams_, "s", scheduler::CarriedBy::kBackup, clock_.Now());
  EXPECT_EQ(rpc::ReasonOf(set.status()), "INVALID_CARRIER");
}

TEST_F(StreamLifecycleTest, AnotherAppsStreamOfTheSameNameMovesNothing) {
  Create("s");
  Start("other/s");
  EXPECT_EQ(StateOf("s"), "created");
  Start("live/s");
  Stop("other/s");
  EXPECT_EQ(After(60), 0u);
  EXPECT_EQ(StateOf("s"), "publishing");
}

TEST_F(StreamLifecycleTest, RefusalsSayWhichStateTheStreamIsIn) {
  Create("s", StreamState::kEnded);
  const auto changed = ChangeState(streams_, "s", StreamState::kPublishing, clock_.Now());
  EXPECT_EQ(rpc::ReasonOf(changed.status()), "STATE_CHANGE_NOT_ALLOWED");
  EXPECT_EQ(changed.status().message(), "stream s is ended and cannot become publishing");
  const auto unknown = ChangeState(streams_, "nosuch", StreamState::kEnded, clock_.Now());
  EXPECT_EQ(rpc::ReasonOf(unknown.status()), "STREAM_NOT_FOUND");
}

}  // namespace
}  // namespace nearcast
