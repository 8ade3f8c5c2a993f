#include "services/admin/ratio_answers.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "schedulerlib/live/vendor_domains.h"
#include "schedulerlib/split/plan.h"
#include "services/rpc/status.h"

namespace nearcast {

using rpc::WithReason;
using scheduler::Plan;
using scheduler::PlanCdn;
using scheduler::PlanRule;

namespace {

// Where new viewers begin to spill (Cdn.cap_low_share).
constexpr double kCapLowShareDefault = 0.8;

// A plan in the making: CDNs and rules by place, and the resources that they came from.
struct World {
  std::vector<std::string> cdns;
  std::vector<PlanCdn> plan_cdns;
  std::vector<std::string> why_absent;  // carries no new viewers; empty = it does
  std::vector<v1::Resource> rules;
  std::vector<PlanRule> plan_rules;
  double demand_mbps = 0;
};

std::string WhyAbsent(const v1::Cdn& cdn) {
  if (cdn.disabled()) return "disabled";
  if (cdn.health() == v1::Cdn::DOWN) return "DOWN";
  return cdn.health() == v1::Cdn::POOR ? "POOR" : "";
}

// What carries nobody now takes no more of the plan than it has by its weights.
void LimitAbsent(const Plan& now, World& world) {
  constexpr double kLeastMbps = 1e-6;  // 0 would be no cap
  for (size_t c = 0; c < world.cdns.size(); ++c) {
    if (world.why_absent[c].empty()) continue;
    double& cap_mbps = world.plan_cdns[c].cap_mbps;
    const double has = std::max(now.mbps[c], kLeastMbps);
    cap_mbps = cap_mbps > 0 ? std::min(cap_mbps, has) : has;
  }
}

double CarriedMbps(const RatioFacts& facts) {
  double bps = 0;
  for (const scheduler::CdnRates& rates : facts.rates) bps += rates.carried_bps();
  return bps * 1e-6;
}

// By rule, summing up to 1.
std::vector<double> DemandShares(const World& world, const RatioFacts& facts) {
  std::vector<double> shares(world.rules.size(), 0);
  double sum = 0;
  for (size_t i = 0; i < shares.size(); ++i) {
    for (const RuleDemand& demand : facts.demands) {
      if (demand.rule == world.rules[i].name()) shares[i] = demand.bps;
    }
    sum += shares[i];
  }
  for (double& share : shares) share = sum > 0 ? share / sum : 1.0 / double(shares.size());
  return shares;
}

std::vector<double> SharesOf(const World& world, const v1::RatioRule& rule) {
  std::vector<double> shares(world.cdns.size(), 0);
  double sum = 0;
  for (const v1::RatioRule::Weight& weight : rule.main()) sum += weight.weight();
  for (const v1::RatioRule::Weight& weight : rule.main()) {
    const auto at = std::find(world.cdns.begin(), world.cdns.end(), weight.cdn());
    if (at != world.cdns.end() && sum > 0) {
      shares[at - world.cdns.begin()] = weight.weight() / sum;
    }
  }
  return shares;
}

World ReadWorld(const ConfigFollower::Resources& resources, const RatioFacts& facts,
                const v1::ProposeRatioRequest& request) {
  World world;
  for (const auto& [key, resource] : resources) {
    if (resource.has_cdn()) {
      const v1::Cdn& cdn = resource.cdn();
      const double low = cdn.cap_low_share() == 0 ? kCapLowShareDefault : cdn.cap_low_share();
      world.cdns.push_back(resource.name());
      world.why_absent.push_back(WhyAbsent(cdn));
      world.plan_cdns.push_back({cdn.cap_mbps() * low, cdn.commit_mbps(), cdn.price_per_mbps()});
    }
    if (resource.has_ratio_rule()) world.rules.push_back(resource);
  }
  world.demand_mbps = request.demand_mbps() > 0 ? request.demand_mbps() : CarriedMbps(facts);
  const std::vector<double> parts = DemandShares(world, facts);
  for (size_t i = 0; i < world.rules.size(); ++i) {
    world.plan_rules.push_back(
        {world.demand_mbps * parts[i], SharesOf(world, world.rules[i].ratio_rule())});
  }
  return world;
}

void WriteShares(const World& world, const Plan& now, const Plan& plan, v1::RatioProposal& to) {
  for (size_t c = 0; c < world.cdns.size(); ++c) {
    v1::RatioProposal::Share* share = to.add_shares();
    const double price = world.plan_cdns[c].price_per_mbps;
    share->set_cdn(world.cdns[c]);
    share->set_share_now(now.mbps[c] / world.demand_mbps);
    share->set_share_proposed(plan.mbps[c] / world.demand_mbps);
    share->set_mbps(plan.mbps[c]);
    share->set_cost_now(now.billed_mbps[c] * price);
    share->set_cost_proposed(plan.billed_mbps[c] * price);
  }
  to.set_cost_now(now.cost);
  to.set_cost_proposed(plan.cost);
}

// Only rules whose weights change.
void WriteResources(const World& world, const Plan& plan, v1::RatioProposal& to) {
  for (size_t r = 0; r < world.rules.size(); ++r) {
    const std::vector<unsigned> weights = scheduler::SharesToWeights(plan.shares[r]);
    if (weights == scheduler::SharesToWeights(world.plan_rules[r].shares)) continue;
    v1::Resource resource = world.rules[r];
    resource.clear_revision();
    for (v1::RatioRule::Weight& weight : *resource.mutable_ratio_rule()->mutable_main()) {
      const auto at = std::find(world.cdns.begin(), world.cdns.end(), weight.cdn());
      if (at != world.cdns.end()) weight.set_weight(weights[at - world.cdns.begin()]);
    }
    *to.add_resources() = std::move(resource);
  }
}

void WriteNotes(const World& world, const Plan& now, const Plan& plan, v1::RatioProposal& to) {
  constexpr double kNear = 1e-3;
  for (size_t c = 0; c < world.cdns.size(); ++c) {
    const PlanCdn& cdn = world.plan_cdns[c];
    if (!world.why_absent[c].empty()) {
      to.add_notes(absl::StrCat(world.cdns[c], " is ", world.why_absent[c],
                                ": it gets no more than its weights give it now"));
      continue;
    }
    if (cdn.cap_mbps > 0 && now.mbps[c] > cdn.cap_mbps * (1 + kNear)) {
      to.add_notes(absl::StrFormat("%s is beyond its watermark now: %.0f of %.0f Mb/s",
                                   world.cdns[c], now.mbps[c], cdn.cap_mbps));
    }
    if (cdn.cap_mbps > 0 && plan.mbps[c] > cdn.cap_mbps * (1 - kNear)) {
      to.add_notes(absl::StrFormat("%s is full: its watermark of %.0f Mb/s binds", world.cdns[c],
                                   cdn.cap_mbps));
    }
    if (plan.mbps[c] < cdn.commit_mbps * (1 - kNear)) {
      to.add_notes(absl::StrFormat("%s's commit is not used up: %.0f of %.0f Mb/s", world.cdns[c],
                                   plan.mbps[c], cdn.commit_mbps));
    }
  }
}

void WriteRates(const scheduler::CdnRates& rates, v1::RatioStatus::CdnStatus& to) {
  if (rates.traffic.measured_bps) to.set_measured_bits_per_s(*rates.traffic.measured_bps);
  to.set_intended_bits_per_s(rates.traffic.intended_bps);
  to.set_assigned_bits_per_s(rates.traffic.assigned_bps);
  to.set_correction(rates.correction);
  to.set_spill(rates.spill);
}

void WriteStanding(const scheduler::CompiledCdn& cdn, const scheduler::LiveView& live,
                   v1::RatioStatus::CdnStatus& to) {
  const auto checks = [&](scheduler::CdnRole role) {
    const auto at = live.find(scheduler::CdnRoleKey(cdn.spec.name, role));
    return at == live.end() ? std::string() : at->second.checks_detail;
  };
  to.set_play_standing(scheduler::DescribeJudged(cdn.play));
  to.set_push_standing(scheduler::DescribeJudged(cdn.push));
  to.set_play_checks(checks(scheduler::CdnRole::kPlay));
  to.set_push_checks(checks(scheduler::CdnRole::kPush));
}

}  // namespace

v1::RatioStatus WriteRatioStatus(const RatioDesk& desk, const scheduler::Snapshot& snapshot,
                                 const scheduler::LiveView& live) {
  v1::RatioStatus status;
  const std::vector<scheduler::CdnRates> all_rates = desk.Rates();
  for (const scheduler::CompiledCdn& each : snapshot.cdns) {
    v1::RatioStatus::CdnStatus* cdn = status.add_cdns();
    cdn->set_cdn(each.spec.name);
    cdn->set_correction(1);
    WriteStanding(each, live, *cdn);
    for (const scheduler::CdnRates& rates : all_rates) {
      if (rates.cdn == each.spec.name) WriteRates(rates, *cdn);
    }
  }
  for (const PolicyRates& rates : desk.Policies()) {
    v1::RatioStatus::PolicyStatus* policy = status.add_policies();
    policy->set_policy(rates.policy);
    policy->set_step(rates.step);
    policy->set_share(rates.share);
  }
  const DeskTotals totals = desk.Totals();
  status.set_sessions(totals.sessions);
  status.set_sessions_forgotten(totals.sessions_forgotten);
  constexpr auto kDebt = static_cast<size_t>(scheduler::RatioReason::kDebt);
  status.set_sessions_by_debt(desk.counters().decisions_by_reason[kDebt].load());
  return status;
}

absl::StatusOr<v1::RatioProposal> ProposeRatio(const ConfigFollower::Resources& resources,
                                               const RatioFacts& facts,
                                               const v1::ProposeRatioRequest& request) {
  World world = ReadWorld(resources, facts, request);
  if (world.rules.empty()) {
    return WithReason(absl::FailedPreconditionError("there is no RatioRule to propose weights for"),
                      "NO_RATIO_RULE");
  }
  if (!(world.demand_mbps > 0)) {
    return WithReason(absl::FailedPreconditionError(
                          "nothing is measured yet: say which demand to plan for (demand_mbps)"),
                      "NO_DEMAND");
  }
  const auto is_percent = [](double value) { return value >= 0 && value <= 100; };
  if (!is_percent(request.step_max_percent()) || !is_percent(request.share_min_percent())) {
    return WithReason(
        absl::InvalidArgumentError("step_max_percent and share_min_percent must be 0 to 100"),
        "INVALID_PLAN");
  }
  const double step = request.step_max_percent() == 0 ? 100 : request.step_max_percent();
  const Plan now = PriceShares(world.plan_cdns, world.plan_rules);
  LimitAbsent(now, world);
  const absl::StatusOr<Plan> plan =
      PlanShares(world.plan_cdns, world.plan_rules,
                 {.step_max = step / 100, .share_min = request.share_min_percent() / 100});
  if (!plan.ok()) return WithReason(plan.status(), "DEMAND_DOES_NOT_FIT");
  v1::RatioProposal proposal;
  WriteShares(world, now, *plan, proposal);
  WriteResources(world, *plan, proposal);
  WriteNotes(world, now, *plan, proposal);
  return proposal;
}

}  // namespace nearcast
