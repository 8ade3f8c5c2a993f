#include "schedulerlib/snapshot/scheduled_names.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "schedulerlib/place/steering_builder.h"
#include "schedulerlib/snapshot/client_overrides.h"
#include "schedulerlib/snapshot/node_rankings.h"

namespace nearcast::scheduler {
namespace {

// One distinct map, and who answers by it.
struct MapPlan {
  const ScheduledName* spec = nullptr;  // of one of them
  std::vector<std::string> override_cnames;
  std::vector<uint32_t> names;  // places in Snapshot::names
  std::shared_ptr<SteeringMap> map;
};

// Maps that share draws: of one CDN, with few or many answers, by one kind of weight.
using DrawsKey = std::tuple<CdnIndex, bool, bool>;
using MapPlans = std::map<std::string, MapPlan>;  // by what names ask for

class Builder {
 public:
  Builder(const Changes& changes, Snapshot& snapshot) : changes_(changes), snapshot_(snapshot) {
    for (const CompiledNode& node : snapshot.nodes) endpoints_.push_back(&node.endpoint);
    addresses_differ_ = AddressesDiffer(endpoints_);
  }

  void Add(const Domain& domain, const ScheduledName& name) {
    const auto at = static_cast<uint32_t>(snapshot_.names.size());
    CompiledName& compiled = snapshot_.names.emplace_back();
    compiled.name = absl::AsciiStrToLower(
        name.name == "@" ? domain.name : absl::StrCat(name.name, ".", domain.name));
    compiled.ttl_s = compiled.declared_ttl_s = name.ttl_s;
    compiled.answers_max = name.answers;
    compiled.cdn = *snapshot_.FindCdn(name.cdn);
    compiled.https = name.https;
    compiled.rules = name.rules;
    snapshot_.name_index[compiled.name] = at;
    if (KeepsAnswers(compiled.cdn, name)) {
      compiled.steering = changes_.previous->names[at].steering;
    } else {
      Plan(at, name);
    }
  }

  void BuildMaps(RunTasks run) {
    std::vector<std::pair<CdnIndex, std::vector<MapPlan*>>> alike;
    for (auto& [key, plans] : plans_) {
      alike.emplace_back(std::get<CdnIndex>(key), std::vector<MapPlan*>());
      for (auto& [asked, plan] : plans) alike.back().second.push_back(&plan);
    }
    run(alike.size(), [this, &alike](size_t i) { BuildAlike(alike[i].first, alike[i].second); });
    ShareRuns(run);
    for (const auto& [key, plans] : plans_) {
      for (const auto& [asked, plan] : plans) {
        for (const uint32_t at : plan.names) snapshot_.names[at].steering = plan.map;
      }
    }
  }

 private:
  // Whether the previous snapshot's map for a name still holds.
  bool KeepsAnswers(CdnIndex cdn, const ScheduledName& name) const {
    if (changes_.previous == nullptr || changes_.concerns(cdn)) return false;
    const auto moves = [this](const std::string& node) {
      return std::binary_search(changes_.moved_nodes.begin(), changes_.moved_nodes.end(),
                                *snapshot_.FindNode(node));
    };
    return std::none_of(name.rules.begin(), name.rules.end(), [&moves](const PlaceRule& rule) {
      return std::any_of(rule.nodes.begin(), rule.nodes.end(), moves);
    });
  }

  void Plan(uint32_t at, const ScheduledName& name) {
    const CompiledName& compiled = snapshot_.names[at];
    std::vector<std::string> override_cnames = OverrideCnames(compiled.name, name);
    std::string asked = absl::StrCat(name.answers, " ", static_cast<int>(name.spread), " ",
                                     name.diverse, " ", name.fallback_cname);
    for (const PlaceRule& rule : name.rules) {
      const ipdb::Location& m = rule.match;
      absl::StrAppend(&asked, "\n", m.country, "/", m.region, "/", m.city, "/", m.isp, " ",
                      rule.cname, " ", absl::StrJoin(rule.nodes, " "));
    }
    absl::StrAppend(&asked, "\n", absl::StrJoin(override_cnames, " "));
    MapPlan& plan = plans_[{compiled.cdn, name.answers > kFewDrawn, name.by_load}][asked];
    plan.spec = &name;
    plan.override_cnames = std::move(override_cnames);
    plan.names.push_back(at);
  }

  // By override: the alias that this name gives there. None at a zone's own name, where SOA and NS
  // stand (RFC 2181 §10.1).
  std::vector<std::string> OverrideCnames(const std::string& full_name,
                                          const ScheduledName& name) const {
    std::vector<std::string> cnames;
    if (name.name == "@") return cnames;
    for (const ClientOverride& override : snapshot_.clients->overrides()) {
      const auto& only = override.cname_for;
      const bool applies =
          only.empty() || std::find(only.begin(), only.end(), full_name) != only.end();
      cnames.push_back(applies ? override.cname : "");
    }
    return cnames;
  }

  void BuildAlike(CdnIndex cdn, const std::vector<MapPlan*>& plans) const {
    SteeringMemo memo(&snapshot_.ClientsOfNames(cdn), endpoints_, addresses_differ_,
                      snapshot_.nearness->equal_cost_us());
    SteeringInput input{.ranking_v4 = RankingsOfNames(snapshot_, cdn, Family::kV4),
                        .ranking_v6 = RankingsOfNames(snapshot_, cdn, Family::kV6),
                        .memo = &memo,
                        .divisions = nullptr,
                        .is_off = nullptr};
    if (snapshot_.is_switched[cdn.value()]) {
      input.divisions = snapshot_.switched->divisions();
      input.is_off = [this](uint32_t cell, NodeIndex node) {
        const OffTable* const off = snapshot_.switched->OffOf(snapshot_.node(node).cdn);
        return off != nullptr && off->Of(cell).Has(node);
      };
    }
    for (MapPlan* plan : plans) plan->map = BuildSteeringMap(input, PolicyOf(*plan));
  }

  void ShareRuns(RunTasks run) const {
    std::vector<const SteeringMap*> known;
    if (changes_.previous != nullptr) {
      for (const CompiledName& name : changes_.previous->names)
        known.push_back(name.steering.get());
    }
    std::vector<SteeringMap*> maps;
    for (const auto& [key, plans] : plans_) {
      for (const auto& [asked, plan] : plans) maps.push_back(plan.map.get());
    }
    AddRuns(*snapshot_.clients, known, run, maps);
  }

  SteeringPolicy PolicyOf(const MapPlan& plan) const {
    const ScheduledName& name = *plan.spec;
    SteeringPolicy policy;
    policy.override_cnames = plan.override_cnames;
    policy.answers_max = name.answers;
    policy.spread = name.spread;
    policy.diversity = name.diverse ? Diversity::kDiverse : Diversity::kAny;
    policy.by_load = name.by_load;
    policy.fallback_cname = CanonicalName(name.fallback_cname);
    for (const PlaceRule& rule : name.rules) {
      policy.rules.push_back({rule.match, RankByRule(rule), CanonicalName(rule.cname)});
    }
    return policy;
  }

  // In the rule's order, what stands worse behind what stands better.
  std::vector<Ranked> RankByRule(const PlaceRule& rule) const {
    std::vector<Ranked> ranked;
    for (const std::string& node : rule.nodes) {
      const NodeIndex index = *snapshot_.FindNode(node);
      ranked.push_back({.node = index, .standing = snapshot_.node(index).standing});
    }
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const Ranked& a, const Ranked& b) { return a.standing < b.standing; });
    return ranked;
  }

  const Changes& changes_;
  Snapshot& snapshot_;
  std::vector<const Endpoint*> endpoints_;  // by NodeIndex
  bool addresses_differ_;
  std::map<DrawsKey, MapPlans> plans_;
};

}  // namespace

void AddScheduledNames(const std::vector<Domain>& domains, const Changes& changes, RunTasks run,
                       Snapshot& snapshot) {
  Builder builder(changes, snapshot);
  for (const Domain& domain : domains) {
    for (const ScheduledName& name : domain.scheduled_names) builder.Add(domain, name);
  }
  builder.BuildMaps(run);
}

}  // namespace nearcast::scheduler
