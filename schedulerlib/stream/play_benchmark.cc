// The play decision alone, in a world of the size that one control plane is made for: 10 CDNs, 10,000
// nodes, 1,000 ratio rules, 1,000 switches, 1,000,000 streams. Percentiles are of single decisions;
// each has two readings of the clock in it.
#include <algorithm>
#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "schedulerlib/match/match_world.h"
#include "schedulerlib/place/rendezvous.h"
#include "schedulerlib/split/debt_ledger.h"
#include "schedulerlib/stream/play.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

constexpr int kCdns = 10;
constexpr int kNodes = 10000;
constexpr int kStreams = 1000000;
constexpr int kPlaces = 120;  // 30 provinces by 4 ISPs
constexpr int kPoints = 20;

const char* const kIsps[] = {"chinatelecom", "chinaunicom", "chinamobile", "cernet"};

std::string PlaceText(int place) {
  return absl::StrCat("CN/", 110000 + 10000 * (place % 30), "//", kIsps[place / 30]);
}

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

struct World {
  std::shared_ptr<const Snapshot> snapshot;
  std::vector<Stream> streams;
  std::vector<Viewer> viewers;
  LiveRates rates;
};

void AddRules(Given& given, int rules) {
  std::mt19937 chance(4);
  std::vector<CdnWeight> weights;
  for (int i = 0; i < kCdns; ++i) {
    weights.push_back({absl::StrCat("cdn-", i), static_cast<uint32_t>(1 + chance() % 50)});
  }
  given.Ratio("default", weights);
  for (int i = 1; i < rules; ++i) {
    RatioScope scope;
    switch (i % 4) {
      case 0:
        scope.stream = absl::StrCat("stream-", chance() % kStreams);
        break;
      case 1:
        scope.publish_point = absl::StrCat("point-", chance() % kPoints);
        scope.region = absl::StrCat(110000 + 10000 * (chance() % 30));
        break;
      case 2:
        scope.isp = kIsps[chance() % 4];
        scope.region = absl::StrCat(110000 + 10000 * (chance() % 30));
        break;
      default:
        scope.publish_point = absl::StrCat("point-", chance() % kPoints);
        scope.isp = kIsps[chance() % 4];
        break;
    }
    given.Ratio(absl::StrCat("rule-", i), weights, {}, scope);
  }
  MatchWorld world(5);
  for (int i = 0; i < rules; ++i) {
    given.config().switches.push_back(
        {.name = absl::StrCat("switch-", i), .match = world.DrawRule(), .off = {"format/lls"}});
  }
}

World MakeWorld(int rules) {
  Given given;
  std::mt19937 chance(3);
  for (int i = 0; i < kCdns; ++i) {
    if (i % 5 != 0) {
      given.Vendor(absl::StrCat("cdn-", i));
      continue;
    }
    given.Own(absl::StrCat("cdn-", i));
    for (int n = 0; n < kNodes / 2; ++n) {
      given.Node(absl::StrCat("node-", i, "-", n), PlaceText(static_cast<int>(chance() % kPlaces)),
                 {absl::StrCat("192.0.", n / 250, ".", n % 250 + 1)});
    }
  }
  for (int i = 0; i < kPlaces; ++i) given.Network(absl::StrCat("10.", i, ".0.0/16"), PlaceText(i));
  for (int i = 0; i < kPoints; ++i) {
    given.Point(absl::StrCat("point-", i), {"cdn-0"}, {"origin", "uhd", "hd", "sd", "ld", "ao"});
    given.Policy("hd", {{4, Tier::kLd}});
  }
  AddRules(given, rules);
  World world;
  world.snapshot = given.Snapshot();
  world.streams.resize(kStreams);
  for (int i = 0; i < kStreams; ++i) {
    world.streams[i].name = absl::StrCat("stream-", i);
    world.streams[i].publish_point = absl::StrCat("point-", i % kPoints);
    world.streams[i].state = StreamState::kPublishing;
  }
  MatchWorld askers(6);
  for (int i = 0; i < 10000; ++i) {
    Viewer viewer = askers.DrawAsker().viewer;
    viewer.address = Ip(absl::StrCat("10.", chance() % kPlaces, ".", chance() % 256, ".7"));
    viewer.key = absl::StrCat("viewer-", i);
    world.viewers.push_back(std::move(viewer));
  }
  for (const CdnBucket& bucket : world.snapshot->cdn_buckets) {
    world.rates.flows.flows.push_back({.cdn = bucket.hash, .correction = 1.01, .spill = 0.01});
  }
  return world;
}

const World& WorldOf(int rules) {
  static auto* const worlds = new std::vector<std::pair<int, World>>;
  for (const auto& [size, world] : *worlds) {
    if (size == rules) return world;
  }
  worlds->clear();  // one at a time: a world is large
  return worlds->emplace_back(rules, MakeWorld(rules)).second;
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

// Every viewer new, every account read.
void BM_DecidePlay(benchmark::State& state) {
  const World& world = WorldOf(static_cast<int>(state.range(0)));
  std::mt19937 chance(7);
  DebtLedger ledger({.accounts_max = 1 << 20});
  const LedgerReader reader(&ledger);
  const bool exact = state.range(1) != 0;
  const PlayContext context{.rates = &world.rates, .debts = exact ? &reader : nullptr};
  const auto decide = [&](const Stream& stream, const Viewer& viewer) {
    return DecidePlay(*world.snapshot, stream, viewer, absl::UnixEpoch(), context);
  };
  for (int i = 0; exact && i < 200000; ++i) {
    const auto decision =
        decide(world.streams[chance() % kStreams], world.viewers[chance() % world.viewers.size()]);
    ledger.Book(*decision->ratio.rule, decision->place.location, {.mbit = decision->session_mbit},
                decision->ratio.intended,
                world.snapshot->cdn_buckets[decision->ratio.main->value()].hash, 0);
  }
  std::vector<float> taken_ns;
  taken_ns.reserve(1 << 22);
  for (auto _ : state) {
    const Stream& stream = world.streams[chance() % kStreams];
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
    ->ArgNames({"rules", "exact"})
    ->Args({10, 1})
    ->Args({100, 1})
    ->Args({1000, 0})
    ->Args({1000, 1})
    ->Args({10000, 1});

}  // namespace
}  // namespace nearcast::scheduler
