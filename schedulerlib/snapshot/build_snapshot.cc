#include "schedulerlib/snapshot/build_snapshot.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "schedulerlib/place/rendezvous.h"
#include "schedulerlib/place/steering_builder.h"
#include "schedulerlib/quality/tier_choice.h"
#include "schedulerlib/snapshot/client_overrides.h"
#include "schedulerlib/split/ratio.h"
#include "schedulerlib/split/ratio_index.h"
#include "schedulerlib/switches/switch_board.h"

namespace nearcast::scheduler {
namespace {

template <typename T>
std::vector<T> SortedByName(std::vector<T> items) {
  std::sort(items.begin(), items.end(), [](const T& a, const T& b) { return a.name < b.name; });
  return items;
}

// Builds one Snapshot part by part, in the order in which the parts lean on each other.
class Builder {
 public:
  Builder(const Config& config, const LiveView& live,
          std::shared_ptr<const ipdb::PrefixTable> places, const Snapshot* previous)
      : config_(config), live_(live), previous_(previous), snapshot_(std::make_shared<Snapshot>()) {
    snapshot_->revision = config.revision;
    snapshot_->places = std::move(places);
  }

  std::shared_ptr<const Snapshot> Build(const std::vector<MeasuredDelay>& delays) {
    AddCdns();
    AddNodes();
    AddClients();
    AddNearness(delays);
    FindChanges();
    RankNodes();
    AddScheduledNames();
    AddRatioRules();
    for (const QualityPolicy& policy : SortedByName(config_.quality_policies)) {
      snapshot_->qualities.push_back(CompileQuality(policy));
    }
    AddPublishPoints();
    AddSwitches();
    for (const Account& account : config_.accounts) {
      snapshot_->accounts.emplace(account.account_id, account);
    }
    snapshot_->client_policies = ClientPolicySet(config_.client_policies);
    snapshot_->health_checks = config_.health_checks;
    return snapshot_;
  }

 private:
  void AddCdns() {
    for (const Cdn& cdn : SortedByName(config_.cdns)) {
      CompiledCdn& compiled = snapshot_->cdns.emplace_back();
      compiled.spec = cdn;
      compiled.push_signer = UrlSigner(cdn.push_signing);
      compiled.pull_signer = UrlSigner(cdn.pull_signing);
      snapshot_->cdn_buckets.push_back(
          {.hash = StableHash(cdn.name), .standing = DeclaredStanding(cdn)});
    }
  }

  static CdnStanding DeclaredStanding(const Cdn& cdn) {
    if (cdn.disabled || cdn.health == CdnHealth::kDown) return CdnStanding::kOut;
    return cdn.health == CdnHealth::kPoor ? CdnStanding::kLastResort : CdnStanding::kUsable;
  }

  void AddNodes() {
    for (const Node& node : SortedByName(config_.nodes)) {
      const NodeIndex index(static_cast<uint32_t>(snapshot_->nodes.size()));
      CompiledNode& compiled = snapshot_->nodes.emplace_back();
      compiled.spec = node;
      const auto found = live_.find(node.name);
      const NodeLive live = found == live_.end() ? NodeLive() : found->second;
      compiled.standing = StandingOf(node, live);
      compiled.load_penalty_us = LoadPenaltyUs(node, live);
      compiled.cdn = *snapshot_->FindCdn(node.cdn);
      snapshot_->cdns[compiled.cdn.value()].nodes.push_back(index);
      compiled.endpoint.hash = StableHash(node.name);
      compiled.endpoint.location = node.location;
      compiled.endpoint.weight = node.weight;
      compiled.endpoint.load_weight = node.weight * LoadWeight(live);
      for (const std::string& text : node.addresses) {
        compiled.endpoint.addresses.push_back(*ipdb::ParseIpAddress(text));
      }
    }
  }

  void RankNodes() {
    for (size_t i = 0; i < snapshot_->cdns.size(); ++i) {
      CompiledCdn& cdn = snapshot_->cdns[i];
      if (cdn.spec.kind != CdnKind::kOwn) continue;
      RankNodesOf(cdn);
      CdnStanding& standing = snapshot_->cdn_buckets[i].standing;
      standing = std::max(standing, StandingOfOwn(cdn));
    }
  }

  CdnStanding StandingOfOwn(const CompiledCdn& cdn) const {
    if (cdn.nodes.empty()) return CdnStanding::kOut;
    const bool serves = std::any_of(cdn.nodes.begin(), cdn.nodes.end(), [this](NodeIndex node) {
      return snapshot_->node(node).standing <= Standing::kFull;
    });
    return serves ? CdnStanding::kUsable : CdnStanding::kLastResort;
  }

  void AddClients() {
    if (previous_ != nullptr) {
      snapshot_->clients = previous_->clients;
      return;
    }
    snapshot_->clients = std::make_shared<const ClientTable>(
        snapshot_->places, ResolveOverrides(config_, [this](const std::string& name) {
          return *snapshot_->FindNode(name);
        }));
  }

  void AddNearness(const std::vector<MeasuredDelay>& delays) {
    snapshot_->nearness =
        previous_ != nullptr ? previous_->nearness
        : config_.nearness_policies.empty()
            ? std::make_shared<const NearnessTable>()
            : std::make_shared<const NearnessTable>(config_.nearness_policies.front());
    snapshot_->measured =
        std::make_shared<const MeasuredTable>(delays, [this](absl::string_view name) {
          const auto node = snapshot_->FindNode(name);
          return node ? node->value() : UINT32_MAX;
        });
    if (previous_ != nullptr && *previous_->measured == *snapshot_->measured) {
      snapshot_->measured = previous_->measured;
    }
  }

  // What is different from the previous snapshot: nodes whose place in rankings may be, and CDNs
  // whose answers may be.
  void FindChanges() {
    is_changed_.resize(snapshot_->cdns.size(), previous_ == nullptr);
    if (previous_ == nullptr) return;
    if (previous_->measured != snapshot_->measured) {
      is_changed_.assign(is_changed_.size(), true);
    }
    for (size_t i = 0; i < snapshot_->nodes.size(); ++i) {
      const CompiledNode& was = previous_->nodes[i];
      const CompiledNode& is = snapshot_->nodes[i];
      const bool moves = was.standing != is.standing || was.load_penalty_us != is.load_penalty_us;
      if (moves) moved_nodes_.push_back(NodeIndex(static_cast<uint32_t>(i)));
      if (moves || was.endpoint.load_weight != is.endpoint.load_weight) {
        is_changed_[is.cdn.value()] = true;
      }
    }
  }

  void RankNodesOf(CompiledCdn& cdn) {
    cdn.rankings = RankAll(
        cdn, [](const CompiledNode&) { return true; }, &CompiledCdn::rankings);
  }

  // Every cell's ranking of those nodes of a CDN that `wanted` takes; `kept` is where the previous
  // snapshot has it.
  template <typename Wanted>
  CellRankings RankAll(const CompiledCdn& cdn, Wanted wanted,
                       CellRankings CompiledCdn::*kept) const {
    const size_t index = static_cast<size_t>(&cdn - snapshot_->cdns.data());
    const CellRankings* before = previous_ != nullptr ? &(previous_->cdns[index].*kept) : nullptr;
    if (before != nullptr && before->empty()) before = nullptr;
    if (before != nullptr && !is_changed_[index]) return *before;
    CellRankerInput input;
    for (const NodeIndex node : cdn.nodes) {
      const CompiledNode& compiled = snapshot_->node(node);
      if (wanted(compiled)) input.candidates.push_back(CandidateOf(*snapshot_, node));
    }
    input.clients = snapshot_->clients.get();
    input.nearness = snapshot_->nearness.get();
    input.measured = snapshot_->measured.get();
    input.count = kRankedNodesMax;
    if (before == nullptr || previous_->measured != snapshot_->measured) return RankCells(input);
    return RankCellsAgain(input, *before, MovedAmong(input.candidates));
  }

  std::vector<NodeIndex> MovedAmong(const std::vector<Candidate>& candidates) const {
    std::vector<NodeIndex> moved;
    for (const NodeIndex node : moved_nodes_) {
      const bool is_one = std::binary_search(
          candidates.begin(), candidates.end(), Candidate{.node = node},
          [](const Candidate& a, const Candidate& b) { return a.node < b.node; });
      if (is_one) moved.push_back(node);
    }
    return moved;
  }

  void AddScheduledNames() {
    for (const CompiledNode& node : snapshot_->nodes) endpoints_.push_back(&node.endpoint);
    memo_.emplace(snapshot_->clients.get(), endpoints_, snapshot_->nearness->equal_cost_us());
    if (previous_ != nullptr) {
      for (const CompiledName& name : previous_->names) memo_->Remember(*name.steering);
    }
    for (const Domain& domain : SortedByName(config_.domains)) {
      for (const ScheduledName& name : domain.scheduled_names) AddScheduledName(domain, name);
    }
    snapshot_->zones = previous_ != nullptr
                           ? previous_->zones
                           : zone::ZoneSet::Build(config_.domains, snapshot_->name_index);
  }

  void AddScheduledName(const Domain& domain, const ScheduledName& name) {
    CompiledName& compiled = snapshot_->names.emplace_back();
    compiled.name = absl::AsciiStrToLower(
        name.name == "@" ? domain.name : absl::StrCat(name.name, ".", domain.name));
    compiled.ttl_s = name.ttl_s;
    compiled.answers_max = name.answers;
    compiled.cdn = *snapshot_->FindCdn(name.cdn);
    compiled.https = name.https;
    compiled.rules = name.rules;
    compiled.steering = KeepsAnswers(compiled.cdn, name)
                            ? previous_->names[snapshot_->names.size() - 1].steering
                            : SteeringFor(compiled.cdn, name, OverrideCnames(compiled.name, name));
    snapshot_->name_index[compiled.name] = static_cast<uint32_t>(snapshot_->names.size() - 1);
  }

  // Whether the previous snapshot's map for a name still holds.
  bool KeepsAnswers(CdnIndex cdn, const ScheduledName& name) const {
    if (is_changed_[cdn.value()]) return false;
    const auto moves = [this](const std::string& node) {
      return std::binary_search(moved_nodes_.begin(), moved_nodes_.end(),
                                *snapshot_->FindNode(node));
    };
    return std::none_of(name.rules.begin(), name.rules.end(), [&moves](const PlaceRule& rule) {
      return std::any_of(rule.nodes.begin(), rule.nodes.end(), moves);
    });
  }

  // By override: the alias that this name gives there. None at a zone's own name, where SOA and NS
  // stand (RFC 2181 §10.1).
  std::vector<std::string> OverrideCnames(const std::string& full_name,
                                          const ScheduledName& name) const {
    std::vector<std::string> cnames;
    if (name.name == "@") return cnames;
    for (const ClientOverride& override : snapshot_->clients->overrides()) {
      const auto& only = override.cname_for;
      const bool applies =
          only.empty() || std::find(only.begin(), only.end(), full_name) != only.end();
      cnames.push_back(applies ? override.cname : "");
    }
    return cnames;
  }

  // Names of one CDN that ask for the same share one map.
  std::shared_ptr<const SteeringMap> SteeringFor(CdnIndex cdn, const ScheduledName& name,
                                                 std::vector<std::string> override_cnames) {
    std::string key =
        absl::StrCat(cdn.value(), " ", name.answers, " ", static_cast<int>(name.spread), " ",
                     name.diverse, " ", name.by_load, " ", name.fallback_cname);
    for (const PlaceRule& rule : name.rules) {
      const ipdb::Location& m = rule.match;
      absl::StrAppend(&key, "\n", m.country, "/", m.region, "/", m.city, "/", m.isp, " ",
                      rule.cname, " ", absl::StrJoin(rule.nodes, " "));
    }
    absl::StrAppend(&key, "\n", absl::StrJoin(override_cnames, " "));
    std::shared_ptr<const SteeringMap>& shared = steering_[key];
    if (shared == nullptr) shared = BuildSteering(cdn, name, std::move(override_cnames));
    return shared;
  }

  std::shared_ptr<const SteeringMap> BuildSteering(CdnIndex cdn, const ScheduledName& name,
                                                   std::vector<std::string> override_cnames) {
    SteeringPolicy policy;
    policy.override_cnames = std::move(override_cnames);
    policy.answers_max = name.answers;
    policy.spread = name.spread;
    policy.diversity = name.diverse ? Diversity::kDiverse : Diversity::kAny;
    policy.by_load = name.by_load;
    policy.fallback_cname = CanonicalName(name.fallback_cname);
    for (const PlaceRule& rule : name.rules) {
      policy.rules.push_back({rule.match, RankByRule(rule), CanonicalName(rule.cname)});
    }
    return BuildSteeringMap({.ranking_v4 = RankingOf(cdn, Family::kV4),
                             .ranking_v6 = RankingOf(cdn, Family::kV6),
                             .memo = &*memo_},
                            policy);
  }

  // In the rule's order, what stands worse behind what stands better.
  std::vector<Ranked> RankByRule(const PlaceRule& rule) const {
    std::vector<Ranked> ranked;
    for (const std::string& node : rule.nodes) {
      const NodeIndex index = *snapshot_->FindNode(node);
      ranked.push_back({.node = index, .standing = snapshot_->node(index).standing});
    }
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const Ranked& a, const Ranked& b) { return a.standing < b.standing; });
    return ranked;
  }

  // The CDN's own ranking where all its nodes have the family; else one of those that do.
  const CellRankings* RankingOf(CdnIndex cdn, Family family) {
    CompiledCdn& compiled = snapshot_->cdns[cdn.value()];
    const auto has = [family](const CompiledNode& node) { return node.endpoint.Has(family); };
    if (std::all_of(compiled.nodes.begin(), compiled.nodes.end(),
                    [&](NodeIndex node) { return has(snapshot_->node(node)); })) {
      return &compiled.rankings;
    }
    const auto kept = family == Family::kV4 ? &CompiledCdn::rankings_v4 : &CompiledCdn::rankings_v6;
    CellRankings& rankings = compiled.*kept;
    if (rankings.empty()) rankings = RankAll(compiled, has, kept);
    return &rankings;
  }

  CompiledWeights Resolve(const std::vector<CdnWeight>& weights) const {
    CompiledWeights compiled;
    for (const CdnWeight& w : weights) {
      if (w.weight > 0) compiled.emplace_back(*snapshot_->FindCdn(w.cdn), w.weight);
    }
    return compiled;
  }

  void AddRatioRules() {
    for (const RatioRule& rule : SortedByName(config_.ratio_rules)) {
      CompiledRatioRule& compiled = snapshot_->ratio_rules.emplace_back();
      compiled.spec = rule;
      compiled.main = Resolve(rule.main);
      compiled.backup = Resolve(rule.backup.empty() ? rule.main : rule.backup);
      SetTargets(snapshot_->cdn_buckets, compiled);
    }
    std::stable_sort(snapshot_->ratio_rules.begin(), snapshot_->ratio_rules.end(),
                     [](const CompiledRatioRule& a, const CompiledRatioRule& b) {
                       return Specificity(a.spec.scope) > Specificity(b.spec.scope);
                     });
    snapshot_->ratio_index = RatioIndex(snapshot_->ratio_rules);
  }

  void AddPublishPoints() {
    for (const PublishPoint& point : config_.publish_points) {
      CompiledPublishPoint compiled;
      compiled.spec = point;
      for (const std::string& cdn : point.push_cdns) {
        compiled.push_cdns.push_back(*snapshot_->FindCdn(cdn));
      }
      AddTiers(compiled);
      SetQuality(compiled);
      SetLatency(compiled);
      snapshot_->publish_points.emplace(point.name, std::move(compiled));
    }
  }

  void AddTiers(CompiledPublishPoint& point) const {
    for (const TranscodeTemplate& tier : config_.transcode_templates) {
      const auto& wanted = point.spec.transcode_templates;
      if (std::find(wanted.begin(), wanted.end(), tier.name) != wanted.end()) {
        point.tiers.push_back(tier);
      }
    }
    std::sort(point.tiers.begin(), point.tiers.end(),
              [](const auto& a, const auto& b) { return a.tier < b.tier; });
  }

  // A policy may name tiers that this publish point does not offer: those are passed over.
  void SetQuality(CompiledPublishPoint& point) const {
    std::vector<Tier> offered;
    for (const TranscodeTemplate& tier : point.tiers) offered.push_back(tier.tier);
    point.middle_tier = MiddleTier(offered);
    point.default_tier = point.middle_tier;
    const auto& qualities = snapshot_->qualities;
    for (uint32_t i = 0; i < qualities.size(); ++i) {
      if (qualities[i].spec.name != point.spec.quality_policy) continue;
      point.quality = i;
      const Tier wanted = qualities[i].spec.default_tier;
      if (std::find(offered.begin(), offered.end(), wanted) != offered.end()) {
        point.default_tier = wanted;
      }
    }
  }

  void AddSwitches() {
    snapshot_->switches =
        SwitchBoard(config_.switches,
                    {.cdn = [this](absl::string_view name) { return snapshot_->FindCdn(name); },
                     .node = [this](absl::string_view name) { return snapshot_->FindNode(name); }});
  }

  void SetLatency(CompiledPublishPoint& point) const {
    for (const LatencyPolicy& policy : config_.latency_policies) {
      if (policy.name == point.spec.latency_policy) point.latency = SolveLatency(policy).value();
    }
  }

  const Config& config_;
  const LiveView& live_;
  const Snapshot* const previous_;
  std::shared_ptr<Snapshot> snapshot_;
  std::vector<const Endpoint*> endpoints_;                              // by NodeIndex
  std::map<std::string, std::shared_ptr<const SteeringMap>> steering_;  // by what names ask for
  std::vector<bool> is_changed_;                                        // by CdnIndex
  std::vector<NodeIndex> moved_nodes_;                                  // ascending
  std::optional<SteeringMemo> memo_;
};

}  // namespace

std::shared_ptr<const Snapshot> BuildSnapshot(const Config& config, const LiveView& live,
                                              std::shared_ptr<const ipdb::PrefixTable> places,
                                              const std::vector<MeasuredDelay>& delays,
                                              const Snapshot* previous) {
  NC_CHECK(places != nullptr);
  NC_CHECK(previous == nullptr ||
           (previous->places == places && previous->nodes.size() == config.nodes.size()));
  return Builder(config, live, std::move(places), previous).Build(delays);
}

}  // namespace nearcast::scheduler
