#include "services/scheduler/stream_scheduler.h"

#include <set>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
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
using scheduler::Standby;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Guangdong Telecom is 10.1/16, Beijing Unicom 10.2/16.
Given World() {
  return Given()
      .Own("own")
      .Node("gz", "CN/440000/440100/chinatelecom", {"192.0.2.1"})
      .Node("bj", "CN/110000/110100/chinaunicom", {"192.0.2.2"})
      .Vendor("vendor")
      .Network("10.1.0.0/16", "CN/440000/440100/chinatelecom")
      .Network("10.2.0.0/16", "CN/110000/110100/chinaunicom")
      .Point("show", {"own", "vendor"}, {"origin", "hd", "ld"})
      .StandsBy(Standby::kHot)
      .Policy("hd", {{3, scheduler::Tier::kLd}})
      .Point("plain", {"own"})
      .Ratio("default", {{"own", 1}}, {{"vendor", 1}});
}

v1::CreateStreamRequest Create(const std::string& stream, const std::string& request_id = "") {
  v1::CreateStreamRequest request;
  request.set_publish_point("show");
  request.set_stream(stream);
  request.set_request_id(request_id);
  request.mutable_broadcaster()->set_address("10.1.0.1");
  return request;
}

v1::GetPlayInfoRequest Play(const std::string& stream, const std::string& address) {
  v1::GetPlayInfoRequest request;
  request.set_stream(stream);
  request.mutable_viewer()->set_address(address);
  return request;
}

// "CODE REASON" of what was refused.
template <typename T>
std::string ErrorOf(const absl::StatusOr<T>& result) {
  return absl::StrCat(absl::StatusCodeToString(result.status().code()), " ",
                      rpc::ReasonOf(result.status()));
}

class StreamSchedulerTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::Stream> SetState(const std::string& stream, v1::Stream::State state) {
    v1::UpdateStreamStateRequest request;
    request.set_stream(stream);
    request.set_state(state);
    return scheduler_.UpdateStreamState(request);
  }

  absl::StatusOr<v1::Stream> End(const std::string& stream) {
    v1::EndStreamRequest request;
    request.set_stream(stream);
    return scheduler_.EndStream(request);
  }

  v1::Stream::State StateOf(const std::string& stream) {
    v1::GetStreamRequest request;
    request.set_stream(stream);
    return scheduler_.GetStream(request)->state();
  }

  std::vector<std::string> List(const v1::ListStreamsRequest& request, std::string* next) {
    const auto response = scheduler_.ListStreams(request).value();
    std::vector<std::string> names;
    for (const v1::Stream& stream : response.streams()) names.push_back(stream.name());
    *next = response.next_page_token();
    return names;
  }

  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  store::MemoryStore store_;
  StreamTable streams_{&store_};
  SnapshotHolder<scheduler::Snapshot> snapshots_{World().Snapshot()};
  StreamScheduler scheduler_{&clock_, &snapshots_, &streams_};
};

TEST_F(StreamSchedulerTest, CreatedStreamHasItsLinesTimesAndReasons) {
  const auto stream = scheduler_.CreateStream(Create("s1"));
  ASSERT_TRUE(stream.ok()) << stream.status();
  EXPECT_EQ(stream->name(), "s1");
  EXPECT_EQ(stream->publish_point(), "show");
  EXPECT_EQ(stream->state(), v1::Stream::CREATED);
  ASSERT_EQ(stream->push_lines_size(), 2);
  EXPECT_EQ(stream->push_lines(0).url(), "rtmp://192.0.2.1/live/s1");
  EXPECT_EQ(stream->push_lines(0).node(), "gz");
  EXPECT_EQ(stream->push_lines(1).line(), "backup");
  EXPECT_EQ(stream->push_lines(1).url(), "rtmp://push.vendor.example/live/s1");
  EXPECT_EQ(stream->create_time().seconds(), 1'790'000'000);
  EXPECT_EQ(stream->update_time().seconds(), 1'790'000'000);
  EXPECT_THAT(stream->reasons(), SizeIs(3));
}

TEST_F(StreamSchedulerTest, MakesNamesThatDoNotMeet) {
  std::set<std::string> names;
  for (int i = 0; i < 100; ++i) names.insert(scheduler_.CreateStream(Create(""))->name());
  EXPECT_EQ(names.size(), 100u);
  EXPECT_TRUE(absl::StartsWith(*names.begin(), "stream-"));
}

TEST_F(StreamSchedulerTest, RepeatedRequestReturnsTheFirstCallsStreamEvenAfterARestart) {
  const std::string name = scheduler_.CreateStream(Create("", "request-1"))->name();
  EXPECT_EQ(scheduler_.CreateStream(Create("", "request-1"))->name(), name);
  EXPECT_NE(scheduler_.CreateStream(Create("", "request-2"))->name(), name);
  StreamTable reloaded(&store_);
  ASSERT_TRUE(reloaded.Load().ok());
  StreamScheduler restarted(&clock_, &snapshots_, &reloaded);
  EXPECT_EQ(restarted.CreateStream(Create("", "request-1"))->name(), name);
  EXPECT_EQ(streams_.size(), 2u);
}

TEST_F(StreamSchedulerTest, RepeatsThatComeTogetherMakeOneStream) {
  constexpr int kRounds = 200;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<std::string> names(4);
    std::vector<std::thread> threads;
    for (std::string& name : names) {
      threads.emplace_back([this, round, &name] {
        name = scheduler_.CreateStream(Create("", absl::StrCat("request-", round)))->name();
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_THAT(names, ::testing::Each(names[0]));
  }
  EXPECT_EQ(streams_.size(), static_cast<size_t>(kRounds));
}

TEST_F(StreamSchedulerTest, NameInUseIsRefusedUntilItsStreamHasEnded) {
  ASSERT_TRUE(scheduler_.CreateStream(Create("s1", "a")).ok());
  EXPECT_EQ(ErrorOf(scheduler_.CreateStream(Create("s1", "b"))), "ALREADY_EXISTS STREAM_EXISTS");
  ASSERT_TRUE(End("s1").ok());
  EXPECT_EQ(scheduler_.CreateStream(Create("s1", "b"))->state(), v1::Stream::CREATED);
}

TEST_F(StreamSchedulerTest, CreateTellsWhatIsWrong) {
  const auto refused = [this](auto spoil) {
    v1::CreateStreamRequest request = Create("s1");
    spoil(request);
    return ErrorOf(scheduler_.CreateStream(request));
  };
  EXPECT_EQ(refused([](auto& r) { r.set_publish_point("x"); }),
            "NOT_FOUND PUBLISH_POINT_NOT_FOUND");
  EXPECT_EQ(refused([](auto& r) { r.set_stream("a/b"); }), "INVALID_ARGUMENT INVALID_STREAM_NAME");
  EXPECT_EQ(refused([](auto& r) { r.set_stream(std::string(129, 'a')); }),
            "INVALID_ARGUMENT INVALID_STREAM_NAME");
  EXPECT_EQ(refused([](auto& r) { r.mutable_broadcaster()->set_address("x"); }),
            "INVALID_ARGUMENT INVALID_ADDRESS");
  EXPECT_EQ(refused([](auto& r) { r.set_request_id(std::string(129, 'a')); }),
            "INVALID_ARGUMENT INVALID_REQUEST_ID");
  Given given = World();
  for (auto& cdn : given.config().cdns) cdn.disabled = true;
  snapshots_.Publish(given.Snapshot());
  EXPECT_EQ(refused([](auto&) {}), "UNAVAILABLE NO_USABLE_CDN");
  EXPECT_EQ(scheduler_.counters().creates_refused, 6u);
  EXPECT_EQ(streams_.size(), 0u);
}

TEST_F(StreamSchedulerTest, StreamWalksThroughItsStates) {
  ASSERT_TRUE(scheduler_.CreateStream(Create("s1")).ok());
  EXPECT_EQ(ErrorOf(SetState("s1", v1::Stream::INTERRUPTED)),
            "FAILED_PRECONDITION STATE_CHANGE_NOT_ALLOWED");
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(SetState("s1", v1::Stream::PUBLISHING)->update_time().seconds(), 1'790'000'005);
  EXPECT_EQ(SetState("s1", v1::Stream::INTERRUPTED)->state(), v1::Stream::INTERRUPTED);
  EXPECT_EQ(SetState("s1", v1::Stream::BANNED)->state(), v1::Stream::BANNED);
  EXPECT_EQ(ErrorOf(SetState("s1", v1::Stream::PUBLISHING)),
            "FAILED_PRECONDITION STATE_CHANGE_NOT_ALLOWED");
  EXPECT_EQ(End("s1")->state(), v1::Stream::ENDED);
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(End("s1")->update_time().seconds(), 1'790'000'005) << "ending twice changes nothing";
  EXPECT_EQ(ErrorOf(SetState("s1", v1::Stream::STATE_UNSPECIFIED)),
            "INVALID_ARGUMENT INVALID_STATE");
  EXPECT_EQ(ErrorOf(SetState("x", v1::Stream::ENDED)), "NOT_FOUND STREAM_NOT_FOUND");
  EXPECT_EQ(ErrorOf(End("x")), "NOT_FOUND STREAM_NOT_FOUND");
}

TEST_F(StreamSchedulerTest, ListsPageByPageWithFilters) {
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    v1::CreateStreamRequest request = Create(name);
    if (*name == 'd') request.set_publish_point("plain");
    ASSERT_TRUE(scheduler_.CreateStream(request).ok());
  }
  ASSERT_TRUE(End("b").ok());
  v1::ListStreamsRequest request;
  std::string next;
  EXPECT_THAT(List(request, &next), SizeIs(5));
  EXPECT_EQ(next, "");
  request.set_page_size(2);
  EXPECT_THAT(List(request, &next), ElementsAre("a", "b"));
  request.set_page_token(next);
  ASSERT_TRUE(scheduler_.CreateStream(Create("aa")).ok());
  EXPECT_THAT(List(request, &next), ElementsAre("c", "d"));
  request.set_page_token(next);
  EXPECT_THAT(List(request, &next), ElementsAre("e"));
  EXPECT_EQ(next, "");
  request.Clear();
  request.set_state(v1::Stream::ENDED);
  EXPECT_THAT(List(request, &next), ElementsAre("b"));
  request.Clear();
  request.set_publish_point("plain");
  EXPECT_THAT(List(request, &next), ElementsAre("d"));
  request.set_page_size(-1);
  EXPECT_EQ(ErrorOf(scheduler_.ListStreams(request)), "INVALID_ARGUMENT INVALID_PAGE_SIZE");
}

TEST_F(StreamSchedulerTest, EveryUpdateIsCountedOnce) {
  ASSERT_TRUE(scheduler_.CreateStream(Create("s")).ok());
  ASSERT_TRUE(End("s").ok());
  EXPECT_FALSE(End("nosuch").ok());
  EXPECT_EQ(scheduler_.counters().updates_ok, 1u);
  EXPECT_EQ(scheduler_.counters().updates_refused, 1u);
}

TEST_F(StreamSchedulerTest, PlayInfoNamesLinesTierAndBothForms) {
  ASSERT_TRUE(scheduler_.CreateStream(Create("s1")).ok());
  ASSERT_TRUE(SetState("s1", v1::Stream::PUBLISHING).ok());
  v1::GetPlayInfoRequest request = Play("s1", "10.2.0.1");
  request.mutable_viewer()->set_network_grade(2);
  const auto info = scheduler_.GetPlayInfo(request);
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->default_tier(), "ld");
  ASSERT_EQ(info->lines_size(), 2);
  EXPECT_EQ(info->lines(0).ShortDebugString(), "line: \"main\" cdn: \"own\" node: \"bj\"");
  EXPECT_EQ(info->lines(1).ShortDebugString(), "line: \"backup\" cdn: \"vendor\"");
  EXPECT_THAT(info->stream_data(), ::testing::HasSubstr("\"ts\":\"1790000000\""));
  EXPECT_THAT(info->stream_url(), ::testing::HasSubstr("\"live_core_sdk_data\""));
  request.set_format(v1::GetPlayInfoRequest::VE_LIVE_PLAYER);
  const auto player = scheduler_.GetPlayInfo(request);
  EXPECT_THAT(player->document(), ::testing::HasSubstr("\"mainStream\""));
  EXPECT_EQ(player->stream_data(), "");
}

TEST_F(StreamSchedulerTest, PlayErrorsNameTheStatesReason) {
  ASSERT_TRUE(scheduler_.CreateStream(Create("s1")).ok());
  const auto refused = [this](const std::string& stream, const std::string& address) {
    return ErrorOf(scheduler_.GetPlayInfo(Play(stream, address)));
  };
  EXPECT_EQ(refused("x", "10.1.0.1"), "NOT_FOUND STREAM_NOT_FOUND");
  EXPECT_EQ(refused("s1", "10.1.0.1"), "FAILED_PRECONDITION STREAM_CREATED");
  ASSERT_TRUE(SetState("s1", v1::Stream::PUBLISHING).ok());
  EXPECT_EQ(refused("s1", "here"), "INVALID_ARGUMENT INVALID_VIEWER");
  snapshots_.Publish(Given().Snapshot());
  EXPECT_EQ(refused("s1", "10.1.0.1"), "NOT_FOUND PUBLISH_POINT_NOT_FOUND");
  Given given = World();
  for (auto& cdn : given.config().cdns) cdn.disabled = true;
  snapshots_.Publish(given.Snapshot());
  EXPECT_EQ(refused("s1", "10.1.0.1"), "UNAVAILABLE NO_USABLE_CDN");
  ASSERT_TRUE(SetState("s1", v1::Stream::BANNED).ok());
  EXPECT_EQ(refused("s1", "10.1.0.1"), "PERMISSION_DENIED STREAM_BANNED");
  ASSERT_TRUE(End("s1").ok());
  EXPECT_EQ(refused("s1", "10.1.0.1"), "FAILED_PRECONDITION STREAM_ENDED");
  EXPECT_EQ(scheduler_.counters().plays_refused, 7u);
  EXPECT_EQ(scheduler_.counters().plays_ok, 0u);
}

TEST_F(StreamSchedulerTest, NextAnswerIsMadeFromTheNewSnapshotAndExplanationsAgree) {
  ASSERT_TRUE(scheduler_.CreateStream(Create("s1")).ok());
  ASSERT_TRUE(SetState("s1", v1::Stream::PUBLISHING).ok());
  const auto node = [this] {
    return scheduler_.GetPlayInfo(Play("s1", "10.1.0.1"))->lines(0).node();
  };
  const auto explained = [this] {
    v1::ExplainPlayRequest request;
    request.set_stream("s1");
    request.mutable_viewer()->set_address("10.1.0.1");
    std::string chosen;
    const auto explanation = scheduler_.ExplainPlay(request).value();
    for (const auto& candidate : explanation.candidates()) {
      if (candidate.chosen()) chosen = candidate.node();
    }
    return chosen;
  };
  EXPECT_EQ(node(), "gz");
  EXPECT_EQ(explained(), "gz");
  Given given = World();
  given.config().nodes[0].admin_state = scheduler::AdminState::kDrained;
  snapshots_.Publish(given.Snapshot());
  EXPECT_EQ(node(), "bj");
  EXPECT_EQ(explained(), "bj");
}

TEST_F(StreamSchedulerTest, ListsByWhereStreamsArePushedByNameAndByAge) {
  ASSERT_TRUE(scheduler_.CreateStream(Create("a1")).ok());
  clock_.Advance(absl::Seconds(10));
  v1::CreateStreamRequest plain = Create("a2");
  plain.set_publish_point("plain");
  plain.mutable_broadcaster()->set_address("10.2.0.1");
  ASSERT_TRUE(scheduler_.CreateStream(plain).ok());
  std::string next;
  v1::ListStreamsRequest request;
  request.set_name_prefix("a");
  EXPECT_THAT(List(request, &next), ElementsAre("a1", "a2"));
  request.set_cdn("vendor");
  EXPECT_THAT(List(request, &next), ElementsAre("a1"));
  request.Clear();
  request.set_node("bj");
  EXPECT_THAT(List(request, &next), ElementsAre("a2"));
  request.set_cdn("vendor");  // no one line has both
  EXPECT_THAT(List(request, &next), IsEmpty());
  request.Clear();
  request.mutable_created_from()->set_seconds(1'790'000'001);
  EXPECT_THAT(List(request, &next), ElementsAre("a2"));
  request.Clear();
  request.mutable_created_until()->set_seconds(1'790'000'010);
  EXPECT_THAT(List(request, &next), ElementsAre("a1"));
}

TEST_F(StreamSchedulerTest, ABatchAnswersEachStreamForItself) {
  for (const char* name : {"live", "waiting"}) {
    ASSERT_TRUE(scheduler_.CreateStream(Create(name)).ok());
  }
  ASSERT_TRUE(SetState("live", v1::Stream::PUBLISHING).ok());
  const std::vector<absl::string_view> streams = {"waiting", "live", "nosuch"};
  std::vector<std::string> results;
  v1::BatchGetPlayInfoRequest request;
  request.mutable_viewer()->set_address("10.2.0.1");
  const auto use = [&](absl::string_view stream, const absl::StatusOr<PlayAnswer>& answer) {
    results.push_back(
        absl::StrCat(stream, " ", answer.ok() ? "OK" : rpc::ReasonOf(answer.status())));
    if (!answer.ok()) return;
    EXPECT_EQ(ToProto(*answer).stream_url(),
              scheduler_.GetPlayInfo(Play("live", "10.2.0.1"))->stream_url());
  };
  EXPECT_TRUE(scheduler_.PlayMany(streams, QuestionOf(request), use).ok());
  EXPECT_THAT(results, ElementsAre("waiting STREAM_CREATED", "live OK", "nosuch STREAM_NOT_FOUND"));
  const uint64_t refused = scheduler_.counters().plays_refused;
  request.mutable_viewer()->set_address("nowhere");
  EXPECT_EQ(rpc::ReasonOf(scheduler_.PlayMany(streams, QuestionOf(request), use)),
            "INVALID_VIEWER");
  EXPECT_EQ(scheduler_.counters().plays_refused, refused + 1);
  request.mutable_viewer()->set_address("10.2.0.1");
  const std::vector<absl::string_view> many(101, "live");
  EXPECT_EQ(rpc::ReasonOf(scheduler_.PlayMany(many, QuestionOf(request), use)), "TOO_MANY_STREAMS");
  EXPECT_EQ(results.size(), 3u);
}

TEST_F(StreamSchedulerTest, ALiveStreamMovesToAnotherNodeCdnOrLine) {
  ASSERT_TRUE(scheduler_.CreateStream(Create("s1")).ok());
  ASSERT_TRUE(SetState("s1", v1::Stream::PUBLISHING).ok());
  v1::MoveStreamRequest request;
  request.set_stream("s1");
  EXPECT_EQ(ErrorOf(scheduler_.MoveStream(request)), "INVALID_ARGUMENT INVALID_MOVE");
  request.set_swap_push_lines(true);
  v1::Stream moved = scheduler_.MoveStream(request).value();
  EXPECT_EQ(moved.push_lines(0).line(), "main");
  EXPECT_EQ(moved.push_lines(0).cdn(), "vendor");
  EXPECT_EQ(moved.push_lines(1).line(), "backup");
  EXPECT_EQ(moved.push_lines(1).node(), "gz");
  EXPECT_EQ(moved.state(), v1::Stream::PUBLISHING);
  request.clear_swap_push_lines();
  request.mutable_push()->set_cdn("own");
  request.mutable_push()->set_node("bj");
  moved = scheduler_.MoveStream(request).value();
  EXPECT_EQ(moved.push_lines(0).url(), "rtmp://192.0.2.2/live/s1");
  EXPECT_THAT(moved.reasons(), SizeIs(2));
  EXPECT_EQ(streams_.Find("s1")->stream.push_lines[0].node, "bj");
  request.mutable_push()->set_line("third");
  EXPECT_EQ(ErrorOf(scheduler_.MoveStream(request)), "INVALID_ARGUMENT INVALID_MOVE");
}

TEST_F(StreamSchedulerTest, PushAddressesAreSignedWhenTheyAreTold) {
  const auto sign_with = [this](const std::string& key) {
    Given given = World();
    given.config().cdns[0].push_signing = {
        .method = SignMethod::kTencent, .key = key, .validity_s = 86400};
    snapshots_.Publish(given.Snapshot());
  };
  const auto told = [this] {
    v1::GetStreamRequest get;
    get.set_stream("s1");
    return scheduler_.GetStream(get)->push_lines(0).url();
  };
  sign_with("old");
  const std::string first = scheduler_.CreateStream(Create("s1", "r1"))->push_lines(0).url();
  EXPECT_TRUE(absl::StrContains(first, "txSecret=")) << first;
  EXPECT_EQ(told(), first);
  EXPECT_EQ(streams_.Find("s1")->stream.push_lines[0].url, "rtmp://192.0.2.1/live/s1");
  clock_.Advance(absl::Hours(72));
  const std::string renewed = told();
  const int64_t expiry_s = std::stoll(renewed.substr(renewed.find("txTime=") + 7), nullptr, 16);
  EXPECT_GT(expiry_s, absl::ToUnixSeconds(clock_.Now()));
  EXPECT_EQ(scheduler_.CreateStream(Create("s1", "r1"))->push_lines(0).url(), renewed);
  sign_with("new");
  EXPECT_NE(told(), renewed);
  EXPECT_EQ(scheduler_.ListStreams({})->streams(0).push_lines(0).url(), told());
}

TEST_F(StreamSchedulerTest, AStateAndItsCarrierAreSetTogetherOrNotAtAll) {
  v1::CreateStreamRequest create = Create("one");
  create.set_publish_point("plain");
  ASSERT_TRUE(scheduler_.CreateStream(create).ok());
  ASSERT_TRUE(scheduler_.CreateStream(Create("two")).ok());
  v1::UpdateStreamStateRequest request;
  request.set_state(v1::Stream::PUBLISHING);
  request.set_carried_by("backup");
  request.set_stream("one");
  EXPECT_EQ(ErrorOf(scheduler_.UpdateStreamState(request)), "INVALID_ARGUMENT INVALID_CARRIER");
  EXPECT_EQ(StateOf("one"), v1::Stream::CREATED);
  int changes = 0;
  streams_.WatchChanges([&changes](const auto*, const auto&) { ++changes; });
  request.set_stream("two");
  EXPECT_EQ(scheduler_.UpdateStreamState(request)->carried_by(), "backup");
  EXPECT_EQ(changes, 1);
}

TEST_F(StreamSchedulerTest, AMoveGivesTheWholeGraceToComeToTheNewLine) {
  v1::CreateStreamRequest create = Create("s1");
  create.set_publish_point("plain");
  ASSERT_TRUE(scheduler_.CreateStream(create).ok());
  ASSERT_TRUE(SetState("s1", v1::Stream::PUBLISHING).ok());
  const auto lose = [this](StreamEntry& entry) {
    entry.unheard_since = clock_.Now();
    return absl::OkStatus();
  };
  ASSERT_TRUE(streams_.Update("s1", lose).ok());
  clock_.Advance(absl::Seconds(4));
  v1::MoveStreamRequest request;
  request.set_stream("s1");
  request.mutable_push()->set_cdn("own");
  request.mutable_push()->set_node("bj");
  ASSERT_TRUE(scheduler_.MoveStream(request).ok());
  EXPECT_EQ(streams_.Find("s1")->unheard_since, clock_.Now());

  ASSERT_TRUE(scheduler_.CreateStream(Create("s2")).ok());
  ASSERT_TRUE(SetState("s2", v1::Stream::PUBLISHING).ok());
  ASSERT_TRUE(streams_.Update("s2", lose).ok());
  request.set_stream("s2");
  request.mutable_push()->set_cdn("vendor");
  request.mutable_push()->clear_node();
  ASSERT_TRUE(scheduler_.MoveStream(request).ok());
  EXPECT_FALSE(streams_.Find("s2")->unheard_since) << "nobody can know of a vendor";
}

TEST_F(StreamSchedulerTest, ViewersAreHeldAtACdnUntilTheyAreLetGo) {
  ASSERT_TRUE(scheduler_.CreateStream(Create("s1")).ok());
  ASSERT_TRUE(SetState("s1", v1::Stream::PUBLISHING).ok());
  const auto main_cdn = [this] {
    return scheduler_.GetPlayInfo(Play("s1", "10.2.0.1"))->lines(0).cdn();
  };
  EXPECT_EQ(main_cdn(), "own");
  v1::MoveStreamRequest request;
  request.set_stream("s1");
  request.set_play_cdn("vendor");
  EXPECT_EQ(scheduler_.MoveStream(request)->play_cdn(), "vendor");
  EXPECT_EQ(main_cdn(), "vendor");
  request.set_play_cdn("-");
  ASSERT_TRUE(scheduler_.MoveStream(request).ok());
  EXPECT_EQ(main_cdn(), "own");
  request.set_play_cdn("nosuch");
  EXPECT_EQ(ErrorOf(scheduler_.MoveStream(request)), "INVALID_ARGUMENT INVALID_MOVE");
  ASSERT_TRUE(End("s1").ok());
  request.set_play_cdn("vendor");
  EXPECT_EQ(ErrorOf(scheduler_.MoveStream(request)), "FAILED_PRECONDITION STREAM_ENDED");
}

}  // namespace
}  // namespace nearcast
