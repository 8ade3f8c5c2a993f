#include "dataplane/egress/viewer_list.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/loopback.h"
#include "dataplane/egress/flv_protocol.h"
#include "dataplane/egress/tcp_listener.h"
#include "dataplane/stream/frame_builder.h"
#include "gtest/gtest.h"

namespace nearcast::egress {
namespace {

TEST(ViewerListTest, ReadsTheQuestion) {
  const ViewerQuestion question = ParseViewerQuestion("x=1&stream=live/a&limit=7").value();
  EXPECT_EQ(question.stream, "live/a");
  EXPECT_EQ(question.limit, 7u);
  EXPECT_EQ(ParseViewerQuestion("").value().limit, 1000u);
  for (const char* query : {"limit=", "limit=-1", "limit=10001", "limit=all"}) {
    EXPECT_EQ(ParseViewerQuestion(query).status().code(), absl::StatusCode::kInvalidArgument)
        << query;
  }
}

TEST(ViewerListTest, EveryWorkerIsAskedAndTheAnswerComesHome) {
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<Worker*> all;
  for (int i = 0; i < 3; ++i) {
    workers.push_back(std::make_unique<Worker>(WriteLimits{}));
    all.push_back(workers.back().get());
    workers.back()->Start();
  }
  absl::Notification done;
  size_t viewers = 99;
  ListViewers(all, all[1], {}, [&](std::vector<ViewerStatus> list) {
    viewers = list.size();
    done.Notify();
  });
  done.WaitForNotification();
  EXPECT_EQ(viewers, 0u);
  for (const auto& worker : workers) worker->Stop();
}

TEST(ViewerListTest, SaysWhatEachViewerHasAndLacks) {
  ViewerStatus viewer;
  viewer.stream = "live/\"a\"";
  viewer.address = "10.0.0.1:5";
  viewer.protocol = "ws-flv";
  viewer.level = stream::DropLevel::kLastTwoFrames;
  viewer.drops.tail = 12;
  const std::string json = WriteViewersJson({viewer});
  for (const char* part : {"\"stream\":\"live/\\\"a\\\"\"", "\"protocol\":\"ws-flv\"",
                           "\"drops_now\":\"last_two_frames\"", "\"dropped_tail\":12"}) {
    EXPECT_NE(json.find(part), std::string::npos) << part << " in " << json;
  }
  EXPECT_EQ(json.find("silent_ms"), std::string::npos);
  EXPECT_EQ(WriteViewersJson({}), "{\"viewers\":[]}\n");
}

TEST(ViewerListTest, ASessionHasNoQueueButAPlace) {
  const std::string json = WriteViewersJson({{.stream = "live/a",
                                              .address = "10.0.0.1",
                                              .protocol = "hls",
                                              .state = "playing",
                                              .session_ms = 60'000,
                                              .bytes_sent = 6'480'000,
                                              .bits_per_s = 864'000,
                                              .delay_ms_mean = 5'000,
                                              .delay_ms_max = 7'000,
                                              .session = SessionStatus{"ll-hls", 30, 2'100, 400}}});
  EXPECT_EQ(json,
            "{\"viewers\":[{\"stream\":\"live/a\",\"address\":\"10.0.0.1\",\"protocol\":\"hls\","
            "\"state\":\"playing\",\"session_ms\":60000,\"bytes_sent\":6480000,"
            "\"bits_per_s\":864000,\"delay_ms_mean\":5000,\"delay_ms_max\":7000,"
            "\"format\":\"ll-hls\",\"slices\":30,\"delay_ms\":2100,\"silent_ms\":400}]}\n");
}

// A viewer at one end of a TCP connection, on a clock of the test's own.
class ViewerStatusTest : public testing::Test {
 protected:
  void SetUp() override {
    const TcpListeners listeners = ListenTcp("127.0.0.1", 0, {}).value();
    far_ = ConnectLoopback(listeners.port);
    // A connection is reported only when the far end has said something.
    EXPECT_EQ(::send(far_, "x", 1, 0), 1);
    absl::StatusOr<int> near = absl::UnavailableError("none yet");
    while (!near.ok()) near = AcceptTcp(listeners.fds[0]);
    ::close(listeners.fds[0]);
    ring_.Append(stream::Key(0, kFrameBytes));
    viewer_ = std::make_unique<Viewer>(*near, std::make_shared<FlvProtocol>(),
                                       ViewerRequest{.arrived_ms = 10'000});
    viewer_->Start(ring_);
  }
  void TearDown() override { ::close(far_); }

  // A frame each 40 ms.
  void Live(int64_t until_ms) {
    for (; at_ms_ <= until_ms; at_ms_ += 40) {
      ring_.Append(stream::Inter(at_ms_, kFrameBytes));
      outcome_ = viewer_->Write(ring_, {}, &batch_);
      viewer_->Measure(ring_, {}, 10'000 + at_ms_);
    }
  }

  size_t Drain() {
    std::string bytes(1 << 20, 0);
    size_t drained = 0;
    for (ssize_t got = 1; got > 0; drained += static_cast<size_t>(std::max<ssize_t>(got, 0))) {
      got = ::recv(far_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    }
    return drained;
  }

  ViewerStatus Status() const { return viewer_->Status("live/a", 10'000 + at_ms_); }

  static constexpr size_t kFrameBytes = 4'985;  // 5,000 with the tag's frame
  int far_ = -1;
  int64_t at_ms_ = 40;
  stream::FrameRing ring_{stream::RingBounds{}};
  SendBatch batch_;
  std::unique_ptr<Viewer> viewer_;
  WriteOutcome outcome_ = WriteOutcome::kCaughtUp;
};

TEST_F(ViewerStatusTest, TheRateIsThatOfTheLastSecond) {
  for (int64_t until_ms = 400; until_ms <= 4'000; until_ms += 400) {
    Live(until_ms);
    Drain();
  }
  ASSERT_EQ(outcome_, WriteOutcome::kCaughtUp);
  const ViewerStatus status = Status();
  EXPECT_NEAR(static_cast<double>(status.bits_per_s), 1'000'000, 50'000);
  EXPECT_EQ(status.protocol, "http-flv");
  EXPECT_EQ(status.delay_ms_max, 0);
}

TEST_F(ViewerStatusTest, ThePathIsReadWhenItIsAskedAboutAndNotOnlyOfWhoIsBehind) {
  EXPECT_EQ(Status().path.unsent_bytes, 0);
  while (outcome_ != WriteOutcome::kBlocked) Live(at_ms_ + 400);
  EXPECT_GT(Status().path.unsent_bytes, 0);
  EXPECT_GE(Status().delay_ms_max, Status().delay_ms_mean);
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (Status().path.unsent_bytes > 0 && absl::Now() < deadline) Drain();
  EXPECT_EQ(Status().path.unsent_bytes, 0);  // it has not been measured since
}

}  // namespace
}  // namespace nearcast::egress
