#include "schedulerlib/snapshot/build_snapshot.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "schedulerlib/place/rendezvous.h"
#include "schedulerlib/place/steering_builder.h"
#include "schedulerlib/split/ratio.h"

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
          std::shared_ptr<const ipdb::PrefixTable> places)
      : config_(config), live_(live), snapshot_(std::make_shared<Snapshot>()) {
    snapshot_->revision = config.revision;
    snapshot_->places = std::move(places);
  }

  std::shared_ptr<const Snapshot> Build() {
    AddCdns();
    AddNodes();
    RankNodes();
    AddScheduledNames();
    AddRatioRules();
    AddPublishPoints();
    for (const Account& account : config_.accounts) {
      snapshot_->accounts.emplace(account.account_id, account);
    }
    snapshot_->health_checks = config_.health_checks;
    return snapshot_;
  }

 private:
  void AddCdns() {
    for (const Cdn& cdn : SortedByName(config_.cdns)) {
      CompiledCdn& compiled = snapshot_->cdns.emplace_back();
      compiled.spec = cdn;
      snapshot_->cdn_buckets.push_back(
          {.hash = StableHash(cdn.name),
           .standing = cdn.disabled ? CdnStanding::kOut : CdnStanding::kUsable});
    }
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
      if (!cdn.spec.disabled) snapshot_->cdn_buckets[i].standing = StandingOfOwn(cdn);
    }
  }

  CdnStanding StandingOfOwn(const CompiledCdn& cdn) const {
    if (cdn.nodes.empty()) return CdnStanding::kOut;
    const bool serves = std::any_of(cdn.nodes.begin(), cdn.nodes.end(), [this](NodeIndex node) {
      return snapshot_->node(node).standing <= Standing::kFull;
    });
    return serves ? CdnStanding::kUsable : CdnStanding::kLastResort;
  }

  void RankNodesOf(CompiledCdn& cdn) {
    cdn.ranking_of_cell = RankAll(cdn, [](const CompiledNode&) { return true; });
  }

  // Every cell's ranking of those nodes of a CDN that `wanted` takes.
  template <typename Wanted>
  CellRankings RankAll(const CompiledCdn& cdn, Wanted wanted) const {
    std::vector<Candidate> candidates;
    for (const NodeIndex index : cdn.nodes) {
      const CompiledNode& node = snapshot_->node(index);
      if (!wanted(node)) continue;
      candidates.push_back(
          {index, node.spec.location, node.spec.announces, node.standing, node.load_penalty_us});
    }
    CellRankings rankings;
    const size_t cells = snapshot_->places->cell_count();
    rankings.reserve(cells);
    for (uint32_t cell = 0; cell < cells; ++cell) {
      CellRanking ranking =
          RankBest(snapshot_->places->location(ipdb::CellId(cell)), candidates, kRankedNodesMax);
      ranking.shrink_to_fit();
      rankings.push_back(std::move(ranking));
    }
    return rankings;
  }

  void AddScheduledNames() {
    for (const CompiledNode& node : snapshot_->nodes) endpoints_.push_back(&node.endpoint);
    for (const Domain& domain : SortedByName(config_.domains)) {
      for (const ScheduledName& name : domain.scheduled_names) AddScheduledName(domain, name);
    }
    snapshot_->zones = zone::ZoneSet::Build(config_.domains, snapshot_->name_index);
  }

  void AddScheduledName(const Domain& domain, const ScheduledName& name) {
    CompiledName& compiled = snapshot_->names.emplace_back();
    compiled.name = absl::AsciiStrToLower(
        name.name == "@" ? domain.name : absl::StrCat(name.name, ".", domain.name));
    compiled.ttl_s = name.ttl_s;
    compiled.answers_max = name.answers;
    compiled.cdn = *snapshot_->FindCdn(name.cdn);
    compiled.https = name.https;
    compiled.steering = SteeringFor(compiled.cdn, name);
    snapshot_->name_index[compiled.name] = static_cast<uint32_t>(snapshot_->names.size() - 1);
  }

  // Names of one CDN that ask for the same share one map.
  std::shared_ptr<const SteeringMap> SteeringFor(CdnIndex cdn, const ScheduledName& name) {
    std::string key =
        absl::StrCat(cdn.value(), " ", name.answers, " ", static_cast<int>(name.spread), " ",
                     name.diverse, " ", name.by_load, " ", name.fallback_cname);
    for (const PlaceRule& rule : name.rules) {
      const ipdb::Location& m = rule.match;
      absl::StrAppend(&key, "\n", m.country, "/", m.region, "/", m.city, "/", m.isp, " ",
                      rule.cname, " ", absl::StrJoin(rule.nodes, " "));
    }
    std::shared_ptr<const SteeringMap>& shared = steering_[key];
    if (shared == nullptr) shared = BuildSteering(cdn, name);
    return shared;
  }

  std::shared_ptr<const SteeringMap> BuildSteering(CdnIndex cdn, const ScheduledName& name) {
    SteeringPolicy policy;
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
                             .endpoints = endpoints_,
                             .places = snapshot_->places.get()},
                            policy);
  }

  static std::string CanonicalName(const std::string& name) {
    return absl::AsciiStrToLower(absl::StripSuffix(name, "."));
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
    const CompiledCdn& compiled = snapshot_->cdn(cdn);
    const auto has = [family](const CompiledNode& node) { return node.endpoint.Has(family); };
    if (std::all_of(compiled.nodes.begin(), compiled.nodes.end(),
                    [&](NodeIndex node) { return has(snapshot_->node(node)); })) {
      return &compiled.ranking_of_cell;
    }
    CellRankings& rankings = family_rankings_[{cdn, family}];
    if (rankings.empty()) rankings = RankAll(compiled, has);
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
    }
    std::stable_sort(snapshot_->ratio_rules.begin(), snapshot_->ratio_rules.end(),
                     [](const CompiledRatioRule& a, const CompiledRatioRule& b) {
                       return Specificity(a.spec.scope) > Specificity(b.spec.scope);
                     });
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
    const auto offers = [&point](Tier tier) {
      return std::any_of(point.tiers.begin(), point.tiers.end(),
                         [tier](const TranscodeTemplate& t) { return t.tier == tier; });
    };
    point.default_tier = MiddleTier(point.tiers);
    for (const QualityPolicy& policy : config_.quality_policies) {
      if (policy.name != point.spec.quality_policy) continue;
      point.policy_sets_default = offers(policy.default_tier);
      if (point.policy_sets_default) point.default_tier = policy.default_tier;
      for (const GradeRule& rule : policy.by_grade) {
        if (offers(rule.tier)) point.by_grade.push_back(rule);
      }
    }
    std::stable_sort(
        point.by_grade.begin(), point.by_grade.end(),
        [](const GradeRule& a, const GradeRule& b) { return a.grade_max < b.grade_max; });
  }

  // Of the tiers for ordinary watching (md and ao are for special cases); the better of two in the
  // middle.
  static Tier MiddleTier(const std::vector<TranscodeTemplate>& tiers) {
    const auto ordinary = std::count_if(
        tiers.begin(), tiers.end(), [](const TranscodeTemplate& t) { return t.tier < Tier::kMd; });
    return ordinary > 0 ? tiers[(ordinary - 1) / 2].tier : tiers.front().tier;
  }

  const Config& config_;
  const LiveView& live_;
  std::shared_ptr<Snapshot> snapshot_;
  std::vector<const Endpoint*> endpoints_;                              // by NodeIndex
  std::map<std::string, std::shared_ptr<const SteeringMap>> steering_;  // by what names ask for
  std::map<std::pair<CdnIndex, Family>, CellRankings> family_rankings_;
};

}  // namespace

std::shared_ptr<const Snapshot> BuildSnapshot(const Config& config, const LiveView& live,
                                              std::shared_ptr<const ipdb::PrefixTable> places) {
  NC_CHECK(places != nullptr);
  return Builder(config, live, std::move(places)).Build();
}

}  // namespace nearcast::scheduler
