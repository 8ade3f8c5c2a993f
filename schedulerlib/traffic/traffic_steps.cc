#include "schedulerlib/traffic/traffic_steps.h"

#include <algorithm>
#include <utility>

#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

bool Counts(const BudgetLadder& ladder, const std::string& cdn) {
  return ladder.cdns.empty() ||
         std::find(ladder.cdns.begin(), ladder.cdns.end(), cdn) != ladder.cdns.end();
}

}  // namespace

LiveRates TrafficSteps::Step(const Snapshot& snapshot, const std::vector<CdnTraffic>& seen,
                             const TrafficStep& step) {
  Take(snapshot, seen);
  if (step.corrects) Correct(step.correction_bps_min);
  SpillOver(snapshot);
  StepLadders(snapshot, step.now_s);
  return Live(snapshot);
}

void TrafficSteps::Take(const Snapshot& snapshot, const std::vector<CdnTraffic>& seen) {
  std::vector<CdnRates> rates(snapshot.cdns.size());
  for (size_t i = 0; i < rates.size(); ++i) {
    rates[i].cdn = snapshot.cdns[i].spec.name;
    if (i < seen.size()) rates[i].traffic = seen[i];
    for (const CdnRates& before : rates_) {
      if (before.cdn != rates[i].cdn) continue;
      rates[i].correction = before.correction;
      rates[i].spill = before.spill;
    }
  }
  rates_ = std::move(rates);
}

void TrafficSteps::Correct(double bps_min) {
  std::vector<MeasuredFlow> flows;
  std::vector<CdnRates*> corrected;
  double intended_bps = 0;
  for (CdnRates& rates : rates_) {
    const CdnTraffic& traffic = rates.traffic;
    if (!traffic.measured_bps) continue;
    flows.push_back({traffic.intended_bps, *traffic.measured_bps, rates.correction});
    corrected.push_back(&rates);
    intended_bps += traffic.intended_bps;
  }
  if (flows.size() < 2 || intended_bps < bps_min) return;
  CorrectFlows({}, flows);
  for (size_t i = 0; i < flows.size(); ++i) corrected[i]->correction = flows[i].correction;
}

void TrafficSteps::SpillOver(const Snapshot& snapshot) {
  for (size_t i = 0; i < rates_.size(); ++i) {
    const Cdn& cdn = snapshot.cdns[i].spec;
    rates_[i].spill = NextSpill({.cap_mbps = cdn.cap_mbps,
                                 .low_share = cdn.cap_low_share,
                                 .high_share = cdn.cap_high_share},
                                rates_[i].spill, rates_[i].carried_bps() * 1e-6);
  }
}

void TrafficSteps::StepLadders(const Snapshot& snapshot, double now_s) {
  absl::flat_hash_map<std::string, LadderState> next;
  for (const CompiledQuality& policy : snapshot.qualities) {
    if (!policy.spec.budget) continue;
    double mbps = 0;
    for (const CdnRates& rates : rates_) {
      if (Counts(*policy.spec.budget, rates.cdn)) mbps += rates.carried_bps() * 1e-6;
    }
    next[policy.spec.name] =
        NextLadderState(*policy.spec.budget, ladders_[policy.spec.name], mbps, now_s);
  }
  ladders_ = std::move(next);
}

LiveRates TrafficSteps::Live(const Snapshot& snapshot) const {
  LiveRates live;
  for (size_t i = 0; i < rates_.size(); ++i) {
    live.flows.flows.push_back({.cdn = snapshot.cdn_buckets[i].hash,
                                .correction = rates_[i].correction,
                                .spill = rates_[i].spill});
  }
  for (const auto& [policy, state] : ladders_) {
    live.ladders.push_back({StableHash(policy), state.step});
  }
  return live;
}

}  // namespace nearcast::scheduler
