#include "dataplane/srt/srt_port.h"

#include <poll.h>
#include <srt/srt.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/loopback.h"
#include "gtest/gtest.h"

namespace nearcast::srt {
namespace {

constexpr int kPollMs = 20'000;

// A UDP port that was free a moment ago.
uint16_t FreePort() { return LoopbackPort(LoopbackPort::kSilent, SOCK_DGRAM).number; }

// Reads until there are `bytes` or the end.
std::string ReadSome(int fd, size_t bytes) {
  std::string all;
  char buffer[65536];
  while (all.size() < bytes) {
    pollfd wait{fd, POLLIN, 0};
    if (::poll(&wait, 1, kPollMs) <= 0) break;
    const ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
    if (got <= 0) break;
    all.append(buffer, static_cast<size_t>(got));
  }
  return all;
}

void WriteAll(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    pollfd wait{fd, POLLOUT, 0};
    ASSERT_GT(::poll(&wait, 1, kPollMs), 0);
    const ssize_t put = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    ASSERT_TRUE(put > 0 || errno == EAGAIN);
    if (put > 0) bytes.remove_prefix(static_cast<size_t>(put));
  }
}

class SrtPortTest : public testing::Test {
 protected:
  ~SrtPortTest() override {
    if (served_) ::close(served_->first);
  }

  std::unique_ptr<SrtPort> Start(uint16_t port, const std::string& passphrase = "") {
    auto started = SrtPort::Start(
        {.listen_ip = "127.0.0.1", .port = port, .latency_ms = 20, .passphrase = passphrase},
        [this](int fd, const StreamWish& wish, const std::string&) {
          absl::MutexLock lock(&mutex_);
          served_.emplace(fd, wish);
        });
    EXPECT_TRUE(started.ok()) << started.status();
    return *std::move(started);
  }

  bool AwaitServed() {
    absl::MutexLock lock(&mutex_);
    const auto there = [this]()
                           ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return served_.has_value(); };
    return mutex_.AwaitWithTimeout(absl::Condition(&there), absl::Seconds(20));
  }

  const uint16_t number_ = FreePort();
  absl::Mutex mutex_;
  std::optional<std::pair<int, StreamWish>> served_;
};

TEST_F(SrtPortTest, CarriesEveryByteInOrderAndTheEnd) {
  const auto server = Start(number_, "a passphrase");
  const auto caller = Start(0, "a passphrase");
  const int line =
      caller->Call(Loopback(number_), WriteStreamId({"live/a", "h", 700, {"n1"}}).value()).value();
  ASSERT_TRUE(AwaitServed());
  EXPECT_EQ(served_->second.target, "live/a");
  EXPECT_EQ(served_->second.gop_cache_ms, 700);
  EXPECT_EQ(served_->second.via, std::vector<std::string>{"n1"});
  std::string sent(3 << 20, '\0');
  std::mt19937 random(7);
  for (char& byte : sent) byte = static_cast<char>(random());
  WriteAll(served_->first, sent);
  ::close(served_->first);
  served_.reset();
  EXPECT_TRUE(ReadSome(line, sent.size()) == sent);
  EXPECT_EQ(ReadSome(line, 1), "");
  ::close(line);
  EXPECT_EQ(caller->counters().gaps, 0u);
  EXPECT_EQ(server->counters().accepted, 1u);
}

TEST_F(SrtPortTest, ACallThatFailsHoldsARefusal) {
  const auto server = Start(number_, "a passphrase");
  const auto caller = Start(0, "another passphrase");
  const std::string id = WriteStreamId({"live/a", "h", 0, {}}).value();
  const int line = caller->Call(Loopback(number_), id).value();
  EXPECT_EQ(ReadSome(line, 1 << 20).substr(0, 4), "NCL1");
  ::close(line);
  EXPECT_EQ(server->counters().accepted, 0u);
}

TEST_F(SrtPortTest, AStreamIdThatCannotBeServedIsRefused) {
  const auto server = Start(number_);
  const auto caller = Start(0);
  const int line = caller->Call(Loopback(number_), "#!::r=live/a,m=publish").value();
  ReadSome(line, 1 << 20);
  ::close(line);
  EXPECT_EQ(server->counters().refused, 1u);
}

// A server that leaves a message out, as SRT does with a packet that came too late.
TEST_F(SrtPortTest, AMessageThatIsMissingEndsTheLine) {
  const auto caller = Start(0);
  const SocketAddress at = Loopback(number_);
  const SRTSOCKET listener = srt_create_socket();
  ASSERT_NE(srt_bind(listener, at.get(), at.size), SRT_ERROR);
  ASSERT_NE(srt_listen(listener, 1), SRT_ERROR);
  const int line = caller->Call(at, WriteStreamId({"live/a", "h", 0, {}}).value()).value();
  const SRTSOCKET peer = srt_accept(listener, nullptr, nullptr);
  ASSERT_NE(peer, SRT_INVALID_SOCK);
  for (const char number : {'\0', '\1', '\3', '\4'}) {
    const std::string message = std::string(3, '\0') + number + "piece";
    ASSERT_NE(srt_sendmsg(peer, message.data(), static_cast<int>(message.size()), -1, 1),
              SRT_ERROR);
  }
  EXPECT_EQ(ReadSome(line, 1 << 20), "piecepiece");
  EXPECT_EQ(caller->counters().gaps, 1u);
  ::close(line);
  srt_close(peer);
  srt_close(listener);
}

TEST_F(SrtPortTest, SaysWhatIsWrong) {
  EXPECT_FALSE(ValidateSrtOptions({.passphrase = "short"}).ok());
  EXPECT_FALSE(ValidateSrtOptions({.latency_ms = 1}).ok());
  EXPECT_TRUE(ValidateSrtOptions({}).ok());
  const auto first = Start(number_);
  const auto second = SrtPort::Start({.listen_ip = "127.0.0.1", .port = number_}, SrtPort::Serve());
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.status().message().find(absl::StrCat("port ", number_)),
            absl::string_view::npos);
}

}  // namespace
}  // namespace nearcast::srt
