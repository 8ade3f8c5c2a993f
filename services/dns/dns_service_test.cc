#include "services/dns/dns_service.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/fake_clock.h"
#include "services/dns/decoded_message.h"
#include "services/dns/dns_client.h"
#include "services/dns/query_text.h"
#include "services/dns/sample_snapshot.h"

namespace nearcast::dns {
namespace {

constexpr char kAsked[] = "ns1.live.example A";
constexpr char kAnswered[] = "NOERROR aa; ns1.live.example. A; @ 3600 A 192.0.2.1; -; -";

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
    DnsClient client(SocketKind::kUdp, address, service_->port());
    client.Send(BuildQuery(text));
    return MessageText(client.Receive());
  }

  DnsClient ConnectTcp(const std::string& address = "127.0.0.1") {
    return DnsClient(SocketKind::kTcp, address, service_->port());
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
  if (!DnsClient(SocketKind::kUdp, "::1", 9).connected())
    GTEST_SKIP() << "this machine has no IPv6 loopback";
  Start({.addresses = {*ipdb::ParseIpAddress("::1"), *ipdb::ParseIpAddress("127.0.0.1")}});
  EXPECT_EQ(AskUdp(kAsked, "::1"), kAnswered);
  EXPECT_EQ(AskUdp(kAsked, "127.0.0.1"), kAnswered);
  DnsClient tcp = ConnectTcp("::1");
  tcp.Send(BuildFramedQuery(kAsked));
  EXPECT_EQ(tcp.ReceiveFramed(), kAnswered);
}

TEST_F(DnsServiceTest, RepliesFromTheAddressThatWasAsked) {
  // A connected socket takes no datagram from elsewhere.
  Start({.addresses = {*ipdb::ParseIpAddress("0.0.0.0")}});
  EXPECT_EQ(AskUdp(kAsked, "127.0.0.1"), kAnswered);
  EXPECT_EQ(AskUdp(kAsked, "127.0.0.77"), kAnswered);
  if (!DnsClient(SocketKind::kUdp, "::1", 9).connected()) return;
  Start({.addresses = {*ipdb::ParseIpAddress("::")}});
  EXPECT_EQ(AskUdp(kAsked, "::1"), kAnswered);
}

TEST_F(DnsServiceTest, AnswersBatchesOnSeveralThreads) {
  Start({.udp_threads = 3, .pinning = Pinning::kThreadPerCore});
  std::vector<std::unique_ptr<DnsClient>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<DnsClient>(SocketKind::kUdp, "127.0.0.1", service_->port()));
    for (int k = 0; k < 100; ++k) clients.back()->Send(BuildQuery(kAsked));
  }
  for (const std::unique_ptr<DnsClient>& client : clients) {
    for (int k = 0; k < 100; ++k) ASSERT_EQ(MessageText(client->Receive()), kAnswered);
  }
  service_->Stop();
  EXPECT_EQ(Count("dns_answered_total"), 800u);
  EXPECT_EQ(Count("dns_udp_send_failures_total"), 0u);
}

TEST_F(DnsServiceTest, OversizedAndEmptyDatagramsDoNoHarm) {
  Start();
  DnsClient client(SocketKind::kUdp, "127.0.0.1", service_->port());
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
  DnsClient tcp = ConnectTcp();
  tcp.Send(BuildFramedQuery(kAsked));
  EXPECT_EQ(tcp.ReceiveFramed(), kAnswered);
  auto empty = std::make_shared<scheduler::Snapshot>();
  empty->places = std::make_shared<const ipdb::PrefixTable>();
  snapshots_.Publish(empty);
  EXPECT_EQ(AskUdp(kAsked), "REFUSED; ns1.live.example. A; -; -; -");
  tcp.Send(BuildFramedQuery(kAsked));
  EXPECT_EQ(tcp.ReceiveFramed(), "REFUSED; ns1.live.example. A; -; -; -");
}

TEST_F(DnsServiceTest, PipelinesOverTcpAndTakesSplitMessages) {
  Start();
  DnsClient client = ConnectTcp();
  std::vector<uint8_t> bytes;
  for (int i = 0; i < 50; ++i) {
    const std::vector<uint8_t> framed = BuildFramedQuery(absl::StrCat(kAsked, " +id=", i));
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
  DnsClient good = ConnectTcp();
  DnsClient bad = ConnectTcp();
  bad.Send({0, 3, 1, 2, 3});
  EXPECT_TRUE(bad.SeesEnd());
  good.Send(BuildFramedQuery(kAsked));
  EXPECT_EQ(good.ReceiveFramed(), kAnswered);
  EXPECT_EQ(Count("dns_tcp_malformed_total"), 1u);
}

TEST_F(DnsServiceTest, ClosesIdleAndHalfSentConnections) {
  Start();
  DnsClient idle = ConnectTcp();
  idle.Send(BuildFramedQuery(kAsked));
  EXPECT_EQ(idle.ReceiveFramed(), kAnswered);
  DnsClient half = ConnectTcp();
  // Its first query's reply shows that the server has the second's beginning as well.
  std::vector<uint8_t> bytes = BuildFramedQuery(kAsked);
  bytes.push_back(0);
  half.Send(bytes);
  EXPECT_EQ(half.ReceiveFramed(), kAnswered);
  clock_.Advance(absl::Seconds(6));
  EXPECT_TRUE(half.SeesEnd());
  idle.Send(BuildFramedQuery(kAsked));
  EXPECT_EQ(idle.ReceiveFramed(), kAnswered);
  clock_.Advance(absl::Seconds(11));
  EXPECT_TRUE(idle.SeesEnd());
  EXPECT_EQ(Count("dns_tcp_timed_out_total"), 2u);
}

TEST_F(DnsServiceTest, LimitsTheConnectionsOfOneAddress) {
  DnsServiceOptions options;
  options.tcp.connections_per_address_max = 2;
  Start(options);
  DnsClient first = ConnectTcp();
  DnsClient second = ConnectTcp();
  DnsClient third = ConnectTcp();
  EXPECT_TRUE(third.SeesEnd());
  first.Send(BuildFramedQuery(kAsked));
  EXPECT_EQ(first.ReceiveFramed(), kAnswered);
  EXPECT_EQ(Count("dns_tcp_refused_total"), 1u);
}

TEST_F(DnsServiceTest, TheLongestIdleMakesRoom) {
  DnsServiceOptions options;
  options.tcp.connections_max = 2;
  Start(options);
  DnsClient first = ConnectTcp();
  first.Send(BuildFramedQuery(kAsked));
  EXPECT_EQ(first.ReceiveFramed(), kAnswered);
  DnsClient second = ConnectTcp();
  second.Send(BuildFramedQuery(kAsked));
  EXPECT_EQ(second.ReceiveFramed(), kAnswered);
  first.Send(BuildFramedQuery(kAsked));
  EXPECT_EQ(first.ReceiveFramed(), kAnswered);
  DnsClient third = ConnectTcp();
  EXPECT_TRUE(second.SeesEnd());
  third.Send(BuildFramedQuery(kAsked));
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

TEST_F(DnsServiceTest, HandsOutCookiesOfItsOwnAndItsIdentity) {
  DnsServiceOptions options;
  options.answers.nsid = "pek1";
  Start(options);
  const std::string asked = "ns1.live.example A +option=3: +option=10:0102030405060708";
  const std::string first = AskUdp(asked);
  EXPECT_NE(first.find("nsid pek1 cookie 0102030405060708010000"), std::string::npos) << first;
  const std::string cookie = first.substr(first.find("cookie ") + 7);
  EXPECT_EQ(AskUdp(absl::StrCat("ns1.live.example A +option=3: +option=10:", cookie)), first);
  DnsClient tcp = ConnectTcp();
  tcp.Send(BuildFramedQuery(asked));
  EXPECT_EQ(tcp.ReceiveFramed(), first);
  service_->Stop();
  EXPECT_EQ(Count("dns_cookie_requests_total"), 3u);
  EXPECT_EQ(Count("dns_good_cookie_total"), 1u);
}

TEST_F(DnsServiceTest, LimitsAFloodAndLeavesLoopbackAloneByDefault) {
  DnsServiceOptions options;
  options.limits.burst = 10;
  options.limits.replies_per_s = 1;
  options.limits.slip = 1;
  Start(options);
  for (int i = 0; i < 50; ++i) ASSERT_EQ(AskUdp(kAsked), kAnswered);
  options.limits.allowed.clear();
  Start(options);
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(AskUdp(kAsked), i < 10 ? kAnswered : "NOERROR aa tc; ns1.live.example. A; -; -; -");
  }
  EXPECT_EQ(Count("dns_slipped_total"), 40u);
}

TEST_F(DnsServiceTest, RefusesOptionsThatCannotBe) {
  DnsServiceOptions options;
  options.answers.nsid = std::string(kNsidBytesMax + 1, 'n');
  EXPECT_FALSE(DnsService::Listen(options, &snapshots_, &clock_).ok());
  options = {};
  options.limits.burst = 0;
  EXPECT_FALSE(DnsService::Listen(options, &snapshots_, &clock_).ok());
}

TEST_F(DnsServiceTest, StopsAtOnceAndTwice) {
  Start({.udp_threads = 4});
  DnsClient client = ConnectTcp();
  client.Send(BuildFramedQuery(kAsked));
  EXPECT_EQ(client.ReceiveFramed(), kAnswered);
  service_->Stop();
  service_->Stop();
  EXPECT_TRUE(client.SeesEnd());
}

}  // namespace
}  // namespace nearcast::dns
