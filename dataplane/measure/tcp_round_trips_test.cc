#include "dataplane/measure/tcp_round_trips.h"

#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <thread>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/loopback.h"
#include "gtest/gtest.h"

namespace nearcast::measure {
namespace {

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
  const LoopbackPort open;
  const LoopbackPort closed(LoopbackPort::kSilent);
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
  const LoopbackPort full(0);
  const int filler = ConnectLoopback(full.number);
  trips_.Begin(1, "127.0.0.1", full.number, 100);
  EXPECT_EQ(AwaitEnd(1).at(1), std::nullopt);
  ::close(filler);
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
