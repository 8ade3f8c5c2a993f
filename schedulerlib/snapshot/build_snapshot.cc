#include "schedulerlib/snapshot/build_snapshot.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "schedulerlib/live/vendor_domains.h"
#include "schedulerlib/place/endpoint.h"
#include "schedulerlib/place/rendezvous.h"
#include "schedulerlib/quality/tier_choice.h"
#include "schedulerlib/snapshot/changes.h"
#include "schedulerlib/snapshot/client_overrides.h"
#include "schedulerlib/snapshot/node_rankings.h"
#include "schedulerlib/snapshot/scheduled_names.h"
#include "schedulerlib/snapshot/switched_names.h"
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
          std::shared_ptr<const ipdb::PrefixTable> places, const Snapshot* previous, RunTasks run,
          absl::Time now)
      : config_(config),
        live_(live),
        previous_(previous),
        run_(run),
        now_(now),
        snapshot_(std::make_shared<Snapshot>()) {
    snapshot_->revision = config.revision;
    snapshot_->places = std::move(places);
  }

  std::shared_ptr<const Snapshot> Build(const std::vector<MeasuredDelay>& delays) {
    AddCdns();
    AddNodes();
    AddClients();
    AddNearness(delays);
    AddSwitches();
    const std::vector<Domain> domains = SortedByName(config_.domains);
    AddSwitchedPlaces(domains, previous_, now_, *snapshot_);
    const Changes changes = FindChanges(previous_, *snapshot_);
    RankNodes(domains, changes, run_, *snapshot_);
    JudgeOwnCdns();
    AddScheduledNames(domains, changes, run_, *snapshot_);
    ShortenTtls(now_, *snapshot_);
    AddZones();
    AddRatioRules();
    for (const QualityPolicy& policy : SortedByName(config_.quality_policies)) {
      snapshot_->qualities.push_back(CompileQuality(policy));
    }
    AddPublishPoints();
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
      compiled.play = JudgeCdn(cdn, CdnRole::kPlay, ChecksOf(cdn, CdnRole::kPlay));
      compiled.push = JudgeCdn(cdn, CdnRole::kPush, ChecksOf(cdn, CdnRole::kPush));
      snapshot_->cdn_buckets.push_back(
          {.hash = StableHash(cdn.name), .standing = compiled.play.standing});
    }
  }

  Health ChecksOf(const Cdn& cdn, CdnRole role) const {
    const auto at = live_.find(CdnRoleKey(cdn.name, role));
    return at == live_.end() ? Health::kUnknown : at->second.checks;
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
      SetPlayHosts(compiled);
      snapshot_->node_buckets.push_back({compiled.endpoint.hash, compiled.endpoint.weight});
    }
  }

  void SetPlayHosts(CompiledNode& node) const {
    if (snapshot_->cdn(node.cdn).spec.addressing != Addressing::kNodeAddress) return;
    for (const Family family : {Family::kV4, Family::kV6}) {
      node.play_hosts[static_cast<size_t>(family)] = {
          .host = WriteHost(node.endpoint, family, node.spec.http_port, kHttpPort),
          .rtmp_host = WriteHost(node.endpoint, family, node.spec.rtmp_port, kRtmpPort)};
    }
  }

  void JudgeOwnCdns() {
    for (size_t i = 0; i < snapshot_->cdns.size(); ++i) {
      CompiledCdn& cdn = snapshot_->cdns[i];
      if (cdn.spec.kind != CdnKind::kOwn) continue;
      const JudgedCdn by_nodes = JudgeByNodes(cdn);
      if (by_nodes.standing <= cdn.play.standing) continue;
      cdn.play = cdn.push = by_nodes;
      snapshot_->cdn_buckets[i].standing = by_nodes.standing;
    }
  }

  JudgedCdn JudgeByNodes(const CompiledCdn& cdn) const {
    if (cdn.nodes.empty()) return {CdnStanding::kOut, CdnCause::kNoNodes};
    const bool serves = std::any_of(cdn.nodes.begin(), cdn.nodes.end(), [this](NodeIndex node) {
      return snapshot_->node(node).standing <= Standing::kFull;
    });
    return serves ? JudgedCdn() : JudgedCdn{CdnStanding::kLastResort, CdnCause::kNodes};
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

  void AddZones() {
    snapshot_->zones = previous_ != nullptr
                           ? previous_->zones
                           : zone::ZoneSet::Build(config_.domains, snapshot_->name_index);
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
    for (const TranscodeTemplate& tier : point.tiers) {
      if (tier.tier == Tier::kOrigin || tier.tier == Tier::kAo) continue;
      const bool is_pushed = tier.side == TranscodeSide::kPush;
      (is_pushed ? point.push_side_tiers : point.pull_side_tiers) |=
          1u << static_cast<uint32_t>(tier.tier);
    }
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
  const RunTasks run_;
  const absl::Time now_;
  std::shared_ptr<Snapshot> snapshot_;
};

}  // namespace

std::shared_ptr<const Snapshot> BuildSnapshot(const Config& config, const LiveView& live,
                                              std::shared_ptr<const ipdb::PrefixTable> places,
                                              const std::vector<MeasuredDelay>& delays,
                                              const Snapshot* previous, RunTasks run,
                                              absl::Time now) {
  NC_CHECK(places != nullptr);
  NC_CHECK(previous == nullptr ||
           (previous->places == places && previous->nodes.size() == config.nodes.size()));
  return Builder(config, live, std::move(places), previous, run, now).Build(delays);
}

}  // namespace nearcast::scheduler
