// Snapshots are swapped all the time while clients ask: no answer is lost, and none is made of two
// snapshots.
#include <atomic>
#include <iostream>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/snapshot_holder.h"
#include "gtest/gtest.h"
#include "ipdb/prefix_table_builder.h"
#include "schedulerlib/snapshot/build_snapshot.h"
#include "services/dns/decoded_message.h"
#include "services/dns/dns_client.h"
#include "services/dns/dns_service.h"
#include "services/dns/query_text.h"

namespace nearcast {
namespace {

using scheduler::Config;
using scheduler::Snapshot;

constexpr int kNodes = 300;
constexpr int kNames = 40;
constexpr int kSwaps = 60;
constexpr int kClients = 3;
constexpr int kInFlight = 16;

const char* const kIsps[] = {"chinatelecom", "chinaunicom", "chinamobile"};

std::string Province(uint32_t i) { return absl::StrCat(11 + i % 40, "0000"); }

std::shared_ptr<const ipdb::PrefixTable> BuildPlaces() {
  ipdb::PrefixTableBuilder builder;
  for (uint32_t i = 0; i < 20'000; ++i) {
    const ipdb::IpAddress first = ipdb::IpAddress::FromV4((0x010000 + i * 64) << 8);
    builder.Add(ipdb::BlockAround(first, 19),
                {.country = "CN", .region = Province(i), .city = "", .isp = kIsps[i % 3]});
  }
  return std::make_shared<const ipdb::PrefixTable>(builder.Build());
}

// Of one colour everything differs from the other: the TTL is 60 or 61, addresses are 10.60.… or
// 10.61.…, so that an answer of two halves would show.
Config BuildConfig(uint32_t colour) {
  Config config;
  scheduler::Cdn& cdn = config.cdns.emplace_back();
  cdn.name = "own";
  cdn.kind = scheduler::CdnKind::kOwn;
  for (uint32_t i = 0; i < kNodes; ++i) {
    scheduler::Node& node = config.nodes.emplace_back();
    node.name = absl::StrCat("node-", 1000 + i);
    node.cdn = "own";
    node.location = {.country = "CN", .region = Province(i), .city = "", .isp = kIsps[i % 3]};
    node.addresses = {absl::StrCat("10.", colour, ".", i / 250, ".", 1 + i % 250)};
    node.capacity_mbps = 1000;
  }
  scheduler::Domain& domain = config.domains.emplace_back();
  domain.name = "live.example";
  domain.zone_file =
      "$TTL 3600\n@ SOA ns1 hostmaster 1 7200 1800 259200 900\n@ NS ns1\nns1 A 127.0.0.1\n";
  for (int i = 0; i < kNames; ++i) {
    scheduler::ScheduledName& name = domain.scheduled_names.emplace_back();
    name.name = absl::StrCat("pull-", i);
    name.cdn = "own";
    name.ttl_s = colour;
    name.answers = 1 + static_cast<uint32_t>(i) % 3;
    if (i % 2 == 0) name.spread = scheduler::Spread::kClient;
  }
  return config;
}

struct Tally {
  int asked = 0;
  int answered = 0;
  int torn = 0;
  std::set<uint32_t> colours;
};

void Count(const std::vector<uint8_t>& reply, Tally& tally) {
  const auto message = dns::DecodeMessage(reply);
  if (!message.ok() || message->sections[1].empty()) return;
  ++tally.answered;
  const uint32_t colour = message->sections[1][0].ttl_s;
  tally.colours.insert(colour);
  for (const dns::DecodedRecord& record : message->sections[1]) {
    const bool is_whole = record.ttl_s == colour && record.rdata.size() == 4 &&
                          static_cast<uint8_t>(record.rdata[1]) == colour;
    if (!is_whole) ++tally.torn;
  }
}

void Ask(uint16_t port, uint32_t seed, const std::atomic<bool>& done, Tally& tally) {
  std::mt19937 random(seed);
  dns::DnsClient client(dns::SocketKind::kUdp, "127.0.0.1", port);
  while (!done) {
    for (int i = 0; i < kInFlight; ++i) {
      const ipdb::IpAddress subnet =
          ipdb::IpAddress::FromV4((0x010000 + random() % 1'280'000) << 8);
      client.Send(dns::BuildQuery(absl::StrCat("pull-", random() % kNames,
                                               ".live.example A +ecs=", subnet.ToString(), "/24")));
    }
    tally.asked += kInFlight;
    for (int i = 0; i < kInFlight; ++i) Count(client.Receive(), tally);
  }
}

TEST(SnapshotSwapTest, NoAnswerIsLostOrMadeOfTwoSnapshots) {
  const auto places = BuildPlaces();
  const Config colours[] = {BuildConfig(60), BuildConfig(61)};
  scheduler::LiveView live;
  SnapshotHolder<Snapshot> snapshots(scheduler::BuildSnapshot(colours[0], live, places));
  auto service = dns::DnsService::Listen({.port = 0}, &snapshots, Clock::System());
  ASSERT_TRUE(service.ok()) << service.status();

  std::atomic<bool> done{false};
  std::vector<Tally> tallies(kClients);
  std::vector<std::thread> clients;
  for (uint32_t i = 0; i < kClients; ++i) {
    clients.emplace_back([&, i] { Ask((*service)->port(), i, done, tallies[i]); });
  }
  std::mt19937 random(7);
  for (int swap = 1; swap <= kSwaps; ++swap) {
    const Config& config = colours[swap % 2];
    const auto anew = scheduler::BuildSnapshot(config, live, places);
    snapshots.Publish(anew);
    live[config.nodes[random() % kNodes].name].out_bits_per_s = 1e6 * (random() % 1000);
    snapshots.Publish(scheduler::BuildSnapshot(config, live, places, {}, anew.get()));
  }
  done = true;
  for (std::thread& client : clients) client.join();

  Tally sum;
  for (const Tally& tally : tallies) {
    sum.asked += tally.asked;
    sum.answered += tally.answered;
    sum.torn += tally.torn;
    sum.colours.insert(tally.colours.begin(), tally.colours.end());
  }
  EXPECT_EQ(sum.answered, sum.asked);
  EXPECT_EQ(sum.torn, 0);
  EXPECT_EQ(sum.colours.size(), 2u);
  std::cout << 2 * kSwaps << " swaps, " << sum.answered << " answers\n";
}

}  // namespace
}  // namespace nearcast
