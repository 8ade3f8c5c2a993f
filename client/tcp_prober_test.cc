#include "client/tcp_prober.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace nearcast::client {
namespace {

// A listening socket on a free port of 127.0.0.1.
class Listener {
 public:
  Listener() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t bytes = sizeof(address);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), bytes), 0);
    EXPECT_EQ(listen(fd_, 8), 0);
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &bytes), 0);
    port = ntohs(address.sin_port);
  }
  ~Listener() { close(fd_); }

  uint16_t port = 0;

 private:
  const int fd_;
};

TEST(TcpProberTest, MeasuresWhatListensAndGivesNothingForTheRest) {
  const Listener listener;
  const std::vector<std::string> addresses = {"127.0.0.1", "127.0.0.2", "nonsense", "127.0.0.1"};
  const auto times = TcpProber().Probe(addresses, listener.port, absl::Seconds(5));
  ASSERT_EQ(times.size(), 4u);
  ASSERT_TRUE(times[0].has_value());
  EXPECT_GE(*times[0], absl::ZeroDuration());
  EXPECT_EQ(times[1], std::nullopt);
  EXPECT_EQ(times[2], std::nullopt);
  EXPECT_TRUE(times[3].has_value());
}

TEST(TcpProberTest, NoTimeOrNoAddressesGiveNothing) {
  const Listener listener;
  const std::vector<std::string> addresses = {"127.0.0.1"};
  EXPECT_EQ(TcpProber().Probe(addresses, listener.port, absl::ZeroDuration())[0], std::nullopt);
  EXPECT_TRUE(TcpProber().Probe({}, listener.port, absl::Seconds(5)).empty());
}

}  // namespace
}  // namespace nearcast::client
