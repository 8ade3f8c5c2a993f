#include "services/callback/play_desk.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"
#include "services/callback/room_service.h"
#include "services/rpc/status.h"
#include "services/store/memory_store.h"

namespace nearcast::callback {
namespace {

std::shared_ptr<const scheduler::Snapshot> World(const std::string& url,
                                                 const std::vector<std::string>& events) {
  scheduler::Given given;
  given.Own("own")
      .Node("gz", "CN/440000/440100/chinatelecom")
      .Point("show", {"own"}, {"origin", "sd"});
  given.config().publish_points[0].callback = {url, "secret", events};
  return given.Snapshot();
}

v1::PlayEvent Begin(const std::string& stream, const std::string& session) {
  v1::PlayEvent event;
  event.set_app("live");
  event.set_stream(stream);
  event.set_session(session);
  event.set_format("http-flv");
  event.set_address("192.0.2.1");
  event.set_time_ms(1'790'000'000'000);
  return event;
}

v1::PlayEvent End(const std::string& stream, const std::string& session) {
  v1::PlayEvent event = Begin(stream, session);
  event.set_ended(true);
  event.set_bytes(1234);
  event.set_duration_ms(2500);
  event.set_reason("left");
  event.mutable_drops()->set_tail(3);
  event.mutable_drops()->set_undecodable(1);
  event.set_jumps(2);
  event.set_delay_ms_mean(70);
  event.set_delay_ms_max(800);
  return event;
}

class PlayDeskTest : public ::testing::Test {
 protected:
  void Use(const std::vector<std::string>& events, const PlayDeskOptions& options) {
    snapshots_ = std::make_unique<SnapshotHolder<scheduler::Snapshot>>(World(room_.url(), events));
    StreamEntry entry;
    entry.stream.name = "s1";
    entry.stream.publish_point = "show";
    ASSERT_TRUE(streams_.Insert(entry).ok());
    desk_ = std::make_unique<PlayDesk>(Clock::System(), snapshots_.get(), &streams_, options);
  }

  absl::Status Tell(uint64_t sequence, const std::vector<v1::PlayEvent>& events,
                    uint64_t left_out = 0) {
    v1::TellPlaysRequest batch;
    batch.set_node("gz");
    batch.set_instance_id("i");
    batch.set_sequence(sequence);
    batch.set_left_out(left_out);
    for (const v1::PlayEvent& event : events) *batch.add_events() = event;
    return desk_->Take(batch).status();
  }

  RoomService room_;
  store::MemoryStore store_;
  StreamTable streams_{&store_};
  std::unique_ptr<SnapshotHolder<scheduler::Snapshot>> snapshots_;
  std::unique_ptr<PlayDesk> desk_;
};

TEST_F(PlayDeskTest, PlaysOfAPublishPointAreToldInOneCall) {
  Use({"on_play", "on_stop"}, {.gather = absl::Milliseconds(1)});
  ASSERT_TRUE(Tell(1, {Begin("s1", "a"), End("s1", "a")}).ok());
  const auto calls = room_.WaitForBodies(1);
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_TRUE(absl::StartsWith(calls[0], R"({"event":"plays","publish_point":"show","time_ms":)"))
      << calls[0];
  const std::string who =
      R"("stream":"s1","tier":"origin","app":"live","session":"a","node":"gz","format":"http-flv",)"
      R"("address":"192.0.2.1","time_ms":1790000000000)";
  EXPECT_TRUE(absl::EndsWith(
      calls[0],
      absl::StrCat(R"("left_out":0,"plays":[{"event":"on_play",)", who, R"(},{"event":"on_stop",)",
                   who, R"(,"bytes":1234,"duration_ms":2500,)",
                   R"("dropped":{"tail":3,"unreferred":0,"rest":0,"jumped":0,"undecodable":1},)",
                   R"("jumps":2,"delay_ms_mean":70,"delay_ms_max":800,"reason":"left"}]})")))
      << calls[0];
}

TEST_F(PlayDeskTest, OnlyWhatIsListedAndOnlyOfTheStreamsOfThePoint) {
  Use({"on_stop"}, {.gather = absl::Milliseconds(1)});
  v1::PlayEvent foreign = End("s1", "other-app");
  foreign.set_app("other");
  ASSERT_TRUE(Tell(1, {Begin("s1", "a"), foreign, End("unknown", "b"), End("s1", "c")}).ok());
  const auto calls = room_.WaitForBodies(1);
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_TRUE(absl::StrContains(calls[0], R"("session":"c")"));
  for (const char* other : {R"("session":"a")", "other-app", R"("session":"b")"}) {
    EXPECT_FALSE(absl::StrContains(calls[0], other)) << other;
  }
  EXPECT_EQ(desk_->totals().begun, 1u);
  EXPECT_EQ(desk_->totals().ended, 3u);
}

TEST_F(PlayDeskTest, ATierIsToldAsAPlayOfItsStream) {
  Use({"on_play", "on_stop"}, {.gather = absl::Milliseconds(1)});
  ASSERT_TRUE(Tell(1, {Begin("s1_sd", "a"), End("s1_sd", "a"), Begin("s1_uhd", "b")}).ok());
  const auto calls = room_.WaitForBodies(1);
  ASSERT_EQ(calls.size(), 1u);
  const std::string played = R"("stream":"s1","tier":"sd","app":"live","session":"a")";
  EXPECT_TRUE(absl::StrContains(calls[0], absl::StrCat(R"("on_play",)", played))) << calls[0];
  EXPECT_TRUE(absl::StrContains(calls[0], absl::StrCat(R"("on_stop",)", played))) << calls[0];
  EXPECT_FALSE(absl::StrContains(calls[0], "uhd")) << "the point has no such tier";
}

TEST_F(PlayDeskTest, NobodyIsToldWhereEventsAreNotListed) {
  Use({}, {.gather = absl::Milliseconds(1), .plays_max = 1});
  ASSERT_TRUE(Tell(1, {Begin("s1", "a")}).ok());
  EXPECT_EQ(desk_->totals().called, 0u);
  EXPECT_EQ(desk_->totals().begun, 1u);
}

TEST_F(PlayDeskTest, ABatchThatIsToldTwiceCountsOnce) {
  Use({"on_play"}, {.gather = absl::Hours(1), .plays_max = 2});
  ASSERT_TRUE(Tell(1, {Begin("s1", "a")}, 5).ok());
  ASSERT_TRUE(Tell(1, {Begin("s1", "a")}, 5).ok());
  ASSERT_TRUE(Tell(2, {Begin("s1", "b")}, 7).ok());
  EXPECT_EQ(room_.WaitForBodies(1).size(), 1u);
  const PlayTotals totals = desk_->totals();
  EXPECT_EQ(totals.begun, 2u);
  EXPECT_EQ(totals.doubled, 1u);
  EXPECT_EQ(totals.left_out, 7u);
  EXPECT_EQ(totals.called, 2u);
}

TEST_F(PlayDeskTest, AStormIsCutIntoCallsAndWhatHasNoRoomIsCounted) {
  Use({"on_play"}, {.gather = absl::Hours(1), .plays_max = 10, .calls_max = 0});
  std::vector<v1::PlayEvent> crowd(25, Begin("s1", "a"));
  ASSERT_TRUE(Tell(1, crowd).ok());
  EXPECT_EQ(desk_->totals().dropped, 20u);
  EXPECT_EQ(desk_->totals().called, 0u);
}

TEST_F(PlayDeskTest, StrangersAndHugeBatchesAreRefused) {
  Use({"on_play"}, {});
  v1::TellPlaysRequest batch;
  batch.set_node("nobody");
  EXPECT_EQ(rpc::ReasonOf(desk_->Take(batch).status()), "NODE_NOT_FOUND");
  batch.set_node("gz");
  for (int i = 0; i <= PlayDesk::kEventsMax; ++i) batch.add_events();
  EXPECT_EQ(rpc::ReasonOf(desk_->Take(batch).status()), "TOO_MANY_PLAYS");
}

}  // namespace
}  // namespace nearcast::callback
