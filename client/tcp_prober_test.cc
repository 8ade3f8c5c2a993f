#include "client/tcp_prober.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/loopback.h"

namespace nearcast::client {
namespace {

TEST(TcpProberTest, MeasuresWhatListensAndGivesNothingForTheRest) {
  const LoopbackPort listener;
  const std::vector<std::string> addresses = {"127.0.0.1", "127.0.0.2", "nonsense", "127.0.0.1"};
  const auto times = TcpProber().Probe(addresses, listener.number, absl::Seconds(5));
  ASSERT_EQ(times.size(), 4u);
  ASSERT_TRUE(times[0].has_value());
  EXPECT_GE(*times[0], absl::ZeroDuration());
  EXPECT_EQ(times[1], std::nullopt);
  EXPECT_EQ(times[2], std::nullopt);
  EXPECT_TRUE(times[3].has_value());
}

TEST(TcpProberTest, NoTimeOrNoAddressesGiveNothing) {
  const LoopbackPort listener;
  const std::vector<std::string> addresses = {"127.0.0.1"};
  EXPECT_EQ(TcpProber().Probe(addresses, listener.number, absl::ZeroDuration())[0], std::nullopt);
  EXPECT_TRUE(TcpProber().Probe({}, listener.number, absl::Seconds(5)).empty());
}

}  // namespace
}  // namespace nearcast::client
