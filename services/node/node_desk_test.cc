#include "services/node/node_desk.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/fake_clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"
#include "services/rpc/status.h"
#include "services/scheduler/stream_scheduler.h"
#include "services/store/memory_store.h"

namespace nearcast {
namespace {

using scheduler::Given;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Given World() {
  return Given()
      .Own("own")
      .Node("gz", "CN/440000/440100/chinatelecom", {"192.0.2.1", "2001:db8::1"})
      .Node("gz-2", "CN/440000/440100/chinatelecom", {"192.0.2.2"})
      .Node("bj", "CN/110000/110100/chinaunicom", {"192.0.2.3", "2001:db8::3"})
      .Node("v6", "CN/440000/440100/chinatelecom", {"2001:db8::4"})
      .Point("show", {"own"})
      .Ratio("default", {{"own", 1}});
}

class NodeDeskTest : public ::testing::Test {
 protected:
  void SetUp() override { publisher_.SetConfig(World().config()); }

  // Hands in a report and waits until it is applied.
  absl::StatusOr<v1::NodeCommand> Report(const std::string& node,
                                         const std::vector<std::string>& streams) {
    v1::NodeReport report;
    report.set_node(node);
    report.set_sequence(++sequence_);
    report.set_plan(plan_);
    report.mutable_load()->set_viewers(5);
    report.mutable_load()->set_out_bits_per_s(1e6);
    report.mutable_load()->set_cpu(0.25);
    report.set_srt_port(srt_port_);
    for (const std::string& stream : endings_) {
      v1::PublishEnding* ending = report.add_endings();
      ending->set_app("live");
      ending->set_stream(stream);
      ending->set_number(1 + static_cast<uint64_t>(report.endings_size()));
    }
    for (const std::string& stream : streams) {
      v1::PublishedStream* published = report.add_streams();
      published->set_app("live");
      published->set_stream(stream);
    }
    const uint64_t applied = publisher_.Counters().reports;
    auto command = desk_.TakeReport(report);
    while (command.ok() && publisher_.Counters().reports == applied) std::this_thread::yield();
    return command;
  }

  // The stream's push.
  void MoveTo(const std::string& stream, const std::string& node) {
    v1::MoveStreamRequest move;
    move.set_stream(stream);
    move.mutable_push()->set_cdn("own");
    move.mutable_push()->set_node(node);
    ASSERT_TRUE(scheduler_.MoveStream(move).ok());
  }

  void MeasureBetweenNodes() {
    Given given = World();
    given.config().delay_probes.push_back({.name = "d", .samples = {}, .between_nodes = true});
    publisher_.SetConfig(given.config());
  }

  absl::StatusOr<v1::NodeCommand> ReportDelays(
      const std::string& node, const std::vector<std::pair<std::string, uint32_t>>& delays) {
    v1::NodeReport report;
    report.set_node(node);
    for (const auto& [target, us] : delays) {
      v1::DelayMeasurement* found = report.add_delays();
      found->set_target(target);
      found->set_delay_us(us);
      found->set_tries(3);
    }
    return desk_.TakeReport(report);
  }

  absl::StatusOr<v1::FindSourceResponse> Find(const std::string& node, const std::string& stream,
                                              const std::vector<std::string>& exclude = {}) {
    v1::FindSourceRequest request;
    request.set_node(node);
    request.set_app("live");
    request.set_stream(stream);
    request.mutable_exclude_nodes()->Add(exclude.begin(), exclude.end());
    return desk_.FindSource(request);
  }

  std::vector<std::string> Urls(const v1::FindSourceResponse& response) {
    std::vector<std::string> urls;
    for (const auto& source : response.sources()) {
      urls.push_back(absl::StrCat(source.node(), " ", source.url()));
    }
    return urls;
  }

  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  store::MemoryStore store_;
  Publisher publisher_{&clock_,
                       World().Places(),
                       {.sweep = absl::ZeroDuration(), .settle_delays = absl::ZeroDuration()}};
  StreamTable streams_{&store_};
  StreamScheduler scheduler_{&clock_, publisher_.holder(), &streams_};
  StreamLifecycle lifecycle_{&clock_, publisher_.holder(), &streams_};
  NodeDesk desk_{&clock_, &publisher_, &lifecycle_, scheduler_.preheats()};
  uint64_t sequence_ = 0;
  uint64_t plan_ = 0;
  std::vector<std::string> endings_;
  uint32_t srt_port_ = 0;
};

TEST_F(NodeDeskTest, ReportIsAnsweredAndBecomesKnown) {
  const auto command = Report("gz", {"s1"});
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_EQ(command->sequence(), 1u);
  EXPECT_THAT(command->end_streams(), IsEmpty());
  const auto live = publisher_.CopyLive().at("gz");
  EXPECT_EQ(live.health, scheduler::Health::kUp);
  EXPECT_EQ(live.viewers, 5u);
  EXPECT_EQ(live.out_bits_per_s, 1e6);
  EXPECT_EQ(live.cpu, 0.25);
  EXPECT_THAT(publisher_.PublishersOf("live/s1"), ElementsAre("gz"));
}

TEST_F(NodeDeskTest, UnknownNodeIsToldWhatToDo) {
  const auto command = Report("x", {});
  EXPECT_TRUE(absl::IsNotFound(command.status()));
  EXPECT_EQ(rpc::ReasonOf(command.status()), "NODE_NOT_FOUND");
  EXPECT_EQ(command.status().message(),
            "there is no Node \"x\"; apply one with that name, or correct the node's --node");
  EXPECT_EQ(rpc::ReasonOf(Find("x", "s1").status()), "NODE_NOT_FOUND");
}

TEST_F(NodeDeskTest, EndedAndBannedStreamsMustStopAndUnknownOnesMayGoOn) {
  v1::CreateStreamRequest create;
  create.set_publish_point("show");
  for (const char* name : {"ended", "live"}) {
    create.set_stream(name);
    ASSERT_TRUE(scheduler_.CreateStream(create).ok());
  }
  v1::EndStreamRequest end;
  end.set_stream("ended");
  ASSERT_TRUE(scheduler_.EndStream(end).ok());
  EXPECT_THAT(Report("gz", {"live", "ended", "unknown"})->end_streams(), ElementsAre("live/ended"));
}

TEST_F(NodeDeskTest, StreamMadeAnewUnderANameThatIsStillPushedIsPublishing) {
  v1::CreateStreamRequest create;
  create.set_publish_point("show");
  create.set_stream("s1");
  v1::EndStreamRequest end;
  end.set_stream("s1");
  ASSERT_TRUE(scheduler_.CreateStream(create).ok());
  ASSERT_TRUE(Report("gz", {"s1"}).ok());
  ASSERT_TRUE(scheduler_.EndStream(end).ok());
  ASSERT_EQ(scheduler_.CreateStream(create)->state(), v1::Stream::CREATED);
  ASSERT_TRUE(Report("gz", {"s1"}).ok());
  v1::GetStreamRequest get;
  get.set_stream("s1");
  EXPECT_EQ(scheduler_.GetStream(get)->state(), v1::Stream::PUBLISHING);
}

TEST_F(NodeDeskTest, PreheatedStreamsAreHeldAsLongAsTheyAreAsked) {
  v1::CreateStreamRequest create;
  create.set_publish_point("show");
  create.set_stream("s1");
  ASSERT_TRUE(scheduler_.CreateStream(create).ok());
  v1::PreheatStreamRequest preheat;
  preheat.set_stream("s1");
  preheat.add_nodes("bj");
  preheat.mutable_start_time()->set_seconds(absl::ToUnixSeconds(clock_.Now()) + 60);
  preheat.mutable_end_time()->set_seconds(absl::ToUnixSeconds(clock_.Now()) + 120);
  ASSERT_TRUE(scheduler_.PreheatStream(preheat).ok());
  EXPECT_THAT(Report("bj", {})->hold(), IsEmpty());
  clock_.Advance(absl::Seconds(60));
  const auto told = Report("bj", {});
  ASSERT_EQ(told->hold_size(), 1);
  EXPECT_EQ(told->hold(0).app(), "live");
  EXPECT_EQ(told->hold(0).stream(), "s1");
  EXPECT_EQ(Report("bj", {})->hold_size(), 1) << "the whole list each time";
  EXPECT_THAT(Report("gz", {})->hold(), IsEmpty());
  clock_.Advance(absl::Seconds(60));
  EXPECT_THAT(Report("bj", {})->hold(), IsEmpty());
}

TEST_F(NodeDeskTest, AGoodbyeCountsOnceAndALossHasItsGrace) {
  const auto state_of = [this](const std::string& stream) {
    v1::GetStreamRequest get;
    get.set_stream(stream);
    return scheduler_.GetStream(get)->state();
  };
  for (const char* name : {"said", "lost", "twice", "moved"}) {
    v1::CreateStreamRequest create;
    create.set_publish_point("show");
    create.set_stream(name);
    create.set_ends_on_unpublish(std::string(name) == "twice");
    ASSERT_TRUE(scheduler_.CreateStream(create).ok());
    MoveTo(name, "gz");
  }
  ASSERT_TRUE(Report("gz", {"said", "lost", "twice", "moved"}).ok());
  ASSERT_TRUE(Report("bj", {"moved"}).ok());
  endings_ = {"said", "twice", "moved"};
  ASSERT_TRUE(Report("gz", {}).ok());
  EXPECT_EQ(state_of("said"), v1::Stream::INTERRUPTED);
  EXPECT_EQ(state_of("twice"), v1::Stream::ENDED);
  EXPECT_EQ(state_of("lost"), v1::Stream::PUBLISHING) << "it has its grace";
  EXPECT_EQ(state_of("moved"), v1::Stream::PUBLISHING) << "another node has it";
  ASSERT_TRUE(Report("gz", {"said"}).ok());
  ASSERT_TRUE(Report("gz", {}).ok());
  EXPECT_EQ(state_of("said"), v1::Stream::PUBLISHING) << "the goodbye was that of the push before";
}

TEST_F(NodeDeskTest, APublisherMayLeaveTheOldNodeBeforeItComesToTheNew) {
  v1::CreateStreamRequest create;
  create.set_publish_point("show");
  create.set_stream("s1");
  create.set_ends_on_unpublish(true);
  ASSERT_TRUE(scheduler_.CreateStream(create).ok());
  const auto state = [this] { return streams_.Find("s1")->stream.state; };
  MoveTo("s1", "gz");
  ASSERT_TRUE(Report("gz", {"s1"}).ok());
  MoveTo("s1", "bj");
  endings_ = {"s1"};
  ASSERT_TRUE(Report("gz", {}).ok());
  EXPECT_EQ(state(), scheduler::StreamState::kPublishing);
  EXPECT_TRUE(streams_.Find("s1")->unheard_since.has_value());
  endings_ = {};
  ASSERT_TRUE(Report("bj", {"s1"}).ok());
  EXPECT_FALSE(streams_.Find("s1")->unheard_since.has_value());
  endings_ = {"s1"};
  ASSERT_TRUE(Report("bj", {}).ok());
  EXPECT_EQ(state(), scheduler::StreamState::kEnded);
}

TEST_F(NodeDeskTest, AnAskerWhoWantsSrtGetsItWhereThereIsAny) {
  srt_port_ = 9000;
  ASSERT_TRUE(Report("bj", {"s1"}).ok());
  srt_port_ = 0;
  ASSERT_TRUE(Report("gz", {"s1"}).ok());
  v1::FindSourceRequest request;
  request.set_node("gz-2");
  request.set_app("live");
  request.set_stream("s1");
  EXPECT_THAT(
      Urls(*desk_.FindSource(request)),
      ElementsAre("gz http://192.0.2.1:8088/live/s1.flv", "bj http://192.0.2.3:8088/live/s1.flv"));
  request.set_srt(true);
  EXPECT_THAT(Urls(*desk_.FindSource(request)),
              ElementsAre("gz http://192.0.2.1:8088/live/s1.flv", "bj srt://192.0.2.3:9000/live/s1",
                          "bj http://192.0.2.3:8088/live/s1.flv"));
}

TEST_F(NodeDeskTest, ForwardsAreOrderedWhereThePushIs) {
  desk_.UseForwards(&scheduler_.forwards());
  v1::CreateStreamRequest create;
  create.set_publish_point("show");
  create.set_stream("s1");
  create.mutable_broadcaster()->set_address("192.0.2.1");
  const auto created = scheduler_.CreateStream(create);
  ASSERT_TRUE(created.ok());
  const std::string planned = created->push_lines(0).node();
  v1::ForwardStreamRequest forward;
  forward.set_stream("s1");
  forward.add_urls("rtmp://a.example/live/key");
  ASSERT_TRUE(scheduler_.ForwardStream(forward).ok());
  const std::string other = planned == "bj" ? "gz" : "bj";
  EXPECT_EQ(Report(other, {})->forward_size(), 0);
  EXPECT_EQ(Report(planned, {})->forward_size(), 1) << "the push is to come there";
  const auto told = Report(other, {"s1"});
  ASSERT_EQ(told->forward_size(), 1);
  EXPECT_EQ(told->forward(0).app(), "live");
  EXPECT_EQ(told->forward(0).stream(), "s1");
  EXPECT_EQ(told->forward(0).url(), "rtmp://a.example/live/key");
}

TEST_F(NodeDeskTest, SourcesAreTheNearestPublishersFirst) {
  ASSERT_TRUE(Report("bj", {"s1"}).ok());
  ASSERT_TRUE(Report("gz", {"s1"}).ok());
  const auto found = Find("gz-2", "s1").value();
  EXPECT_THAT(Urls(found), ElementsAre("gz http://192.0.2.1:8088/live/s1.flv",
                                       "bj http://192.0.2.3:8088/live/s1.flv"));
  EXPECT_GT(found.ttl_ms(), 0u);
  EXPECT_THAT(Urls(*Find("gz-2", "s1", {"gz"})),
              ElementsAre("bj http://192.0.2.3:8088/live/s1.flv"));
}

TEST_F(NodeDeskTest, MeasuredDelayBetweenNodesGoesBeforeTheTable) {
  MeasureBetweenNodes();
  ASSERT_TRUE(Report("bj", {"s1"}).ok());
  ASSERT_TRUE(Report("gz", {"s1"}).ok());
  ASSERT_TRUE(ReportDelays("gz-2", {{"node/gz", 90'000}, {"node/bj", 8'000}}).ok());
  while (publisher_.DelaysBetween()->Between("gz-2", "bj") != 8'000) std::this_thread::yield();
  EXPECT_THAT(Urls(*Find("gz-2", "s1")), ElementsAre("bj http://192.0.2.3:8088/live/s1.flv",
                                                     "gz http://192.0.2.1:8088/live/s1.flv"));
  clock_.Advance(absl::Minutes(4));  // too old to count
  ASSERT_TRUE(Report("bj", {"s1"}).ok());
  ASSERT_TRUE(Report("gz", {"s1"}).ok());
  while (publisher_.DelaysBetween()->Between("gz-2", "bj")) std::this_thread::yield();
  // Both were down for a while: the snapshot hears of their reports one after the other.
  while (Urls(*Find("gz-2", "s1")).front() != "gz http://192.0.2.1:8088/live/s1.flv") {
    std::this_thread::yield();
  }
  EXPECT_EQ(Urls(*Find("gz-2", "s1")).back(), "bj http://192.0.2.3:8088/live/s1.flv");
}

TEST_F(NodeDeskTest, NodeIsToldWhatToMeasureUntilItSaysThatItKnows) {
  EXPECT_FALSE(Report("gz", {})->has_measure()) << "nothing is to be measured";
  MeasureBetweenNodes();
  const auto told = Report("gz", {});
  ASSERT_TRUE(told->has_measure());
  EXPECT_EQ(told->measure().targets_size(), 3) << "every other node";
  EXPECT_TRUE(Report("gz", {})->has_measure()) << "it may not have heard";
  plan_ = told->measure().id();
  EXPECT_FALSE(Report("gz", {})->has_measure());
  publisher_.SetConfig(World().config());
  const auto emptied = Report("gz", {});
  ASSERT_TRUE(emptied->has_measure());
  EXPECT_EQ(emptied->measure().targets_size(), 0);
}

TEST_F(NodeDeskTest, WhatNodesSayOfThemselvesIsKept) {
  v1::NodeReport report;
  report.set_node("gz");
  report.set_instance_id("i1");
  report.set_listen_address("192.0.2.9");
  report.set_rtmp_port(1935);
  report.set_http_port(8088);
  report.mutable_load()->set_capacity_bits_per_s(1e9);
  ASSERT_TRUE(desk_.TakeReport(report).ok());
  while (publisher_.Counters().reports == 0) std::this_thread::yield();
  clock_.Advance(absl::Seconds(6));
  while (publisher_.Counters().nodes_lost == 0) std::this_thread::yield();
  const scheduler::NodeSelf self = publisher_.CopyLive().at("gz").self;
  EXPECT_EQ(self.instance_id, "i1");
  EXPECT_EQ(self.listen_address, "192.0.2.9");
  EXPECT_EQ(self.rtmp_port, 1935u);
  EXPECT_EQ(self.http_port, 8088u);
  EXPECT_EQ(self.capacity_bits_per_s, 1e9);
}

TEST_F(NodeDeskTest, AskerPullsOverItsOwnAddressFamily) {
  ASSERT_TRUE(Report("bj", {"s1"}).ok());
  EXPECT_THAT(Urls(*Find("v6", "s1")), ElementsAre("bj http://[2001:db8::3]:8088/live/s1.flv"));
}

TEST_F(NodeDeskTest, NodeIsNotItsOwnSource) {
  ASSERT_TRUE(Report("gz", {"s1"}).ok());
  const auto alone = Find("gz", "s1");
  EXPECT_TRUE(absl::IsNotFound(alone.status()));
  EXPECT_EQ(rpc::ReasonOf(alone.status()), "STREAM_NOT_PUBLISHED");
  EXPECT_EQ(rpc::ReasonOf(Find("gz-2", "s1", {"gz"}).status()), "STREAM_NOT_PUBLISHED");
  EXPECT_EQ(rpc::ReasonOf(Find("gz-2", "other").status()), "STREAM_NOT_PUBLISHED");
}

TEST_F(NodeDeskTest, DrainedPublisherIsStillASourceButTheLast) {
  Given given = World();
  given.config().nodes[0].admin_state = scheduler::AdminState::kDrained;
  publisher_.SetConfig(given.config());
  ASSERT_TRUE(Report("gz", {"s1"}).ok());
  ASSERT_TRUE(Report("bj", {"s1"}).ok());
  EXPECT_THAT(Urls(*Find("gz-2", "s1")), ElementsAre("bj http://192.0.2.3:8088/live/s1.flv",
                                                     "gz http://192.0.2.1:8088/live/s1.flv"));
}

TEST_F(NodeDeskTest, SilentNodeIsNoSourceAnyMore) {
  ASSERT_TRUE(Report("gz", {"s1"}).ok());
  clock_.Advance(absl::Seconds(6));
  while (publisher_.Counters().nodes_lost == 0) std::this_thread::yield();
  while (!publisher_.PublishersOf("live/s1").empty()) std::this_thread::yield();
  EXPECT_EQ(rpc::ReasonOf(Find("gz-2", "s1").status()), "STREAM_NOT_PUBLISHED");
}

}  // namespace
}  // namespace nearcast
