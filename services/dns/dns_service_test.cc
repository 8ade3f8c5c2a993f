#include "services/dns/dns_service.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/fake_clock.h"
#include "services/dns/decoded_message.h"
#include "services/dns/query_text.h"
#include "services/dns/sample_snapshot.h"

namespace nearcast::dns {
namespace {

constexpr char kAsked[] = "ns1.live.example A";
constexpr char kAnswered[] = "NOERROR aa; ns1.live.example. A; @ 3600 A 192.0.2.1; -; -";

// A connected client's socket; reads give up after five seconds.
class Client {
 public:
  Client(int type, const std::string& address, uint16_t port) {
    sockaddr_storage to = {};
    socklen_t bytes = 0;
    const bool is_v4 = address.find(':') == std::string::npos;
    if (is_v4) {
      auto* v4 = reinterpret_cast<sockaddr_in*>(&to);
      v4->sin_family = AF_INET;
      v4->sin_port = htons(port);
      inet_pton(AF_INET, address.c_str(), &v4->sin_addr);
      bytes = sizeof(*v4);
    } else {
      auto* v6 = reinterpret_cast<sockaddr_in6*>(&to);
      v6->sin6_family = AF_INET6;
      v6->sin6_port = htons(port);
      inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr);
      bytes = sizeof(*v6);
    }
    fd_ = socket(is_v4 ? AF_INET : AF_INET6, type, 0);
    const timeval patience = {.tv_sec = 5, .tv_usec = 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&to), bytes) == 0;
  }
  ~Client() { close(fd_); }

  bool connected() const { return connected_; }

  void Send(const std::vector<uint8_t>& bytes) {
    send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

  // What a datagram or the stream brings next, at most `bytes`.
  std::vector<uint8_t> Receive(size_t bytes = 65535) {
    std::vector<uint8_t> received(bytes);
    const ssize_t size = recv(fd_, received.data(), bytes, 0);
    received.resize(size < 0 ? 0 : size);
    return received;
  }

  std::vector<uint8_t> ReceiveExactly(size_t bytes) {
    std::vector<uint8_t> all;
    while (all.size() < bytes) {
      const std::vector<uint8_t> part = Receive(bytes - all.size());
      if (part.empty()) break;
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }

  std::string ReceiveFramed() {
    const std::vector<uint8_t> length = ReceiveExactly(2);
    if (length.size() < 2) return "closed";
    return MessageText(ReceiveExactly(length[0] << 8 | length[1]));
  }

  // True if the server ends the connection.
  bool SeesEnd() {
    uint8_t octet;
    return recv(fd_, &octet, 1, 0) == 0 || errno == ECONNRESET;
  }

 private:
  int fd_ = -1;
  bool connected_ = false;
};

std::vector<uint8_t> Framed(const std::string& text) {
  const std::vector<uint8_t> query = BuildQuery(text);
  std::vector<uint8_t> framed = {static_cast<uint8_t>(query.size() >> 8),
                                 static_cast<uint8_t>(query.size())};
  framed.insert(framed.end(), query.begin(), query.end());
  return framed;
}

class DnsServiceTest : public testing::Test {
 protected:
  void Start(DnsServiceOptions options = {}) {
    options.port = 0;
    absl::StatusOr<std::unique_ptr<DnsService>> service =
        DnsService::Listen(options, &snapshots_, &clock_);
    ASSERT_TRUE(service.ok()) << service.status();
    service_ = *std::move(service);
  }

  std::string AskUdp(const std::string& text, const std::string& address = "127.0.0.1") {
    Client client(SOCK_DGRAM, address, service_->port());
    client.Send(BuildQuery(text));
    return MessageText(client.Receive());
  }

  Client ConnectTcp(const std::string& address = "127.0.0.1") {
    return Client(SOCK_STREAM, address, service_->port());
  }

  uint64_t Count(absl::string_view name) const {
    uint64_t value = 0;
    service_->ForEachCounter([&](const CounterReading& reading) {
      if (reading.name == name) value = reading.value;
    });
    return value;
  }

  SnapshotHolder<scheduler::Snapshot> snapshots_{BuildSampleSnapshot()};
  FakeClock clock_{absl::UnixEpoch()};
  std::unique_ptr<DnsService> service_;
};

TEST_F(DnsServiceTest, AnswersOverUdp) {
  Start();
  EXPECT_EQ(AskUdp(kAsked), kAnswered);
  service_->Stop();
  EXPECT_EQ(Count("dns_answered_total"), 1u);
}

TEST_F(DnsServiceTest, AnswersOverIpv6) {
  if (!Client(SOCK_DGRAM, "::1", 9).connected())
    GTEST_SKIP() << "this machine has no IPv6 loopback";
  Start({.addresses = {*ipdb::ParseIpAddress("::1"), *ipdb::ParseIpAddress("127.0.0.1")}});
  EXPECT_EQ(AskUdp(kAsked, "::1"), kAnswered);
  EXPECT_EQ(AskUdp(kAsked, "127.0.0.1"), kAnswered);
  Client tcp = ConnectTcp("::1");
  tcp.Send(Framed(kAsked));
  EXPECT_EQ(tcp.ReceiveFramed(), kAnswered);
}

TEST_F(DnsServiceTest, RepliesFromTheAddressThatWasAsked) {
  // A connected socket takes no datagram from elsewhere.
  Start({.addresses = {*ipdb::ParseIpAddress("0.0.0.0")}});
  EXPECT_EQ(AskUdp(kAsked, "127.0.0.1"), kAnswered);
  EXPECT_EQ(AskUdp(kAsked, "127.0.0.77"), kAnswered);
  if (!Client(SOCK_DGRAM, "::1", 9).connected()) return;
  Start({.addresses = {*ipdb::ParseIpAddress("::")}});
  EXPECT_EQ(AskUdp(kAsked, "::1"), kAnswered);
}

TEST_F(DnsServiceTest, AnswersBatchesOnSeveralThreads) {
  Start({.udp_threads = 3, .pinning = Pinning::kThreadPerCore});
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<Client>(SOCK_DGRAM, "127.0.0.1", service_->port()));
    for (int k = 0; k < 100; ++k) clients.back()->Send(BuildQuery(kAsked));
  }
  for (const std::unique_ptr<Client>& client : clients) {
    for (int k = 0; k < 100; ++k) ASSERT_EQ(MessageText(client->Receive()), kAnswered);
  }
  service_->Stop();
  EXPECT_EQ(Count("dns_answered_total"), 800u);
  EXPECT_EQ(Count("dns_udp_send_failures_total"), 0u);
}

TEST_F(DnsServiceTest, OversizedAndEmptyDatagramsDoNoHarm) {
  Start();
  Client client(SOCK_DGRAM, "127.0.0.1", service_->port());
  client.Send({});
  std::vector<uint8_t> huge = BuildQuery(kAsked);
  huge.resize(60000);
  client.Send(huge);
  EXPECT_EQ(MessageText(client.Receive()), "FORMERR; ns1.live.example. A; -; -; -");
  EXPECT_EQ(AskUdp(kAsked), kAnswered);
}

TEST_F(DnsServiceTest, ChangesAnswersWithTheSnapshot) {
  Start();
  EXPECT_EQ(AskUdp(kAsked), kAnswered);
  Client tcp = ConnectTcp();
  tcp.Send(Framed(kAsked));
  EXPECT_EQ(tcp.ReceiveFramed(), kAnswered);
  auto empty = std::make_shared<scheduler::Snapshot>();
  empty->places = std::make_shared<const ipdb::PrefixTable>();
  snapshots_.Publish(empty);
  EXPECT_EQ(AskUdp(kAsked), "REFUSED; ns1.live.example. A; -; -; -");
  tcp.Send(Framed(kAsked));
  EXPECT_EQ(tcp.ReceiveFramed(), "REFUSED; ns1.live.example. A; -; -; -");
}

TEST_F(DnsServiceTest, PipelinesOverTcpAndTakesSplitMessages) {
  Start();
  Client client = ConnectTcp();
  std::vector<uint8_t> bytes;
  for (int i = 0; i < 50; ++i) {
    const std::vector<uint8_t> framed = Framed(absl::StrCat(kAsked, " +id=", i));
    bytes.insert(bytes.end(), framed.begin(), framed.end());
  }
  const size_t half = bytes.size() / 2 + 1;
  client.Send({bytes.begin(), bytes.begin() + half});
  client.Send({bytes.begin() + half, bytes.end()});
  for (int i = 0; i < 50; ++i) ASSERT_EQ(client.ReceiveFramed(), kAnswered) << i;
  service_->Stop();
  EXPECT_EQ(Count("dns_tcp_requests_total"), 50u);
  EXPECT_EQ(Count("dns_tcp_accepted_total"), 1u);
  EXPECT_EQ(Count("dns_tcp_closed_total"), 1u);
}

TEST_F(DnsServiceTest, AnImpossibleLengthClosesThatConnectionAlone) {
  Start();
  Client good = ConnectTcp();
  Client bad = ConnectTcp();
  bad.Send({0, 3, 1, 2, 3});
  EXPECT_TRUE(bad.SeesEnd());
  good.Send(Framed(kAsked));
  EXPECT_EQ(good.ReceiveFramed(), kAnswered);
  EXPECT_EQ(Count("dns_tcp_malformed_total"), 1u);
}

TEST_F(DnsServiceTest, ClosesIdleAndHalfSentConnections) {
  Start();
  Client idle = ConnectTcp();
  idle.Send(Framed(kAsked));
  EXPECT_EQ(idle.ReceiveFramed(), kAnswered);
  Client half = ConnectTcp();
  // Its first query's reply shows that the server has the second's beginning as well.
  std::vector<uint8_t> bytes = Framed(kAsked);
  bytes.push_back(0);
  half.Send(bytes);
  EXPECT_EQ(half.ReceiveFramed(), kAnswered);
  clock_.Advance(absl::Seconds(6));
  EXPECT_TRUE(half.SeesEnd());
  idle.Send(Framed(kAsked));
  EXPECT_EQ(idle.ReceiveFramed(), kAnswered);
  clock_.Advance(absl::Seconds(11));
  EXPECT_TRUE(idle.SeesEnd());
  EXPECT_EQ(Count("dns_tcp_timed_out_total"), 2u);
}

TEST_F(DnsServiceTest, LimitsTheConnectionsOfOneAddress) {
  DnsServiceOptions options;
  options.tcp.connections_per_address_max = 2;
  Start(options);
  Client first = ConnectTcp();
  Client second = ConnectTcp();
  Client third = ConnectTcp();
  EXPECT_TRUE(third.SeesEnd());
  first.Send(Framed(kAsked));
  EXPECT_EQ(first.ReceiveFramed(), kAnswered);
  EXPECT_EQ(Count("dns_tcp_refused_total"), 1u);
}

TEST_F(DnsServiceTest, TheLongestIdleMakesRoom) {
  DnsServiceOptions options;
  options.tcp.connections_max = 2;
  Start(options);
  Client first = ConnectTcp();
  first.Send(Framed(kAsked));
  EXPECT_EQ(first.ReceiveFramed(), kAnswered);
  Client second = ConnectTcp();
  second.Send(Framed(kAsked));
  EXPECT_EQ(second.ReceiveFramed(), kAnswered);
  first.Send(Framed(kAsked));
  EXPECT_EQ(first.ReceiveFramed(), kAnswered);
  Client third = ConnectTcp();
  EXPECT_TRUE(second.SeesEnd());
  third.Send(Framed(kAsked));
  EXPECT_EQ(third.ReceiveFramed(), kAnswered);
  EXPECT_EQ(Count("dns_tcp_evicted_total"), 1u);
}

TEST_F(DnsServiceTest, NamesTheAddressThatIsTaken) {
  Start();
  const absl::StatusOr<std::unique_ptr<DnsService>> second =
      DnsService::Listen({.port = service_->port()}, &snapshots_, &clock_);
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.status().message().find(absl::StrCat("127.0.0.1:", service_->port())),
            absl::string_view::npos)
      << second.status();
  EXPECT_EQ(AskUdp(kAsked), kAnswered);
}

TEST_F(DnsServiceTest, SwapsSnapshotsUnderLoadWithoutLosingAnAnswer) {
  Start({.udp_threads = 2});
  std::atomic<bool> done{false};
  std::thread publisher([&] {
    while (!done) snapshots_.Publish(BuildSampleSnapshot());
  });
  for (int i = 0; i < 2000; ++i) ASSERT_EQ(AskUdp(kAsked), kAnswered);
  done = true;
  publisher.join();
}

TEST_F(DnsServiceTest, StopsAtOnceAndTwice) {
  Start({.udp_threads = 4});
  Client client = ConnectTcp();
  client.Send(Framed(kAsked));
  EXPECT_EQ(client.ReceiveFramed(), kAnswered);
  service_->Stop();
  service_->Stop();
  EXPECT_TRUE(client.SeesEnd());
}

}  // namespace
}  // namespace nearcast::dns
