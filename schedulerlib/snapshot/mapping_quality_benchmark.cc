// How near clients get, by the delay model: our mapping beside one that knows a client's country and
// province alone, as gdnsd's and Knot's geographic maps do. 100 nodes (testing/hundred_nodes.h), the
// clients of the shared data.
//
//   NEARCAST_SHARED=../shared bazel-bin/schedulerlib/snapshot/mapping_quality_benchmark
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "ipdb/database.h"
#include "ipdb/shared_data.h"
#include "schedulerlib/place/geography.h"
#include "schedulerlib/place/rendezvous.h"
#include "schedulerlib/snapshot/build_snapshot.h"
#include "schedulerlib/testing/hundred_nodes.h"

namespace nearcast::scheduler {
namespace {

struct Sample {
  std::vector<int32_t> delays_us;
  size_t same_isp = 0;  // of the client's ISP, or announcing to it
};

void Add(const ipdb::Location& client, const Node& node, Sample& sample) {
  const Delay delay = EstimateDelay(client, node.location, node.announces);
  sample.delays_us.push_back(delay.us);
  sample.same_isp += delay.rung <= Rung::kSameIsp ? 1 : 0;
}

// The node of the client's province, else the nearest by distance; of several alike one by the
// client's address, as rotation gives it.
const Node& NearestByProvince(const Config& config, const ipdb::Location& client,
                              const ipdb::IpAddress& address) {
  ipdb::Location place = client;
  place.isp.clear();
  const auto from = FindCoordinates(place);
  std::vector<const Node*> nearest;
  double nearest_km = std::numeric_limits<double>::max();
  for (const Node& node : config.nodes) {
    const auto to = FindCoordinates(node.location);
    // Another country comes after every province of one's own.
    const double km = (from && to ? DistanceKm(*from, *to) : 20'000) +
                      (node.location.country == client.country ? 0 : 20'000);
    if (km > nearest_km) continue;
    if (km < nearest_km) nearest.clear();
    nearest_km = km;
    nearest.push_back(&node);
  }
  return *nearest[StableHash(address.ToString()) % nearest.size()];
}

void Print(const char* name, Sample& sample) {
  std::vector<int32_t>& us = sample.delays_us;
  std::sort(us.begin(), us.end());
  const auto at = [&us](double share) {
    return us[static_cast<size_t>(share * static_cast<double>(us.size() - 1))] / 1000.0;
  };
  double sum = 0;
  for (const int32_t one : us) sum += one / 1000.0;
  std::printf("%-34s %8.1f %8.1f %8.1f %8.1f   %5.1f %%\n", name, at(0.5), at(0.95), at(0.99),
              sum / static_cast<double>(us.size()),
              100.0 * static_cast<double>(sample.same_isp) / static_cast<double>(us.size()));
}

int Main() {
  const std::string networks = ipdb::SharedDataPath("data/ipdb/networks.mmdb");
  std::ifstream clients(ipdb::SharedDataPath("data/ipdb/clients.txt"));
  if (networks.empty() || !clients) {
    std::fprintf(stderr, "shared data is absent; set NEARCAST_SHARED to its directory\n");
    return 1;
  }
  const auto places = ipdb::LoadPrefixTable(std::vector<std::string>{networks}, {}).value();
  const Config config = HundredNodes();
  const auto snapshot = BuildSnapshot(config, {}, places);
  Sample ours[2];
  Sample theirs[2];
  for (std::string line; std::getline(clients, line);) {
    const ipdb::IpAddress client = ipdb::ParseIpAddress(line).value();
    const ipdb::Location& place = snapshot->clients->location(snapshot->clients->Find(client).cell);
    const NameDecision decision = DecideName(snapshot->names[0], {.client = client, .stream = {}});
    const Node& mine = snapshot->node(decision.answer->nodes[0]).spec;
    const Node& other = NearestByProvince(config, place, client);
    Add(place, mine, ours[0]);
    Add(place, other, theirs[0]);
    if (place.country != "CN") continue;
    Add(place, mine, ours[1]);
    Add(place, other, theirs[1]);
  }
  std::printf("%-34s %8s %8s %8s %8s   %s\n", "modelled delay, ms", "p50", "p95", "p99", "mean",
              "same ISP or BGP");
  Print("all clients, Nearcast", ours[0]);
  Print("all clients, country+province", theirs[0]);
  Print("clients in China, Nearcast", ours[1]);
  Print("clients in China, country+province", theirs[1]);
  return 0;
}

}  // namespace
}  // namespace nearcast::scheduler

int main() { return nearcast::scheduler::Main(); }
