// How the cost of finding rules grows with their number, and what compiling them costs.
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "schedulerlib/match/match_index.h"
#include "schedulerlib/match/match_world.h"
#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

std::vector<CompiledMatch> DrawRules(int64_t count) {
  MatchWorld world(1);
  std::vector<CompiledMatch> matches;
  for (int64_t i = 0; i < count; ++i) {
    matches.push_back(CompileMatch(world.DrawRule(), absl::StrCat("r", i)));
  }
  return matches;
}

void BM_Find(benchmark::State& state) {
  const MatchIndex index(DrawRules(state.range(0)));
  MatchWorld world(2);
  std::vector<MatchWorld::Asker> askers;
  for (int i = 0; i < 4096; ++i) askers.push_back(world.DrawAsker());
  size_t at = 0;
  size_t found = 0;
  for (auto _ : state) {
    const MatchWorld::Asker& asker = askers[at++ % askers.size()];
    const MatchedRules rules =
        index.Find(QuestionOf(asker.viewer, StableHash(asker.viewer.key), asker.place,
                              asker.publish_point, asker.stream));
    found += rules.size();
    benchmark::DoNotOptimize(rules);
  }
  state.counters["nodes"] = static_cast<double>(index.node_count());
  state.counters["found"] =
      benchmark::Counter(static_cast<double>(found), benchmark::Counter::kAvgIterations);
}
BENCHMARK(BM_Find)->RangeMultiplier(10)->Range(10, 10000);

void BM_Compile(benchmark::State& state) {
  const std::vector<CompiledMatch> rules = DrawRules(state.range(0));
  for (auto _ : state) {
    MatchIndex index(rules);
    benchmark::DoNotOptimize(index);
  }
}
BENCHMARK(BM_Compile)->RangeMultiplier(10)->Range(10, 10000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nearcast::scheduler
