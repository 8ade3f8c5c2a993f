#include "dataplane/measure/tcp_round_trips.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <thread>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace nearcast::measure {
namespace {

// A port of loopback that is bound, and that accepts connections when it listens.
class Port {
 public:
  explicit Port(bool listens) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&at), size), 0);
    if (listens) {
      EXPECT_EQ(::listen(fd_, 16), 0);
    }
    EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size), 0);
    number = ntohs(at.sin_port);
  }
  ~Port() { ::close(fd_); }

  uint16_t number = 0;

 private:
  const int fd_;
};

class TcpRoundTripsTest : public ::testing::Test {
 protected:
  std::map<uint64_t, std::optional<uint32_t>> AwaitEnd(size_t count) {
    std::map<uint64_t, std::optional<uint32_t>> ended;
    const absl::Time deadline = absl::Now() + absl::Seconds(20);
    while (ended.size() < count && absl::Now() < deadline) {
      trips_.Wait(1000, [&](uint64_t id, std::optional<uint32_t> us) { ended[id] = us; });
    }
    EXPECT_EQ(ended.size(), count);
    return ended;
  }

  TcpRoundTrips trips_;
};

TEST_F(TcpRoundTripsTest, AcceptedAndRefusedConnectsAreRoundTripsBoth) {
  Port open(true);
  Port closed(false);
  trips_.Begin(1, "127.0.0.1", open.number, 5000);
  trips_.Begin(2, "127.0.0.1", closed.number, 5000);
  const auto ended = AwaitEnd(2);
  EXPECT_GE(ended.at(1).value_or(0), 1u);
  EXPECT_GE(ended.at(2).value_or(0), 1u);
}

TEST_F(TcpRoundTripsTest, WhatIsNoAddressIsNoAnswer) {
  trips_.Begin(1, "example.com", 80, 5000);
  trips_.Begin(2, "", 80, 5000);
  trips_.Begin(3, "255.255.255.255", 80, 5000);  // no TCP there
  const auto ended = AwaitEnd(3);
  for (const auto& [id, us] : ended) EXPECT_EQ(us, std::nullopt) << id;
}

// A listener whose backlog is full drops SYNs: nobody answers, and the time runs out.
TEST_F(TcpRoundTripsTest, SilenceEndsWithTheTimeout) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&at), size), 0);
  ASSERT_EQ(::listen(fd, 0), 0);
  ASSERT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size), 0);
  const int filler = ::socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(::connect(filler, reinterpret_cast<sockaddr*>(&at), size), 0);
  trips_.Begin(1, "127.0.0.1", ntohs(at.sin_port), 100);
  EXPECT_EQ(AwaitEnd(1).at(1), std::nullopt);
  ::close(filler);
  ::close(fd);
}

TEST_F(TcpRoundTripsTest, WakeEndsAWaitThatNothingElseWouldEnd) {
  trips_.Wake();
  trips_.Wait(3'600'000, [](uint64_t, std::optional<uint32_t>) { FAIL(); });
  std::thread waker([this] { trips_.Wake(); });
  trips_.Wait(3'600'000, [](uint64_t, std::optional<uint32_t>) { FAIL(); });
  waker.join();
}

}  // namespace
}  // namespace nearcast::measure
