#include "schedulerlib/snapshot/build_snapshot.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
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
    std::vector<Candidate> candidates;
    for (const NodeIndex index : cdn.nodes) {
      const CompiledNode& node = snapshot_->node(index);
      candidates.push_back(
          {index, node.spec.location, node.spec.announces, node.standing, node.load_penalty_us});
    }
    const size_t cells = snapshot_->places->cell_count();
    cdn.ranking_of_cell.reserve(cells);
    for (uint32_t cell = 0; cell < cells; ++cell) {
      CellRanking ranking =
          RankBest(snapshot_->places->location(ipdb::CellId(cell)), candidates, kRankedNodesMax);
      ranking.shrink_to_fit();
      cdn.ranking_of_cell.push_back(std::move(ranking));
    }
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
    compiled.steering =
        BuildSteeringMap(snapshot_->cdn(compiled.cdn).ranking_of_cell, endpoints_,
                         *snapshot_->places, StableHash(compiled.name), compiled.answers_max);
    snapshot_->name_index[compiled.name] = static_cast<uint32_t>(snapshot_->names.size() - 1);
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
  std::vector<const Endpoint*> endpoints_;  // by NodeIndex
};

}  // namespace

std::shared_ptr<const Snapshot> BuildSnapshot(const Config& config, const LiveView& live,
                                              std::shared_ptr<const ipdb::PrefixTable> places) {
  NC_CHECK(places != nullptr);
  return Builder(config, live, std::move(places)).Build();
}

}  // namespace nearcast::scheduler
