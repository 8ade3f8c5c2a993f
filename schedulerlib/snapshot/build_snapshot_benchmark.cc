// BuildSnapshot over the full networks table: how long a configuration takes to compile, and what the
// snapshot holds.
//
//   NEARCAST_SHARED=../shared bazel-bin/schedulerlib/snapshot/build_snapshot_benchmark
//
// Build/NAMES/NODES: from nothing. Nodes stand in places that clients are in, over four CDNs, three
// in four with IPv6, one in ten a BGP node, in every state; names differ in CDN, answers,
// diversity and weighting, one in ten spreads by client or stream, and one in fifty has a place rule
// of its own. BuildDistinct: every name
// has a place rule of its own, so that no two share a map. Rebuild: one node's load has changed, the
// rest is taken from the snapshot before. held_MB: what the heap holds more with the snapshot than
// without. Parts that do not depend on each other run on as many threads as the machine has
// processors.
#include <malloc.h>

#include <cstdio>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "ipdb/database.h"
#include "ipdb/shared_data.h"
#include "schedulerlib/snapshot/build_snapshot.h"

namespace nearcast::scheduler {
namespace {

constexpr int kCdns = 4;

std::string DatabasePath() { return ipdb::SharedDataPath("data/ipdb/networks.mmdb"); }

std::shared_ptr<const ipdb::PrefixTable> Places() {
  static const std::shared_ptr<const ipdb::PrefixTable> places =
      ipdb::LoadPrefixTable(std::vector<std::string>{DatabasePath()}, {}).value();
  return places;
}

std::string CdnName(int i) { return absl::StrCat("own-", i % kCdns); }

void AddNodes(int count, std::mt19937& random, Config& config, LiveView& live) {
  const ipdb::PrefixTable& places = *Places();
  for (int i = 0; i < count; ++i) {
    Node& node = config.nodes.emplace_back();
    node.name = absl::StrCat("node-", 100'000 + i);
    node.cdn = CdnName(i);
    // Known places; most of them in China, as most clients are.
    do {
      node.location = places.location(ipdb::CellId(1 + random() % (places.cell_count() - 1)));
    } while (node.location.country != "CN" && random() % 8 != 0);
    node.addresses = {absl::StrCat("10.", i >> 16, ".", (i >> 8) & 255, ".", i & 255)};
    if (i % 4 != 3) node.addresses.push_back(absl::StrCat("2001:db8::", i));
    if (random() % 10 == 0) node.announces = {"chinatelecom", "chinaunicom", "chinamobile"};
    node.capacity_mbps = 1000;
    NodeLive& now = live[node.name];
    now.health = random() % 50 == 0 ? Health::kDown : Health::kUp;
    now.out_bits_per_s = 1e6 * (random() % 1000);
  }
}

void AddNames(int count, bool all_distinct, Config& config) {
  Domain& domain = config.domains.emplace_back();
  domain.name = "live.example";
  domain.zone_file =
      "$TTL 3600\n@ SOA ns1 hostmaster 1 7200 1800 259200 900\n@ NS ns1\nns1 A 127.0.0.1\n";
  for (int i = 0; i < count; ++i) {
    ScheduledName& name = domain.scheduled_names.emplace_back();
    name.name = absl::StrCat("pull-", i);
    name.cdn = CdnName(i);
    name.answers = 1 + static_cast<uint32_t>(i / 4) % 4;
    if (i % 20 == 18) name.spread = Spread::kClient;
    if (i % 20 == 19) {
      name.spread = Spread::kStream;
      name.name = absl::StrCat("*.", name.name);
      name.answers = 1;
    }
    name.diverse = i % 5 == 0;
    name.by_load = i % 7 == 0;
    if (!all_distinct && i % 50 != 0) continue;
    name.rules.push_back({.match = {.country = "CN", .region = "540000"},
                          .nodes = {},
                          .cname = absl::StrCat("c", i, ".vendor.example")});
  }
}

struct World {
  World(int names, int nodes, bool all_distinct) {
    std::mt19937 random(1);
    for (int i = 0; i < kCdns; ++i) {
      Cdn& cdn = config.cdns.emplace_back();
      cdn.name = CdnName(i);
      cdn.kind = CdnKind::kOwn;
    }
    AddNodes(nodes, random, config, live);
    AddNames(names, all_distinct, config);
  }

  Config config;
  LiveView live;
};

double HeapMb() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd) / 1e6;
}

void Report(const Snapshot& snapshot, double before_mb, benchmark::State& state) {
  absl::flat_hash_set<const SteeringMap*> maps;
  for (const CompiledName& name : snapshot.names) maps.insert(name.steering.get());
  state.counters["held_MB"] = HeapMb() - before_mb;
  state.counters["maps"] = static_cast<double>(maps.size());
  state.counters["cells"] = static_cast<double>(snapshot.clients->cell_count());
}

void RunOnAllProcessors(size_t count, Task task) {
  RunOnThreads(std::thread::hardware_concurrency(), count, task);
}

void BuildWorld(benchmark::State& state, bool all_distinct) {
  const World world(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)),
                    all_distinct);
  Places();
  const double before_mb = HeapMb();
  std::shared_ptr<const Snapshot> snapshot;
  for (auto _ : state) {
    state.PauseTiming();
    snapshot.reset();
    state.ResumeTiming();
    snapshot = BuildSnapshot(world.config, world.live, Places(), {}, nullptr, RunOnAllProcessors);
  }
  Report(*snapshot, before_mb, state);
}

void Build(benchmark::State& state) { BuildWorld(state, false); }
void BuildDistinct(benchmark::State& state) { BuildWorld(state, true); }

void Rebuild(benchmark::State& state) {
  World world(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)), false);
  std::shared_ptr<const Snapshot> snapshot = BuildSnapshot(world.config, world.live, Places());
  const double before_mb = HeapMb();
  std::mt19937 random(2);
  for (auto _ : state) {
    const std::string& node = world.config.nodes[random() % world.config.nodes.size()].name;
    double& load = world.live[node].out_bits_per_s;
    load = load > 500e6 ? 100e6 : 900e6;
    snapshot =
        BuildSnapshot(world.config, world.live, Places(), {}, snapshot.get(), RunOnAllProcessors);
  }
  Report(*snapshot, before_mb, state);
}

const bool kRegistered = [] {
  if (DatabasePath().empty()) {
    std::fprintf(stderr, "shared data is absent; set NEARCAST_SHARED to its directory\n");
    return false;
  }
  benchmark::RegisterBenchmark("Build", Build)
      ->ArgsProduct({{100, 1000}, {100, 1000, 10000}})
      ->MeasureProcessCPUTime()
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("BuildDistinct", BuildDistinct)
      ->Args({1000, 10000})
      ->MeasureProcessCPUTime()
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("Rebuild", Rebuild)
      ->Args({1000, 1000})
      ->Args({1000, 10000})
      ->MeasureProcessCPUTime()
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
  return true;
}();

}  // namespace
}  // namespace nearcast::scheduler
