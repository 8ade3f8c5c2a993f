// How a fanout and a publisher that is read in pieces get on with each other.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "dataplane/egress/fanout.h"
#include "dataplane/egress/flv_protocol.h"
#include "dataplane/egress/manual_loop.h"
#include "dataplane/stream/hub.h"
#include "gtest/gtest.h"

namespace nearcast::egress {
namespace {

using stream::FrameRole;

class FanoutReadingTest : public testing::Test {
 protected:
  void SetUp() override {
    publication_ = hub_.Publish("live/a", {}, loop_.now_ms).value();
    fanout_ = std::make_shared<Fanout>(
        publication_->stream(),
        FanoutTools{
            .loop = &loop_, .batch = &batch_, .backlog = &backlog_, .counters = &counters_});
    publication_->stream()->AddListener(fanout_);
    publication_->BeginPieces([this] { ++hastened_; }, loop_.now_ms);
    Push(FrameRole::kVideoHeader);
    Push(FrameRole::kAudioHeader);
  }
  void TearDown() override {
    publication_->stream()->RemoveListener(fanout_.get());
    for (int fd : far_ends_) ::close(fd);
  }

  void Push(FrameRole role) {
    ASSERT_TRUE(publication_->Push(role, time_ms_, "frame", loop_.now_ms).ok());
  }

  // `frames` of picture and sound, 40 ms apart.
  void PushPiece(int frames) {
    for (int i = 0; i < frames; ++i, time_ms_ += 40) {
      Push(time_ms_ % 1000 == 0 ? FrameRole::kVideoKey : FrameRole::kVideoInter);
      Push(FrameRole::kAudio);
    }
    wanted_ms_ = publication_->EndPiece(loop_.now_ms);
    loop_.RunDue();
  }

  void Join(int64_t merge_ms) {
    int fds[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    far_ends_.push_back(fds[1]);
    fanout_->Add(std::make_unique<Viewer>(
        fds[0], flv_,
        ViewerRequest{
            .arrived_ms = loop_.now_ms, .merge_ms = merge_ms, .deadline_ms = loop_.now_ms + 5000}));
    loop_.Run();
  }

  ManualLoop loop_;
  SendBatch batch_;
  Crowd crowd_;
  Backlog backlog_{&loop_, &crowd_};
  EgressCounters counters_;
  stream::Hub hub_{stream::HubOptions{}};
  std::unique_ptr<stream::Publication> publication_;
  std::shared_ptr<Fanout> fanout_;
  std::shared_ptr<FlvProtocol> flv_ = std::make_shared<FlvProtocol>();
  std::vector<int> far_ends_;
  uint32_t time_ms_ = 0;
  int64_t wanted_ms_ = 0;
  int hastened_ = 0;
};

TEST_F(FanoutReadingTest, APieceThatIsReadWhenItsViewersAreDueIsSentAtOnceAndWhole) {
  PushPiece(30);
  int64_t begun_ms = loop_.now_ms;
  Join(350);
  PushPiece(1);
  for (int round = 0; round < 10; ++round) {
    EXPECT_EQ(wanted_ms_, begun_ms + 350);
    begun_ms = loop_.now_ms = wanted_ms_;
    fanout_->Tick();  // nothing has come yet: no round over nothing
    const uint64_t sends = counters_.sends.Get();
    PushPiece(9);
    EXPECT_EQ(counters_.sends.Get(), sends + 1);
    fanout_->Tick();
    EXPECT_EQ(fanout_->Queues().lag_ms_max, 0);
  }
}

TEST_F(FanoutReadingTest, ARoundThatBeginsLateIsNotFollowedByALaterOne) {
  PushPiece(30);
  Join(350);
  loop_.now_ms += 400;
  const int64_t came_ms = loop_.now_ms;
  Push(FrameRole::kAudio);
  EXPECT_EQ(publication_->EndPiece(loop_.now_ms), came_ms + 350) << "as if it had been sent";
  loop_.now_ms += 9;  // the thread has other things to do
  loop_.RunDue();
  EXPECT_EQ(publication_->EndPiece(loop_.now_ms), came_ms + 350);
}

TEST_F(FanoutReadingTest, WhoeverJoinsWithMoreHasteHastensTheReading) {
  PushPiece(30);
  PushPiece(1);
  EXPECT_EQ(wanted_ms_, loop_.now_ms + stream::ReadingPace::kPauseMsMax);
  loop_.now_ms += 60;
  Join(350);
  EXPECT_EQ(hastened_, 0) << "it is read in time";
  Join(200);
  EXPECT_EQ(hastened_, 1);
  PushPiece(1);
  Join(200);
  EXPECT_EQ(hastened_, 1) << "goes with the other";
  Join(0);
  EXPECT_EQ(hastened_, 2);
  PushPiece(1);
  EXPECT_LE(wanted_ms_, loop_.now_ms) << "each frame at once";
}

TEST_F(FanoutReadingTest, WhatGatheredBeforeASilenceIsSentThoughNothingIsRead) {
  PushPiece(30);
  Join(350);
  PushPiece(3);
  const uint64_t sends = counters_.sends.Get();
  for (int i = 0; i < 5; ++i) {
    loop_.now_ms += 100;
    fanout_->Tick();
    loop_.RunDue();
    publication_->EndPiece(loop_.now_ms);
  }
  EXPECT_EQ(counters_.sends.Get(), sends + 1);
}

TEST_F(FanoutReadingTest, ViewersWhoseQueuesHaveNotChangedAreCountedEachTime) {
  PushPiece(30);
  Join(350);
  Join(350);
  loop_.Run();
  const auto counted = [this] {
    uint64_t sum = 0;
    for (const Counter& bucket : counters_.queues) sum += bucket.Get();
    return sum;
  };
  for (int tick = 1; tick <= 5; ++tick) {
    loop_.now_ms += 100;
    fanout_->Tick();
    EXPECT_EQ(counted(), 2u * tick);
  }
}

}  // namespace
}  // namespace nearcast::egress
