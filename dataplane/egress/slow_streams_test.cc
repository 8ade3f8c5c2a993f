// Many streams with viewers that do not read: what the relay holds for them stays within the rings'
// bounds, whatever comes and however long.
#include <fcntl.h>
#include <malloc.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "dataplane/egress/fanout.h"
#include "dataplane/egress/flv_protocol.h"
#include "dataplane/egress/manual_loop.h"
#include "dataplane/stream/hub.h"
#include "dataplane/stream/media_budget.h"
#include "gtest/gtest.h"

namespace nearcast::egress {
namespace {

constexpr size_t kStreams = 64;
constexpr size_t kViewersEach = 4;
constexpr size_t kRingBytesMax = 256u << 10;
constexpr int64_t kFrameBytes = 3'000;

// A publisher, its viewers on this thread, and the far ends of their sockets, which nobody reads.
struct SlowStream {
  std::unique_ptr<stream::Publication> publication;
  std::shared_ptr<Fanout> fanout;
  std::vector<int> far_ends;
  std::vector<Viewer*> viewers;
};

class SlowStreamsTest : public testing::Test {
 protected:
  explicit SlowStreamsTest(size_t media_bytes_max = 0)
      : hub_(stream::HubOptions{.ring = {.keep_ms = 2'000, .bytes_max = kRingBytesMax},
                                .media_bytes_max = media_bytes_max}) {}

  void SetUp() override {
    for (size_t i = 0; i < kStreams; ++i) {
      SlowStream slow;
      slow.publication = hub_.Publish("live/" + std::to_string(i), {}, loop_.now_ms).value();
      slow.fanout = std::make_shared<Fanout>(slow.publication->stream(), tools_);
      slow.publication->stream()->AddListener(slow.fanout);
      streams_.push_back(std::move(slow));
    }
    Play(2'000);
    for (SlowStream& slow : streams_) {
      for (size_t i = 0; i < kViewersEach; ++i) Join(&slow);
    }
  }

  void TearDown() override {
    for (SlowStream& slow : streams_) {
      slow.publication->stream()->RemoveListener(slow.fanout.get());
      for (const int fd : slow.far_ends) ::close(fd);
    }
  }

  void Join(SlowStream* slow) {
    int fds[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    ::fcntl(fds[0], F_SETFL, O_NONBLOCK);
    slow->far_ends.push_back(fds[1]);
    const ViewerRequest request{.arrived_ms = loop_.now_ms, .deadline_ms = loop_.now_ms + 5'000};
    auto viewer = std::make_unique<Viewer>(fds[0], flv_, request);
    slow->viewers.push_back(viewer.get());
    slow->fanout->Add(std::move(viewer));
  }

  // All far ends take what is there, and their viewers go on.
  void Resume() {
    std::string bytes(1 << 20, 0);
    for (SlowStream& slow : streams_) {
      for (const int fd : slow.far_ends) {
        while (::recv(fd, bytes.data(), bytes.size(), MSG_DONTWAIT) > 0) continue;
      }
      for (Viewer* viewer : slow.viewers) slow.fanout->OnWritable(viewer);
    }
    loop_.Run();
  }

  void Play(int64_t ms) {
    const std::string body(kFrameBytes, 'x');
    for (const int64_t end_ms = at_ms_ + ms; at_ms_ < end_ms; at_ms_ += 40, loop_.now_ms += 40) {
      const auto role =
          at_ms_ % 2'000 == 0 ? stream::FrameRole::kVideoKey : stream::FrameRole::kVideoInter;
      for (SlowStream& slow : streams_) {
        ASSERT_TRUE(
            slow.publication->Push(role, static_cast<uint32_t>(at_ms_), body, loop_.now_ms).ok());
      }
      loop_.Run();
      if (at_ms_ % 200 != 0) continue;
      for (SlowStream& slow : streams_) slow.fanout->Tick();
    }
  }

  ManualLoop loop_;
  SendBatch batch_;
  Crowd crowd_;
  Backlog backlog_{&loop_, &crowd_};
  EgressCounters counters_;
  FanoutTools tools_{
      .loop = &loop_, .batch = &batch_, .backlog = &backlog_, .counters = &counters_, .limits = {}};
  stream::Hub hub_;
  std::shared_ptr<FlvProtocol> flv_ = std::make_shared<FlvProtocol>();
  std::vector<SlowStream> streams_;
  int64_t at_ms_ = 0;
};

TEST_F(SlowStreamsTest, SixtyFourStreamsWhoseViewersStallStayWithinTheirRings) {
  Play(20'000);
  const size_t early_bytes = mallinfo2().uordblks;
  size_t most_bytes = early_bytes;
  for (int minute = 0; minute < 3; ++minute) {
    Play(20'000);
    most_bytes = std::max(most_bytes, mallinfo2().uordblks);
  }
  for (const SlowStream& slow : streams_) {
    EXPECT_LE(slow.publication->stream()->Status(loop_.now_ms).cached_bytes, kRingBytesMax);
    EXPECT_EQ(slow.fanout->viewers(), kViewersEach);
    for (const Viewer* viewer : slow.viewers) EXPECT_TRUE(viewer->blocked());
  }
  // What each viewer holds beside the rings is the rest of one frame.
  const size_t own_bytes = kStreams * kViewersEach * 2 * kFrameBytes;
  EXPECT_LE(most_bytes, early_bytes + own_bytes);
  EXPECT_LE(early_bytes, kStreams * kRingBytesMax * 2 + own_bytes);
}

TEST_F(SlowStreamsTest, WhatStalledViewersLostIsCountedWhenTheyGoOn) {
  Play(20'000);
  EXPECT_EQ(counters_.dropped_jumped.Get(), 0u) << "it is not known before";
  Resume();
  Play(400);
  uint64_t lost = 0;
  for (const SlowStream& slow : streams_) {
    for (const Viewer* viewer : slow.viewers) {
      EXPECT_GE(viewer->cursor().jumps(), 1u);
      EXPECT_GT(viewer->cursor().drops().jumped, 100u);
      lost += viewer->cursor().drops().jumped;
    }
  }
  EXPECT_EQ(counters_.dropped_jumped.Get(), lost);
}

constexpr size_t kBudget = 4u << 20;  // a quarter of what the rings may hold

class BudgetedStreamsTest : public SlowStreamsTest {
 protected:
  BudgetedStreamsTest() : SlowStreamsTest(kBudget) {}

  const size_t bytes_before_ = mallinfo2().uordblks;
};

TEST_F(BudgetedStreamsTest, AllStreamsTogetherStayWithinTheNodesBudget) {
  const size_t slack = kStreams * (kFrameBytes + stream::MediaBudget::kUnit);
  for (int second = 0; second < 20; ++second) {
    Play(1'000);
    EXPECT_LE(hub_.budget()->bytes(), kBudget + slack);
  }
  EXPECT_GT(hub_.budget()->bytes(), kBudget / 2);
  // Replicas hold nothing that the rings have let go of. Slots, viewers and sockets' ends come on
  // top.
  const size_t own_bytes = kStreams * ((8u << 10) + kViewersEach * (8u << 10)) + (1u << 20);
  EXPECT_LE(mallinfo2().uordblks - bytes_before_, kBudget + slack + own_bytes);
  EXPECT_EQ(hub_.Publish("live/new", {}, loop_.now_ms).status().code(),
            absl::StatusCode::kResourceExhausted);
  Resume();
  for (const SlowStream& slow : streams_) {
    EXPECT_EQ(slow.fanout->viewers(), kViewersEach) << "nobody is let go for it";
  }
}

}  // namespace
}  // namespace nearcast::egress
