#include "schedulerlib/simulate/simulation.h"

#include <algorithm>
#include <utility>

#include "schedulerlib/stream/play.h"

namespace nearcast::scheduler {
namespace {

constexpr LedgerTerms kTerms{.accounts_max = 65536};

int64_t StepOf(int64_t time_s) { return time_s / static_cast<int64_t>(kTrafficStepS); }

class LedgerReader : public DebtReader {
 public:
  LedgerReader(const DebtLedger& ledger, double now_s) : ledger_(ledger), now_s_(now_s) {}

  DebtView Read(const CompiledRatioRule& rule, const ipdb::Location& place,
                double session_mbit) const override {
    return ledger_.Read(rule, place, {.mbit = session_mbit}, now_s_);
  }

 private:
  const DebtLedger& ledger_;
  const double now_s_;
};

Stream PublishingStream(const RecordedView& view) {
  Stream stream;
  stream.name = view.stream;
  stream.publish_point = view.publish_point;
  stream.state = StreamState::kPublishing;
  return stream;
}

// Of the tier that the player opens with.
double BitrateOf(const PlayDecision& decision) {
  for (const TranscodeTemplate& tier : decision.tiers) {
    if (tier.tier == decision.default_tier && tier.bitrate_bps > 0) return tier.bitrate_bps;
  }
  return kAssumedBitrateBps;
}

}  // namespace

Simulation::Simulation(std::shared_ptr<const Snapshot> before,
                       std::shared_ptr<const Snapshot> after)
    : sides_{Side(std::move(before)), Side(std::move(after))} {}

Simulation::Side::Side(std::shared_ptr<const Snapshot> of)
    : snapshot(std::move(of)),
      ledger(kTerms),
      booked(kTerms.half_life_s),
      carried_bps(snapshot->cdns.size()) {}

void Simulation::StepUntil(int64_t time_s) {
  if (!begun_s_) {
    begun_s_ = time_s;
    step_ = StepOf(time_s) + 1;
  }
  for (; step_ <= StepOf(time_s); ++step_) {
    for (Side& side : sides_) Step(side);
  }
}

void Simulation::Step(Side& side) const {
  while (!side.ending.empty() && side.ending.begin()->first <= step_) {
    const std::vector<double>& over = side.ending.begin()->second;
    for (size_t i = 0; i < over.size(); ++i) side.carried_bps[i] -= over[i];
    side.ending.erase(side.ending.begin());
  }
  const double now_s = static_cast<double>(step_) * kTrafficStepS;
  side.booked.Fade(now_s);
  std::vector<CdnTraffic> seen(side.carried_bps.size());
  for (size_t i = 0; i < seen.size(); ++i) {
    const uint64_t cdn = side.snapshot->cdn_buckets[i].hash;
    seen[i] = {.measured_bps = std::max(0.0, side.carried_bps[i]),
               .intended_bps = side.booked.IntendedBps(cdn),
               .assigned_bps = side.booked.AssignedBps(cdn)};
  }
  const double half_life_s = kTerms.half_life_s;
  side.rates = side.steps.Step(*side.snapshot, seen,
                               {.now_s = now_s,
                                .corrects = now_s - static_cast<double>(*begun_s_) >= half_life_s,
                                .correction_bps_min = RateOf(kCorrectedMbitMin, half_life_s)});
}

void Simulation::Book(const PlayDecision& decision, double now_s, Side& side) {
  const RatioChoice& ratio = decision.ratio;
  if (ratio.intended.empty()) return;
  const LedgerSession session{.mbit = decision.session_mbit};
  const uint64_t chosen = side.snapshot->cdn_buckets[ratio.main->value()].hash;
  side.ledger.Book(*ratio.rule, decision.place.location, session, ratio.intended, chosen, now_s);
  side.booked.Book(*ratio.rule, session, chosen, now_s);
}

void Simulation::Carry(CdnIndex cdn, int64_t time_s, uint32_t watch_s, double bits_per_s,
                       Side& side) {
  side.carried_bps[cdn.value()] += bits_per_s;
  std::vector<double>& over = side.ending[StepOf(time_s + watch_s) + 1];
  over.resize(side.carried_bps.size());
  over[cdn.value()] += bits_per_s;
}

Simulation::Outcome Simulation::Decide(const RecordedView& view, Side& side) {
  const Snapshot& snapshot = *side.snapshot;
  const Stream stream = PublishingStream(view);
  const double now_s = static_cast<double>(view.time_s);
  const LedgerReader reader(side.ledger, now_s);
  const auto decided = DecidePlay(snapshot, stream, view.viewer, absl::FromUnixSeconds(view.time_s),
                                  {.rates = &side.rates, .debts = &reader});
  Outcome outcome;
  if (!decided.ok()) {
    ++side.refused;
    return outcome;
  }
  const RatioChoice& ratio = decided->ratio;
  const CdnIndex main = *ratio.main;
  Book(*decided, now_s, side);
  outcome.cdn = snapshot.cdn(main).spec.name;
  const bool set = ratio.reason == RatioReason::kSet || !ratio.by_hash;
  outcome.lasting_cdn = snapshot.cdn(set ? main : *ratio.by_hash).spec.name;
  const auto node = decided->lines.front().node;
  if (node) outcome.node = snapshot.node(*node).spec.name;
  outcome.tier = decided->default_tier;
  outcome.place = decided->place.location;
  const uint32_t watch_s = view.watch_s > 0 ? view.watch_s : decided->publish_point->spec.watch_s;
  const double bitrate = BitrateOf(*decided);
  outcome.bits = bitrate * watch_s;
  Carry(main, view.time_s, watch_s, bitrate, side);
  side.meters[outcome.cdn].Add(view.time_s, watch_s, bitrate);
  ++side.views[outcome.cdn];
  return outcome;
}

void Simulation::Add(const RecordedView& view) {
  StepUntil(view.time_s);
  const Outcome before = Decide(view, sides_[0]);
  const Outcome after = Decide(view, sides_[1]);
  ++views_;
  const bool moved = before.lasting_cdn != after.lasting_cdn;
  moved_ += moved;
  moved_nodes_ += before.cdn == after.cdn && before.node != after.node;
  moved_tiers_ += before.tier != after.tier;
  const ipdb::Location& place = before.cdn.empty() ? after.place : before.place;
  Cell& cell = cells_[{place.country, place.region, place.isp}];
  ++cell.views;
  cell.moved += moved;
  if (!before.cdn.empty()) cell.bits[before.cdn][0] += before.bits;
  if (!after.cdn.empty()) cell.bits[after.cdn][1] += after.bits;
}

std::vector<SimulatedCdn> Simulation::Summarize(const Side& side) {
  std::vector<SimulatedCdn> cdns;
  double total_bits = 0;
  for (const auto& [name, meter] : side.meters) total_bits += meter.total_bits();
  for (const auto& [name, meter] : side.meters) {
    const Cdn& spec = side.snapshot->cdn(*side.snapshot->FindCdn(name)).spec;
    cdns.push_back({name, side.views.at(name), total_bits > 0 ? meter.total_bits() / total_bits : 0,
                    meter.PeakMbps(), meter.Percentile95Mbps(),
                    meter.Cost(spec.price_per_mbps, spec.commit_mbps)});
  }
  return cdns;
}

SimulationReport Simulation::Report() const {
  SimulationReport report;
  report.views = views_;
  report.moved = moved_;
  report.moved_nodes = moved_nodes_;
  report.moved_tiers = moved_tiers_;
  report.refused_before = sides_[0].refused;
  report.refused_after = sides_[1].refused;
  report.before = Summarize(sides_[0]);
  report.after = Summarize(sides_[1]);
  for (const SimulatedCdn& cdn : report.before) report.cost_before += cdn.cost;
  for (const SimulatedCdn& cdn : report.after) report.cost_after += cdn.cost;
  for (const auto& [key, cell] : cells_) {
    SimulatedCell& added = report.cells.emplace_back();
    added = {key[0], key[1], key[2], cell.views, cell.moved, {}};
    std::array<double, 2> total{};
    for (const auto& [cdn, bits] : cell.bits) {
      for (int side = 0; side < 2; ++side) total[side] += bits[side];
    }
    for (const auto& [cdn, bits] : cell.bits) {
      added.shares.push_back(
          {cdn, total[0] > 0 ? bits[0] / total[0] : 0, total[1] > 0 ? bits[1] / total[1] : 0});
    }
  }
  std::stable_sort(
      report.cells.begin(), report.cells.end(),
      [](const SimulatedCell& a, const SimulatedCell& b) { return a.views > b.views; });
  if (report.cells.size() > kSimulatedCellsMax) report.cells.resize(kSimulatedCellsMax);
  return report;
}

}  // namespace nearcast::scheduler
