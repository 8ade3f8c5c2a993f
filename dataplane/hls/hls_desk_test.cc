#include "dataplane/hls/hls_desk.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dataplane/admission/gate.h"
#include "dataplane/ingest/media_intake.h"
#include "dataplane/stream/hub.h"
#include "gtest/gtest.h"

namespace nearcast::hls {
namespace {

namespace asio = boost::asio;
using egress::RouteReply;
using media::FrameKind;

std::string Hex(const char* hex) { return absl::HexStringToBytes(hex); }

// Segments of 4 s: who waits in vain does so for 12 s, longer than a loaded machine stalls.
HlsOptions FewWaiters() {
  HlsOptions options;
  options.channel.segment_ms = 4'000;
  options.channel.waiters_max = 3;
  return options;
}

// A node with one stream of 25 pictures a second, whose publisher goes on as the test says.
class HlsDeskTest : public testing::Test {
 protected:
  void SetUp() override {
    intake_ = std::make_unique<ingest::MediaIntake>(*hub_.Publish("live/show", {}, 0));
    worker_.Start();
    Take(
        Hex("17000000000142c01effe100196742c01ed900d83de6f0110000030001000003"
            "00320f162e4801000568cb83cb20"));
    Play(300);
  }

  void TearDown() override {
    hls_.Stop();
    worker_.Stop();
  }

  void Take(const std::string& body) {
    ASSERT_TRUE(
        intake_->Take(FrameKind::kVideo, static_cast<uint32_t>(now_ms_), body, now_ms_).ok());
  }

  void Play(int frames) {
    for (int i = 0; i < frames; ++i, now_ms_ += 40) {
      Take(Hex(frames_++ % 50 == 0 ? "17010000000000000565888400aa"
                                   : "270100000000000005419a0000bb"));
    }
  }

  std::future<RouteReply> Ask(const std::string& query) {
    egress::RouteRequest request;
    request.path = "/live/show.m3u8";
    request.query = query;
    return asio::co_spawn(worker_.io(), hls_.Answer(std::move(request), &worker_),
                          asio::use_future);
  }

  static std::string Body(const RouteReply& reply) {
    std::string body;
    for (const BytesRef& piece : reply.body) body += *piece;
    return body;
  }

  // "sid=…" of a new session.
  std::string Open(const std::string& query) {
    const std::string playlist = Body(Ask(query).get());
    const size_t at = playlist.find("sid=");
    return at == std::string::npos ? "" : playlist.substr(at, playlist.find('\n', at) - at);
  }

  // A reload that waits for the segment after the next one.
  std::future<RouteReply> Wait(const std::string& sid) {
    const std::string playlist = Body(Ask(sid).get());
    int segments = 0;
    for (size_t at = 0; (at = playlist.find("#EXTINF", at)) != std::string::npos; ++at) ++segments;
    return Ask(absl::StrCat(sid, "&_HLS_msn=", segments));
  }

  bool Waiting(uint64_t wanted) {
    for (int tries = 0; tries < 3'000; ++tries) {
      if (hls_.totals().waiting == wanted) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  stream::Hub hub_{stream::HubOptions{}};
  admission::OpenGate gate_;
  egress::Worker worker_{egress::WriteLimits{}};
  egress::PlayDesk desk_{egress::PlayDeskOptions{}, {&worker_}, &hub_, nullptr, &gate_};
  HlsDesk hls_{FewWaiters(), {&worker_}, &desk_};
  std::unique_ptr<ingest::MediaIntake> intake_;
  int64_t now_ms_ = 0;
  int frames_ = 0;
};

TEST_F(HlsDeskTest, WhoIsAnsweredAtOnceLeavesNothingBehindWhileThePublisherPauses) {
  const std::string sid = Open("");
  ASSERT_NE(sid, "");
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_TRUE(absl::StartsWith(Ask(sid).get().head, "HTTP/1.1 200"));
  }
  EXPECT_EQ(hls_.totals().waiting, 0u);
}

TEST_F(HlsDeskTest, WhoWaitsIsToldAndThenForgotten) {
  const std::string sid = Open("hls_format=ll");
  ASSERT_NE(sid, "");
  std::future<RouteReply> waiting = Wait(sid);
  ASSERT_TRUE(Waiting(1));
  Play(60);
  EXPECT_TRUE(absl::StartsWith(waiting.get().head, "HTTP/1.1 200"));
  EXPECT_TRUE(Waiting(0));
}

TEST_F(HlsDeskTest, WhoWaitsInVainIsForgotten) {
  std::future<RouteReply> waiting = Wait(Open("hls_format=ll"));
  ASSERT_TRUE(Waiting(1));
  EXPECT_TRUE(absl::StartsWith(waiting.get().head, "HTTP/1.1 503"));
  EXPECT_EQ(hls_.totals().waiting, 0u);
}

TEST_F(HlsDeskTest, OneTooManyToWaitIsRefusedAtOnce) {
  const std::string sid = Open("hls_format=ll");
  std::vector<std::future<RouteReply>> waiting;
  for (int i = 0; i < 3; ++i) waiting.push_back(Wait(sid));
  ASSERT_TRUE(Waiting(3));
  EXPECT_TRUE(absl::StartsWith(Wait(sid).get().head, "HTTP/1.1 503"));
  EXPECT_TRUE(absl::StartsWith(Ask(sid).get().head, "HTTP/1.1 200"));
  EXPECT_EQ(hls_.totals().waiting, 3u);
}

}  // namespace
}  // namespace nearcast::hls
