// HttpSource against a relay's side of the private link, played by a script.
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/loopback.h"
#include "dataplane/media/link_record.h"
#include "dataplane/pull/http_source.h"
#include "gtest/gtest.h"

namespace nearcast::pull {
namespace {

// Takes one connection, reads the request, sends `answer`, and then stays silent or closes.
class Script {
 public:
  Script(std::string answer, bool closes) {
    port = absl::StrCat(listener_.number);
    thread_ = std::thread([this, answer = std::move(answer), closes] {
      peer_ = ::accept(listener_.fd(), nullptr, nullptr);
      char bytes[4096];
      const ssize_t got = ::recv(peer_, bytes, sizeof bytes, 0);
      if (got > 0) request.assign(bytes, static_cast<size_t>(got));
      (void)::send(peer_, answer.data(), answer.size(), MSG_NOSIGNAL);
      if (closes) ::shutdown(peer_, SHUT_RDWR);
    });
  }
  ~Script() {
    Join();
    ::close(peer_);
  }
  void Join() {
    if (thread_.joinable()) thread_.join();
  }

  std::string port;
  std::string request;  // after Join

 private:
  const LoopbackPort listener_;
  int peer_ = -1;
  std::thread thread_;
};

struct Heard {
  std::vector<SourceFrame> frames;
  int signs_of_life = 0;
  absl::Status end;
};

boost::asio::awaitable<Heard> Listen(HttpSource* source) {
  Heard heard;
  heard.end = co_await source->Open();
  while (heard.end.ok()) {
    absl::StatusOr<std::optional<SourceFrame>> frame = co_await source->Read();
    heard.end = frame.status();
    if (!frame.ok()) break;
    if (frame->has_value()) {
      heard.frames.push_back(**std::move(frame));
    } else {
      ++heard.signs_of_life;
    }
  }
  co_return heard;
}

Heard Hear(Script* script) {
  boost::asio::io_context io;
  HttpSource source(io.get_executor(),
                    {.via = "edge", .response_silence_ms_max = 400, .silence_ms_min = 200},
                    {.host = "127.0.0.1",
                     .port = script->port,
                     .authority = "pull.test",
                     .target = "/live/a.flv"});
  Heard heard;
  bool done = false;
  boost::asio::co_spawn(io, Listen(&source), [&](std::exception_ptr, Heard all) {
    heard = std::move(all);
    done = true;
  });
  while (!done && io.run_one_for(std::chrono::seconds(20)) > 0) {
  }
  script->Join();
  return heard;
}

std::string Link(const std::string& records) {
  return absl::StrCat("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n",
                      "HTTP/1.1 200 OK\r\nContent-Type: ", media::kLinkMediaType, "\r\n\r\n",
                      media::kLinkMagic, records);
}

std::string Frame(uint32_t seq) {
  return media::EncodeLinkRecord({.type = media::LinkType::kFrame,
                                  .kind = media::FrameKind::kAudio,
                                  .dts_ms = 7,
                                  .timeline = 9,
                                  .seq = seq},
                                 "sound");
}

TEST(LinkSourceTest, FramesComeWithTheirNamesAfterAnyNumberOfInterimResponses) {
  Script script(Link(absl::StrCat(Frame(3), media::EncodeLinkRecord({}, ""), Frame(4),
                                  media::EncodeLinkRecord({.type = media::LinkType::kEnd}, ""))),
                true);
  const Heard heard = Hear(&script);
  ASSERT_EQ(heard.frames.size(), 2u);
  EXPECT_EQ(heard.frames[1].id.timeline, 9u);
  EXPECT_EQ(heard.frames[1].id.seq, 4u);
  EXPECT_EQ(heard.frames[1].payload(), "sound");
  EXPECT_EQ(heard.signs_of_life, 1);
  EXPECT_TRUE(absl::IsOutOfRange(heard.end)) << heard.end;
  EXPECT_TRUE(absl::StrContains(script.request, "Host: pull.test\r\n"));
  EXPECT_TRUE(absl::StrContains(script.request, "X-Nearcast-Via: edge\r\n"));
}

TEST(LinkSourceTest, ALinkThatFallsSilentIsGivenUp) {
  Script script(Link(Frame(3)), false);
  const Heard heard = Hear(&script);
  EXPECT_EQ(heard.frames.size(), 1u);
  EXPECT_TRUE(absl::IsDeadlineExceeded(heard.end)) << heard.end;
}

TEST(LinkSourceTest, ALinkThatBreaksOffHasNotEnded) {
  Script script(Link(Frame(3)), true);
  EXPECT_TRUE(absl::IsUnavailable(Hear(&script).end));
}

TEST(LinkSourceTest, AnAnswerThatNeverComesIsNotWaitedFor) {
  Script script("HTTP/1.1 102 Processing\r\n\r\n", false);
  EXPECT_TRUE(absl::IsDeadlineExceeded(Hear(&script).end));
}

TEST(LinkSourceTest, RubbishInALinkEndsIt) {
  Script script(Link(std::string(64, '\x7F')), false);
  EXPECT_TRUE(absl::IsUnavailable(Hear(&script).end));
}

}  // namespace
}  // namespace nearcast::pull
