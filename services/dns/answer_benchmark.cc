// Nanoseconds per query in process: parse, find, decide, write. The networks are those of
// $NEARCAST_SHARED/data/ipdb where they are present, else synthetic ones of as many runs.
#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/dns/answer.h"
#include "services/dns/bench_snapshot.h"
#include "services/dns/message.h"
#include "services/dns/query_text.h"

namespace nearcast::dns {
namespace {

const scheduler::Snapshot& BenchSnapshot() {
  static const auto* const snapshot =
      new std::shared_ptr<const scheduler::Snapshot>(BuildBenchSnapshot());
  return **snapshot;
}

// As many clients as a resolver's day brings, so that tables do not all stay in the first cache.
std::vector<std::vector<uint8_t>> Packets(absl::string_view words, bool with_subnet) {
  std::mt19937 random(7);
  std::vector<std::vector<uint8_t>> packets;
  for (int i = 0; i < 8192; ++i) {
    const std::string subnet = absl::StrCat(" +ecs=", 1 + random() % 223, ".", random() % 256, ".",
                                            random() % 256, ".0/24");
    packets.push_back(BuildQuery(absl::StrCat(words, with_subnet ? subnet : "")));
  }
  return packets;
}

void Run(benchmark::State& state, absl::string_view words, bool with_subnet) {
  const scheduler::Snapshot& snapshot = BenchSnapshot();
  const std::vector<std::vector<uint8_t>> packets = Packets(words, with_subnet);
  std::vector<uint8_t> out(kUdpBytesMax);
  Counters counters;
  const ipdb::IpAddress source = ipdb::IpAddress::FromV4(0x0ed7b127);
  size_t i = 0;
  for (auto _ : state) {
    const std::vector<uint8_t>& packet = packets[i++ % packets.size()];
    benchmark::DoNotOptimize(Answer(snapshot, {packet, source, Transport::kUdp}, out, counters));
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
}

BENCHMARK_CAPTURE(Run, scheduled_with_subnet, "pull.live.example A", true);
BENCHMARK_CAPTURE(Run, scheduled_by_source, "pull.live.example A", false);
BENCHMARK_CAPTURE(Run, static_address, "ns1.live.example A +edns", false);
BENCHMARK_CAPTURE(Run, name_error, "no.such.name.live.example A +edns", false);
BENCHMARK_CAPTURE(Run, not_ours, "www.other.example A", false);

}  // namespace
}  // namespace nearcast::dns
