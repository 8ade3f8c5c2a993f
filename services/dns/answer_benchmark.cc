// Nanoseconds per query in process: parse, find, decide, write. The networks are those of
// $NEARCAST_SHARED/data/ipdb where they are present, else synthetic ones of as many runs.
#include <benchmark/benchmark.h>

#include <iterator>
#include <memory>
#include <random>
#include <string>
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

// Dear packets that a client can send in one datagram.
constexpr size_t kDatagramBytes = 1472;

// live.example A, and as many records as fit, whose owners point at the question.
std::vector<uint8_t> ManyRecords() {
  std::vector<uint8_t> packet = BuildQuery("live.example A");
  const uint8_t record[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0};
  size_t count = 0;
  for (; packet.size() + sizeof(record) <= kDatagramBytes; ++count) {
    packet.insert(packet.end(), std::begin(record), std::end(record));
  }
  packet[7] = static_cast<uint8_t>(count);
  return packet;
}

std::vector<uint8_t> ManyOptions() {
  std::string text = "pull.live.example A";
  while (BuildQuery(text).size() + 4 <= kDatagramBytes) text += " +option=65001:";
  return BuildQuery(text);
}

// A name of 127 labels, of which none is there.
std::vector<uint8_t> ManyLabels() {
  std::string text;
  for (int i = 0; i < 120; ++i) text += "a.";
  return BuildQuery(absl::StrCat(text, "live.example A +edns"));
}

// A name that points at itself.
std::vector<uint8_t> PointerLoop() {
  std::vector<uint8_t> packet = BuildQuery("live.example A");
  packet[12] = 0xc0;
  packet[13] = 12;
  return packet;
}

void RunOne(benchmark::State& state, const std::vector<uint8_t>& packet) {
  const scheduler::Snapshot& snapshot = BenchSnapshot();
  std::vector<uint8_t> out(kUdpBytesMax);
  Counters counters;
  const ipdb::IpAddress source = ipdb::IpAddress::FromV4(0x0ed7b127);
  for (auto _ : state) {
    benchmark::DoNotOptimize(Answer(snapshot, {packet, source, Transport::kUdp}, out, counters));
  }
}

BENCHMARK_CAPTURE(Run, scheduled_with_subnet, "pull.live.example A", true);
BENCHMARK_CAPTURE(Run, scheduled_by_source, "pull.live.example A", false);
BENCHMARK_CAPTURE(Run, static_address, "ns1.live.example A +edns", false);
BENCHMARK_CAPTURE(Run, name_error, "no.such.name.live.example A +edns", false);
BENCHMARK_CAPTURE(Run, not_ours, "www.other.example A", false);
BENCHMARK_CAPTURE(RunOne, hostile_records, ManyRecords());
BENCHMARK_CAPTURE(RunOne, hostile_options, ManyOptions());
BENCHMARK_CAPTURE(RunOne, hostile_labels, ManyLabels());
BENCHMARK_CAPTURE(RunOne, hostile_pointers, PointerLoop());

}  // namespace
}  // namespace nearcast::dns
