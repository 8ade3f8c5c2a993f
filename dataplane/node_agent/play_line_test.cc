#include "dataplane/node_agent/play_line.h"

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/fake_clock.h"
#include "dataplane/node_agent/loopback_rpc.h"
#include "gtest/gtest.h"

namespace nearcast::node_agent {
namespace {

// Takes batches, or refuses the first few with `refusal`.
class FakeControlPlane : public v1::NodeService::Service {
 public:
  explicit FakeControlPlane(int refuses = 0,
                            grpc::StatusCode refusal = grpc::StatusCode::UNAVAILABLE)
      : refusal_(refusal), refuses_(refuses) {}

  grpc::Status TellPlays(grpc::ServerContext*, const v1::TellPlaysRequest* request,
                         v1::TellPlaysResponse*) override {
    absl::MutexLock lock(&mutex_);
    if (refuses_ > 0) {
      --refuses_;
      ++refused_;
      return {refusal_, "not now"};
    }
    batches_.push_back(*request);
    return grpc::Status::OK;
  }

  // Waits for that many events in all.
  std::vector<v1::TellPlaysRequest> Await(int events) {
    absl::MutexLock lock(&mutex_);
    const auto all = [this, events]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      int told = 0;
      for (const auto& batch : batches_) told += batch.events_size();
      return told >= events;
    };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&all), absl::Seconds(30)));
    return batches_;
  }

  void AwaitRefused() {
    absl::MutexLock lock(&mutex_);
    const auto any = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return refused_ > 0; };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&any), absl::Seconds(30)));
  }

  const std::string& address() const { return rpc_.address(); }

 private:
  const grpc::StatusCode refusal_;
  absl::Mutex mutex_;
  int refuses_ ABSL_GUARDED_BY(mutex_);
  int refused_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<v1::TellPlaysRequest> batches_ ABSL_GUARDED_BY(mutex_);
  LoopbackRpc rpc_{this};
};

class PlayLineTest : public ::testing::Test {
 protected:
  void Play(int viewers) {
    for (int i = 0; i < viewers; ++i) {
      tickets_.push_back(log_.Open("live/show", "rtmp", "192.0.2.1"));
      tickets_.back()->Begin();
    }
  }

  PlayLineOptions Options(const std::vector<std::string>& controls) {
    return {.node = "n1",
            .instance_id = "i",
            .controls = controls,
            .batch_max = 10,
            .gather_ms = 1,
            .answer_ms_max = 20'000,
            .pause_ms_max = 10,
            .goodbye_ms_max = 20'000};
  }

  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  plays::PlayLog log_{&clock_, 100};
  std::vector<std::unique_ptr<plays::PlayTicket>> tickets_;
};

TEST_F(PlayLineTest, PlaysAreToldManyAtATime) {
  FakeControlPlane control;
  Play(25);
  tickets_[0]->End(plays::PlayEnd::kLeft,
                   {.bytes = 77,
                    .drops = {.tail = 1, .unreferred = 2, .rest = 3, .jumped = 4, .undecodable = 5},
                    .jumps = 6,
                    .delay_ms_mean = 70,
                    .delay_ms_max = 800});
  PlayLine line(Options({control.address()}), &log_);
  line.Start();
  const auto batches = control.Await(26);
  ASSERT_EQ(batches.size(), 3u);
  EXPECT_EQ(batches[0].node(), "n1");
  EXPECT_EQ(batches[0].instance_id(), "i");
  EXPECT_EQ(batches[1].sequence(), 2u);
  const v1::PlayEvent& begin = batches[0].events(0);
  EXPECT_EQ(begin.app(), "live");
  EXPECT_EQ(begin.stream(), "show");
  EXPECT_EQ(begin.format(), "rtmp");
  EXPECT_FALSE(begin.ended());
  const v1::PlayEvent& end = batches[2].events(5);
  EXPECT_TRUE(end.ended());
  EXPECT_EQ(end.session(), begin.session());
  EXPECT_EQ(end.bytes(), 77u);
  EXPECT_EQ(end.reason(), "left");
  EXPECT_EQ(end.drops().tail(), 1u);
  EXPECT_EQ(end.drops().unreferred(), 2u);
  EXPECT_EQ(end.drops().rest(), 3u);
  EXPECT_EQ(end.drops().jumped(), 4u);
  EXPECT_EQ(end.drops().undecodable(), 5u);
  EXPECT_EQ(end.jumps(), 6u);
  EXPECT_EQ(end.delay_ms_mean(), 70u);
  EXPECT_EQ(end.delay_ms_max(), 800u);
  EXPECT_FALSE(begin.has_drops());
  line.Stop();
  EXPECT_EQ(line.told(), 26u);
}

TEST_F(PlayLineTest, ABatchIsToldAgainUntilSomebodyTakesIt) {
  FakeControlPlane control(3);
  Play(1);
  PlayLine line(Options({control.address()}), &log_);
  line.Start();
  const auto batches = control.Await(1);
  ASSERT_EQ(batches.size(), 1u);
  EXPECT_EQ(batches[0].sequence(), 1u);
}

TEST_F(PlayLineTest, TheNextReplicaIsToldWhenOneDoesNotTakeIt) {
  FakeControlPlane busy(1'000'000), control;
  Play(1);
  PlayLine line(Options({busy.address(), control.address()}), &log_);
  line.Start();
  EXPECT_EQ(control.Await(1).size(), 1u);
}

TEST_F(PlayLineTest, WhoKnowsNoPlaysIsNotToldAgain) {
  FakeControlPlane old(1, grpc::StatusCode::UNIMPLEMENTED);
  Play(3);
  PlayLine line(Options({old.address()}), &log_);
  line.Start();
  old.AwaitRefused();
  Play(1);
  const auto batches = old.Await(1);
  EXPECT_EQ(batches[0].left_out(), 3u);
}

TEST_F(PlayLineTest, WhatIsLeftIsToldWhenItStops) {
  FakeControlPlane control;
  PlayLineOptions options = Options({control.address()});
  options.gather_ms = 3'600'000;
  PlayLine line(options, &log_);
  line.Start();
  Play(12);
  line.Stop();
  EXPECT_EQ(line.told(), 12u);
}

}  // namespace
}  // namespace nearcast::node_agent
