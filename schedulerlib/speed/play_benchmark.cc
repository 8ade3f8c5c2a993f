// The play decision alone, in a world of the size that one control plane is made for: 10 CDNs, 10,000
// nodes, 1,000 ratio rules, 1,000 switches, 1,000,000 streams; and how the cost grows with each of
// these. Percentiles are of single decisions; each has two readings of the clock in it.
#include <algorithm>
#include <chrono>
#include <memory>
#include <random>
#include <vector>

#include "benchmark/benchmark.h"
#include "schedulerlib/speed/play_world.h"
#include "schedulerlib/split/debt_ledger.h"
#include "schedulerlib/stream/play.h"

namespace nearcast::scheduler {
namespace {

// One way to read the accounts, as the scheduler's desk does, without its locks.
class LedgerReader : public DebtReader {
 public:
  explicit LedgerReader(const DebtLedger* ledger) : ledger_(ledger) {}
  DebtView Read(const CompiledRatioRule& rule, const ipdb::Location& place,
                double session_mbit) const override {
    return ledger_->Read(rule, place, {.mbit = session_mbit}, 0);
  }

 private:
  const DebtLedger* ledger_;
};

// One at a time: a world is large.
const PlayWorld& WorldOf(const PlayWorldSize& size) {
  static PlayWorldSize kept_size{.rules = 0};
  static auto* const kept = new std::unique_ptr<PlayWorld>;
  if (kept_size.rules != size.rules || kept_size.nodes != size.nodes ||
      kept_size.streams != size.streams) {
    kept->reset();
    *kept = std::make_unique<PlayWorld>(DrawPlayWorld(size));
    kept_size = size;
  }
  return **kept;
}

using Clock = std::chrono::steady_clock;

void SetPercentiles(benchmark::State& state, std::vector<float>& taken_ns) {
  std::sort(taken_ns.begin(), taken_ns.end());
  const auto at = [&taken_ns](double share) {
    return taken_ns[static_cast<size_t>(share * static_cast<double>(taken_ns.size() - 1))];
  };
  state.counters["p50_ns"] = at(0.50);
  state.counters["p99_ns"] = at(0.99);
}

// Every viewer new; with `exact` every account read.
void BM_DecidePlay(benchmark::State& state) {
  const PlayWorld& world = WorldOf({.nodes = static_cast<int>(state.range(1)),
                                    .rules = static_cast<int>(state.range(0)),
                                    .streams = static_cast<int>(state.range(2))});
  std::mt19937 chance(7);
  DebtLedger ledger({.accounts_max = 1 << 20});
  const LedgerReader reader(&ledger);
  const bool exact = state.range(3) != 0;
  const PlayContext context{.rates = &world.rates, .debts = exact ? &reader : nullptr};
  const auto decide = [&](const Stream& stream, const Viewer& viewer) {
    return DecidePlay(*world.snapshot, stream, viewer, absl::UnixEpoch(), context);
  };
  for (int i = 0; exact && i < 200000; ++i) {
    const auto decision = decide(world.streams[chance() % world.streams.size()],
                                 world.viewers[chance() % world.viewers.size()]);
    ledger.Book(*decision->ratio.rule, decision->place.location, {.mbit = decision->session_mbit},
                decision->ratio.intended,
                world.snapshot->cdn_buckets[decision->ratio.main->value()].hash, 0);
  }
  std::vector<float> taken_ns;
  taken_ns.reserve(1 << 22);
  for (auto _ : state) {
    const Stream& stream = world.streams[chance() % world.streams.size()];
    const Viewer& viewer = world.viewers[chance() % world.viewers.size()];
    const auto begin = Clock::now();
    auto decision = decide(stream, viewer);
    benchmark::DoNotOptimize(decision);
    const std::chrono::duration<float, std::nano> taken = Clock::now() - begin;
    if (taken_ns.size() < taken_ns.capacity()) taken_ns.push_back(taken.count());
  }
  SetPercentiles(state, taken_ns);
}
BENCHMARK(BM_DecidePlay)
    ->ArgNames({"rules", "nodes", "streams", "exact"})
    ->Args({1000, 10000, 1000000, 0})
    ->Args({1000, 10000, 1000000, 1})
    // By rules, by nodes, by streams.
    ->Args({10, 10000, 1000000, 1})
    ->Args({100, 10000, 1000000, 1})
    ->Args({10000, 10000, 1000000, 1})
    ->Args({1000, 100, 1000000, 1})
    ->Args({1000, 1000, 1000000, 1})
    ->Args({1000, 100000, 1000000, 1})
    ->Args({1000, 10000, 1000, 1})
    ->Args({1000, 10000, 100000, 1});

}  // namespace
}  // namespace nearcast::scheduler
