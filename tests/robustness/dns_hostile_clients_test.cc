// Honest DNS clients beside hostile ones: idle and half-sent connections, garbage on the stream,
// mutated packets. The honest get every answer, and afterwards the counters still add up.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/snapshot_holder.h"
#include "services/dns/dns_client.h"
#include "services/dns/dns_service.h"
#include "services/dns/query_text.h"
#include "services/dns/sample_snapshot.h"

namespace nearcast::dns {
namespace {

constexpr char kAddress[] = "127.0.0.1";
constexpr char kAsked[] = "ns1.live.example A";

class DnsHostileClientsTest : public testing::Test {
 protected:
  void SetUp() override {
    DnsServiceOptions options;
    options.port = 0;
    options.tcp.connections_max = 200;
    options.tcp.connections_per_address_max = 1000;
    absl::StatusOr<std::unique_ptr<DnsService>> service =
        DnsService::Listen(options, &snapshots_, Clock::System());
    ASSERT_TRUE(service.ok()) << service.status();
    service_ = *std::move(service);
  }

  std::unique_ptr<DnsClient> Connect(SocketKind kind) const {
    return std::make_unique<DnsClient>(kind, kAddress, service_->port());
  }

  // Asks one by one over both transports until the hostile have done their work.
  void AskHonestly(const std::atomic<bool>& done, int& asked, int& answered) const {
    const std::vector<uint8_t> query = BuildQuery(kAsked);
    do {
      const std::unique_ptr<DnsClient> udp = Connect(SocketKind::kUdp);
      udp->Send(query);
      answered += udp->Receive().size() > query.size() ? 1 : 0;
      const std::unique_ptr<DnsClient> tcp = Connect(SocketKind::kTcp);
      tcp->Send(BuildFramedQuery(kAsked));
      answered += tcp->ReceiveFramed() == "closed" ? 0 : 1;
      asked += 2;
    } while (!done);
  }

  std::map<std::string, uint64_t> CountersAfterStop() {
    service_->Stop();
    std::map<std::string, uint64_t> counters;
    service_->ForEachCounter([&](const CounterReading& reading) {
      counters[std::string(reading.name.data(), reading.name.size())] = reading.value;
    });
    return counters;
  }

  SnapshotHolder<scheduler::Snapshot> snapshots_{BuildSampleSnapshot()};
  std::unique_ptr<DnsService> service_;
  std::mt19937 random_{20260729};
};

std::vector<uint8_t> RandomBytes(std::mt19937& random, size_t bytes) {
  std::vector<uint8_t> result(bytes);
  for (uint8_t& octet : result) octet = static_cast<uint8_t>(random());
  return result;
}

TEST_F(DnsHostileClientsTest, HonestClientsGetEveryAnswer) {
  std::atomic<bool> done{false};
  int asked = 0;
  int answered = 0;
  std::thread honest([&] { AskHonestly(done, asked, answered); });
  std::vector<std::unique_ptr<DnsClient>> idle;
  const std::unique_ptr<DnsClient> mutant = Connect(SocketKind::kUdp);
  for (int i = 0; i < 600; ++i) {
    idle.push_back(Connect(SocketKind::kTcp));
    // Nothing, half a length, half a message, a whole frame of garbage, an impossible length.
    const size_t sizes[] = {0, 1, 700, 65537, 2};
    std::vector<uint8_t> bytes = RandomBytes(random_, sizes[i % 5]);
    if (i % 5 == 2) bytes[0] = 0xff;
    if (i % 5 == 3) bytes[0] = bytes[1] = 0xff;
    if (i % 5 == 4) bytes = {0, 5};
    idle.back()->Send(bytes);
    for (int k = 0; k < 30; ++k) {
      std::vector<uint8_t> packet = BuildQuery("pull.live.example A +ecs=14.215.177.0/24");
      packet[random_() % packet.size()] = static_cast<uint8_t>(random_());
      mutant->Send(packet);
      mutant->Send(RandomBytes(random_, random_() % 600));
    }
  }
  done = true;
  honest.join();
  EXPECT_EQ(answered, asked);
  EXPECT_GT(asked, 0);
  std::map<std::string, uint64_t> counters = CountersAfterStop();
  EXPECT_EQ(counters["dns_tcp_accepted_total"],
            counters["dns_tcp_closed_total"] + counters["dns_tcp_refused_total"] +
                counters["dns_tcp_evicted_total"] + counters["dns_tcp_timed_out_total"] +
                counters["dns_tcp_malformed_total"]);
  EXPECT_GT(counters["dns_tcp_malformed_total"], 0u);
  EXPECT_GT(counters["dns_tcp_evicted_total"], 0u);
  EXPECT_GE(counters["dns_answered_total"], static_cast<uint64_t>(asked));
}

TEST_F(DnsHostileClientsTest, APeerThatPipelinesWithoutReadingHarmsNobody) {
  const std::unique_ptr<DnsClient> greedy = Connect(SocketKind::kTcp);
  std::vector<uint8_t> flood;
  while (flood.size() < (1 << 20)) {
    const std::vector<uint8_t> framed = BuildFramedQuery("many.live.example TXT");
    flood.insert(flood.end(), framed.begin(), framed.end());
  }
  std::thread sender([&] { greedy->Send(flood); });
  for (int i = 0; i < 200; ++i) {
    const std::unique_ptr<DnsClient> honest = Connect(SocketKind::kTcp);
    honest->Send(BuildFramedQuery(kAsked));
    ASSERT_NE(honest->ReceiveFramed(), "closed");
  }
  // Ends the connection, and with it the sender's wait for room.
  service_->Stop();
  sender.join();
}

}  // namespace
}  // namespace nearcast::dns
