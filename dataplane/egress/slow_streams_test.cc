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
};

class SlowStreamsTest : public testing::Test {
 protected:
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
    slow->fanout->Add(std::make_unique<Viewer>(fds[0], flv_, request));
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
  stream::Hub hub_{stream::HubOptions{.ring = {.keep_ms = 2'000, .bytes_max = kRingBytesMax}}};
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
  }
  EXPECT_GT(counters_.jumps.Get() + counters_.dropped_tail.Get() + counters_.dropped_rest.Get() +
                counters_.dropped_jumped.Get() + counters_.sends.Get(),
            0u);
  // What each viewer holds beside the rings is the rest of one frame.
  const size_t own_bytes = kStreams * kViewersEach * 2 * kFrameBytes;
  EXPECT_LE(most_bytes, early_bytes + own_bytes);
  EXPECT_LE(early_bytes, kStreams * kRingBytesMax * 2 + own_bytes);
}

}  // namespace
}  // namespace nearcast::egress
