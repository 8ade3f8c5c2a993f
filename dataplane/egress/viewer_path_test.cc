// What a viewer's own TCP connection says decides how long its queue may be: a real connection over
// loopback, whose far end has a window of a few kilobytes and takes half a kilobyte at a time, which
// makes a path of some hundreds of kilobytes a second and a round trip of some milliseconds.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/loopback.h"
#include "base/socket_address.h"
#include "dataplane/egress/flv_protocol.h"
#include "dataplane/egress/send_batch.h"
#include "dataplane/egress/tcp_listener.h"
#include "dataplane/egress/tcp_path.h"
#include "dataplane/egress/viewer.h"
#include "dataplane/stream/frame_builder.h"
#include "dataplane/stream/frame_ring.h"
#include "dataplane/stream/queue_bound.h"
#include "gtest/gtest.h"

namespace nearcast::egress {
namespace {

constexpr int64_t kFrameMs = 40;
constexpr absl::Duration kPatience = absl::Seconds(30);

// So much of a stream with frames of this size.
stream::FrameRing RingOf(int64_t span_ms, size_t frame_bytes) {
  stream::FrameRing ring(stream::RingBounds{});
  for (int64_t dts_ms = 0; dts_ms < span_ms; dts_ms += kFrameMs) {
    ring.Append(dts_ms == 0 ? stream::Key(dts_ms, frame_bytes)
                            : stream::Inter(dts_ms, frame_bytes));
  }
  return ring;
}

class ViewerPathTest : public testing::Test {
 protected:
  ~ViewerPathTest() override { ::close(far_); }

  // A viewer of `ring`, and its far end.
  void Join(const stream::FrameRing& ring, stream::QueueClass queue_class) {
    const TcpListeners listeners = ListenTcp("127.0.0.1", 0, {}).value();
    if (far_ >= 0) ::close(far_);
    far_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int window_bytes = 4'608;
    EXPECT_EQ(::setsockopt(far_, SOL_SOCKET, SO_RCVBUF, &window_bytes, sizeof window_bytes), 0);
    const SocketAddress to = Loopback(listeners.port);
    ASSERT_EQ(::connect(far_, to.get(), to.size), 0);
    EXPECT_EQ(::send(far_, "x", 1, 0), 1);  // reported only when it has said something
    absl::StatusOr<int> near = absl::UnavailableError("none yet");
    while (!near.ok()) near = AcceptTcp(listeners.fds[0]);
    ::close(listeners.fds[0]);
    ViewerRequest request{.start = {.gop_cache_ms = 60'000}};
    request.drop.queue.queue_class = queue_class;
    request.drop.protected_period_ms = 0;
    viewer_ = std::make_unique<Viewer>(*near, std::make_shared<FlvProtocol>(), request);
    viewer_->Start(ring);
  }

  // Writes until the socket is full.
  void Fill(const stream::FrameRing& ring) {
    WriteOutcome outcome = WriteOutcome::kMore;
    while (outcome == WriteOutcome::kMore) outcome = viewer_->Write(ring, WriteLimits{}, &batch_);
    ASSERT_EQ(outcome, WriteOutcome::kBlocked);
  }

  // The far end takes half a kilobyte. False when nothing comes any more.
  bool TakeABit() {
    pollfd readable{far_, POLLIN, 0};
    std::array<char, 512> bytes;
    return ::poll(&readable, 1, 1'000) == 1 && ::recv(far_, bytes.data(), bytes.size(), 0) > 0;
  }

  void Measure(const stream::FrameRing& ring) {
    viewer_->Measure(ring, {}, now_ms_);
    now_ms_ += 100;
  }

  // Lets the path work until the kernel tells its round trip, and a rate within these bounds.
  void AwaitPath(const stream::FrameRing& ring, int64_t bits_min, int64_t bits_max) {
    const absl::Time deadline = absl::Now() + kPatience;
    const auto known = [&] {
      const stream::PathReading& path = viewer_->path();
      return path.rtt_ms > 0 && path.bits_per_s > bits_min && path.bits_per_s < bits_max;
    };
    while (!known() && absl::Now() < deadline) {
      ASSERT_TRUE(TakeABit());
      ::poll(nullptr, 0, 5);  // the reader is slow
      viewer_->Unblock();
      (void)viewer_->Write(ring, WriteLimits{}, &batch_);
      Measure(ring);
    }
    ASSERT_TRUE(known());
  }

  int far_ = -1;
  std::unique_ptr<Viewer> viewer_;
  SendBatch batch_;
  int64_t now_ms_ = 1'000;
};

TEST_F(ViewerPathTest, OnAPathNarrowerThanTheStreamTheBoundIsTheFloor) {
  const stream::FrameRing ring = RingOf(2'000, 400'000);  // 80 Mbit/s
  for (const auto queue_class : {stream::QueueClass::kLatency, stream::QueueClass::kSmooth}) {
    Join(ring, queue_class);
    Fill(ring);
    AwaitPath(ring, 0, 80'000'000);
    EXPECT_EQ(viewer_->order().bound_ms, stream::RangeOf(queue_class).floor_ms);
  }
}

TEST_F(ViewerPathTest, OnAWiderOneItGrowsByTheRoundTripAndTheJitter) {
  const stream::FrameRing ring = RingOf(8'000, 1'200);  // 0.24 Mbit/s
  Join(ring, stream::QueueClass::kLatency);
  Fill(ring);
  AwaitPath(ring, 250'000, INT64_MAX);
  const stream::PathReading& path = viewer_->path();
  const auto [floor_ms, ceiling_ms] = stream::RangeOf(stream::QueueClass::kLatency);
  const int64_t wanted_ms = floor_ms + 2 * viewer_->queue().jitter_ms() + 2 * path.rtt_ms;
  EXPECT_EQ(viewer_->order().bound_ms, std::min(wanted_ms, ceiling_ms));
  EXPECT_GT(viewer_->order().bound_ms, floor_ms);
}

TEST_F(ViewerPathTest, WhatWaitsInTheKernelCountsWhetherTheSocketIsFullAtThatMomentOrNot) {
  const stream::FrameRing ring = RingOf(8'000, 1'200);
  Join(ring, stream::QueueClass::kLatency);
  Fill(ring);
  Measure(ring);
  const int64_t full_ms = viewer_->queue().lag_ms();
  const int64_t kernel_ms = viewer_->order().unsent_ms;
  ASSERT_GT(kernel_ms, 0);
  viewer_->Unblock();  // as when there is room for a little more
  Measure(ring);
  EXPECT_GT(viewer_->order().unsent_ms, kernel_ms / 2);
  EXPECT_GT(viewer_->queue().lag_ms(), full_ms - kernel_ms / 2);
  EXPECT_LT(viewer_->queue().jitter_ms(), kernel_ms / 2);
}

TEST_F(ViewerPathTest, OfAViewerThatKeepsUpNothingIsAsked) {
  const stream::FrameRing ring = RingOf(2'000, 20);
  Join(ring, stream::QueueClass::kSmooth);
  EXPECT_EQ(viewer_->Write(ring, WriteLimits{}, &batch_), WriteOutcome::kMore);
  EXPECT_EQ(viewer_->Write(ring, WriteLimits{}, &batch_), WriteOutcome::kCaughtUp);
  Measure(ring);
  EXPECT_EQ(viewer_->order().unsent_ms, 0);
  EXPECT_EQ(viewer_->path().bits_per_s, 0);
}

}  // namespace
}  // namespace nearcast::egress
