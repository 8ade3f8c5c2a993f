#include "services/scheduler/ratio_desk.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schedulerlib/place/rendezvous.h"
#include "services/rpc/status.h"

namespace nearcast {

using scheduler::CdnRates;
using scheduler::CdnTraffic;
using scheduler::CompiledRatioRule;
using scheduler::DebtView;
using scheduler::HeldCdn;
using scheduler::LedgerSession;
using scheduler::LiveRates;
using scheduler::PlayDecision;
using scheduler::RatioReason;
using scheduler::Snapshot;
using scheduler::StableHash;

namespace {

uint64_t SessionKey(const scheduler::Viewer& viewer, const scheduler::Stream& stream) {
  return scheduler::MixHash(StableHash(viewer.key), StableHash(stream.name));
}

uint64_t FindCdnHash(const scheduler::CdnShares& shares, uint32_t short_hash) {
  for (const scheduler::CdnShare& share : shares) {
    if (scheduler::ShortHash(share.cdn) == short_hash) return share.cdn;
  }
  return 0;
}

// A session that keeps what it has is booked again when less than this is left of it: each time it
// is heard of would be too often, and never would let live sessions fade from the accounts.
constexpr double kFreshPart = 0.95;

}  // namespace

// Reads the accounts for one question.
class RatioDesk::Reader : public scheduler::DebtReader {
 public:
  Reader(const RatioDesk* desk, const std::optional<HeldCdn>& held) : desk_(desk), held_(held) {}

  DebtView Read(const CompiledRatioRule& rule, const ipdb::Location& place,
                double session_mbit) const override {
    const LedgerShard& shard = desk_->LedgerOf(rule);
    absl::MutexLock lock(&shard.mutex);
    return shard.ledger.Read(rule, place, desk_->LedgerSessionOf(rule, session_mbit, held_),
                             desk_->NowS());
  }

 private:
  const RatioDesk* const desk_;
  const std::optional<HeldCdn> held_;
};

RatioDesk::RatioDesk(const Clock* clock, const SnapshotHolder<Snapshot>* snapshots,
                     const RatioDeskOptions& options)
    : clock_(clock),
      snapshots_(snapshots),
      options_(options),
      started_at_(clock->Monotonic()),
      live_rates_(std::make_shared<const LiveRates>()) {
  for (size_t i = 0; i < kSessionShards; ++i) {
    sessions_.push_back(std::make_unique<SessionShard>(options.sessions_max / kSessionShards));
  }
  const scheduler::LedgerTerms terms{.accounts_max = options.accounts_max,
                                     .half_life_s = options.half_life_s};
  for (size_t i = 0; i < kLedgerShards; ++i) {
    ledgers_.push_back(std::make_unique<LedgerShard>(terms));
  }
}

uint32_t RatioDesk::NowS() const {
  return static_cast<uint32_t>(absl::ToInt64Seconds(clock_->Monotonic()));
}

// The table's own sets are found by the lower bits.
RatioDesk::SessionShard& RatioDesk::SessionsOf(uint64_t session) const {
  return *sessions_[(session >> 26) % kSessionShards];
}

RatioDesk::LedgerShard& RatioDesk::LedgerOf(const CompiledRatioRule& rule) const {
  return *ledgers_[rule.key % kLedgerShards];
}

std::optional<HeldCdn> RatioDesk::FindHeld(uint64_t session) const {
  const SessionShard& shard = SessionsOf(session);
  absl::MutexLock lock(&shard.mutex);
  return shard.table.Find(session, NowS(), options_.session_ttl_s);
}

// As the ledger knows it: booked under the same rule before, or not.
LedgerSession RatioDesk::LedgerSessionOf(const CompiledRatioRule& rule, double mbit,
                                         const std::optional<HeldCdn>& held) const {
  LedgerSession session{.mbit = mbit};
  if (!held || !scheduler::IsSameRule(held->weights, rule)) return session;
  session.booked_cdn = FindCdnHash(rule.targets, held->cdn);
  session.booked_part = PartLeft(*held);
  return session;
}

double RatioDesk::PartLeft(const HeldCdn& held) const {
  return scheduler::FadedPart(NowS() - held.booked_s, options_.half_life_s);
}

bool RatioDesk::IsFresh(const HeldCdn& held, const CompiledRatioRule& rule) const {
  return held.weights == scheduler::WeightsTag(rule) && PartLeft(held) >= kFreshPart;
}

absl::StatusOr<PlayDecision> RatioDesk::DecideFor(const Snapshot& snapshot,
                                                  const scheduler::Stream& stream,
                                                  const scheduler::Viewer& viewer,
                                                  const std::optional<HeldCdn>& held,
                                                  bool traced) const {
  const Reader reader(this, held);
  const std::shared_ptr<const LiveRates> rates = live_rates_.Current();
  return DecidePlay(snapshot, stream, viewer, clock_->Now(),
                    {.rates = rates.get(), .debts = &reader, .held = held, .traced = traced});
}

absl::StatusOr<PlayDecision> RatioDesk::Look(const Snapshot& snapshot,
                                             const scheduler::Stream& stream,
                                             const scheduler::Viewer& viewer) const {
  return DecideFor(snapshot, stream, viewer, FindHeld(SessionKey(viewer, stream)), true);
}

absl::StatusOr<PlayDecision> RatioDesk::Decide(const Snapshot& snapshot,
                                               const scheduler::Stream& stream,
                                               const scheduler::Viewer& viewer) {
  const uint64_t session = SessionKey(viewer, stream);
  const std::optional<HeldCdn> held = FindHeld(session);
  absl::StatusOr<PlayDecision> decision = DecideFor(snapshot, stream, viewer, held, false);
  if (!decision.ok()) return decision;
  const RatioReason reason = decision->ratio.reason;
  counters_.decisions_by_reason[static_cast<size_t>(reason)].fetch_add(1,
                                                                       std::memory_order_relaxed);
  if (reason == RatioReason::kSet || reason == RatioReason::kStandIn) return decision;
  const uint64_t cdn = snapshot.cdn_buckets[decision->ratio.main->value()].hash;
  if (reason == RatioReason::kHeld && IsFresh(*held, *decision->ratio.rule)) return decision;
  Book(*decision, held, cdn);
  SessionShard& shard = SessionsOf(session);
  absl::MutexLock lock(&shard.mutex);
  shard.table.Put(session,
                  {scheduler::ShortHash(cdn), scheduler::WeightsTag(*decision->ratio.rule)}, NowS(),
                  options_.session_ttl_s);
  return decision;
}

void RatioDesk::Book(const PlayDecision& decision, const std::optional<HeldCdn>& held,
                     uint64_t cdn) {
  const CompiledRatioRule& rule = *decision.ratio.rule;
  const double mbit = decision.session_mbit;
  const LedgerSession session = LedgerSessionOf(rule, mbit, held);
  LedgerShard& shard = LedgerOf(rule);
  absl::MutexLock lock(&shard.mutex);
  const double now_s = NowS();
  shard.ledger.Book(rule, decision.place.location, session, decision.ratio.intended, cdn, now_s);
  shard.booked.Book(rule, session, cdn, now_s);
}

absl::Status RatioDesk::ReportUsage(absl::string_view cdn, double bits_per_s) {
  if (!snapshots_->Current()->FindCdn(cdn)) {
    return rpc::WithReason(absl::NotFoundError(absl::StrCat("there is no Cdn \"", cdn, "\"")),
                           "CDN_NOT_FOUND");
  }
  if (!(bits_per_s >= 0) || !std::isfinite(bits_per_s)) {
    return rpc::WithReason(absl::InvalidArgumentError(absl::StrCat(
                               "bits_per_s of ", cdn, " must be 0 or more, and finite")),
                           "INVALID_USAGE");
  }
  counters_.usage_reports.fetch_add(1, std::memory_order_relaxed);
  absl::MutexLock lock(&mutex_);
  usage_[std::string(cdn)] = {bits_per_s, clock_->Monotonic()};
  return absl::OkStatus();
}

void RatioDesk::AddBooked(const Snapshot& snapshot, std::vector<CdnTraffic>& seen) const {
  for (const std::unique_ptr<LedgerShard>& shard : ledgers_) {
    absl::MutexLock lock(&shard->mutex);
    shard->booked.Fade(NowS());
    for (size_t i = 0; i < seen.size(); ++i) {
      seen[i].intended_bps += shard->booked.IntendedBps(snapshot.cdn_buckets[i].hash);
      seen[i].assigned_bps += shard->booked.AssignedBps(snapshot.cdn_buckets[i].hash);
    }
  }
}

std::vector<CdnTraffic> RatioDesk::Measure(const Snapshot& snapshot,
                                           const scheduler::LiveView& live) const {
  std::vector<CdnTraffic> seen(snapshot.cdns.size());
  for (size_t i = 0; i < seen.size(); ++i) {
    const auto usage = usage_.find(snapshot.cdns[i].spec.name);
    if (usage != usage_.end()) seen[i].measured_bps = usage->second.bits_per_s;
  }
  // What own nodes report counts as long as nobody says otherwise of their CDN.
  for (const scheduler::CompiledNode& node : snapshot.nodes) {
    const auto at = live.find(node.spec.name);
    if (at == live.end() || at->second.health != scheduler::Health::kUp) continue;
    if (usage_.contains(snapshot.cdn(node.cdn).spec.name)) continue;
    std::optional<double>& measured_bps = seen[node.cdn.value()].measured_bps;
    measured_bps = measured_bps.value_or(0) + at->second.out_bits_per_s;
  }
  AddBooked(snapshot, seen);
  return seen;
}

void RatioDesk::Step(const scheduler::LiveView& live) {
  const absl::Duration now = clock_->Monotonic();
  const std::shared_ptr<const Snapshot> snapshot = snapshots_->Current();
  absl::MutexLock lock(&mutex_);
  if (now - stepped_at_ < options_.step) return;
  stepped_at_ = now;
  absl::erase_if(usage_, [&](const auto& usage) {
    return now - usage.second.reported_at > options_.usage_ttl;
  });
  live_rates_.Publish(std::make_shared<LiveRates>(
      steps_.Step(*snapshot, Measure(*snapshot, live),
                  {.now_s = absl::ToDoubleSeconds(now),
                   // Not before the sessions of another process have gone.
                   .corrects = now - started_at_ >= absl::Seconds(options_.half_life_s),
                   .correction_bps_min =
                       scheduler::RateOf(scheduler::kCorrectedMbitMin, options_.half_life_s)})));
}

std::vector<CdnRates> RatioDesk::Rates() const {
  absl::MutexLock lock(&mutex_);
  return steps_.rates();
}

std::vector<PolicyRates> RatioDesk::Policies() const {
  std::vector<PolicyRates> policies;
  absl::MutexLock lock(&mutex_);
  for (const auto& [policy, state] : steps_.ladders())
    policies.push_back({policy, state.step, state.share});
  std::sort(policies.begin(), policies.end(),
            [](const PolicyRates& a, const PolicyRates& b) { return a.policy < b.policy; });
  return policies;
}

std::vector<RuleDemand> RatioDesk::Demands() const {
  const std::shared_ptr<const Snapshot> snapshot = snapshots_->Current();
  std::vector<RuleDemand> demands;
  for (const CompiledRatioRule& rule : snapshot->ratio_rules) {
    LedgerShard& shard = LedgerOf(rule);
    absl::MutexLock lock(&shard.mutex);
    shard.booked.Fade(NowS());
    demands.push_back({rule.spec.name, shard.booked.RuleBps(rule.key)});
  }
  std::sort(demands.begin(), demands.end(),
            [](const RuleDemand& a, const RuleDemand& b) { return a.rule < b.rule; });
  return demands;
}

DeskTotals RatioDesk::Totals() const {
  DeskTotals totals;
  for (const std::unique_ptr<SessionShard>& shard : sessions_) {
    absl::MutexLock lock(&shard->mutex);
    totals.sessions += shard->table.size();
    totals.sessions_forgotten += shard->table.forgotten();
  }
  for (const std::unique_ptr<LedgerShard>& shard : ledgers_) {
    absl::MutexLock lock(&shard->mutex);
    totals.accounts += shard->ledger.size();
    totals.accounts_refused += shard->ledger.refused();
  }
  return totals;
}

}  // namespace nearcast
