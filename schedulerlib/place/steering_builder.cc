#include "schedulerlib/place/steering_builder.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/types/span.h"

namespace nearcast::scheduler {
namespace {

std::array<uint8_t, 4> V4Bytes(const ipdb::IpAddress& address) {
  const uint32_t a = address.v4();
  return {static_cast<uint8_t>(a >> 24), static_cast<uint8_t>(a >> 16),
          static_cast<uint8_t>(a >> 8), static_cast<uint8_t>(a)};
}

std::array<uint8_t, 16> V6Bytes(const ipdb::IpAddress& address) {
  std::array<uint8_t, 16> bytes;
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<uint8_t>(absl::Uint128Low64(address.v6() >> (120 - 8 * i)));
  }
  return bytes;
}

// How many fields a rule asks for; -1 when it does not match.
int Fit(const ipdb::Location& match, const ipdb::Location& place) {
  int fields = 0;
  for (const auto& [wanted, found] :
       {std::pair{&match.country, &place.country}, std::pair{&match.region, &place.region},
        std::pair{&match.city, &place.city}, std::pair{&match.isp, &place.isp}}) {
    if (wanted->empty()) continue;
    if (*wanted != *found) return -1;
    ++fields;
  }
  return fields;
}

bool SomeStands(const std::vector<Ranked>& ranking) {
  return !ranking.empty() && ranking.front().standing <= Standing::kFull;
}

// A node that its prefix override names goes first, and may serve.
bool PinServes(const std::vector<Ranked>& ranking) {
  return SomeStands(ranking) && ranking.front().pinned;
}

class Builder {
 public:
  Builder(const SteeringInput& input, const SteeringPolicy& policy)
      : memo_(*input.memo),
        clients_(input.memo->clients()),
        draws_v4_(input.memo->DrawsOf(input.ranking_v4, policy.answers_max, policy.by_load,
                                      policy.diversity)),
        draws_v6_(input.memo->DrawsOf(input.ranking_v6, policy.answers_max, policy.by_load,
                                      policy.diversity)),
        policy_(policy),
        is_off_(input.is_off),
        map_(std::make_shared<SteeringMap>()) {
    map_->spread = policy.spread;
    map_->divisions = input.divisions;
  }

  std::shared_ptr<SteeringMap> Build() {
    const size_t cells = clients_.cell_count();
    map_->group_of_cell.reserve(cells);
    map_->cause_of_cell.resize(cells);
    for (uint32_t cell = 0; cell < cells; ++cell) map_->group_of_cell.push_back(GroupOf(cell));
    if (map_->divisions != nullptr) {
      for (const DividedCell& cell : map_->divisions->cells) Divide(cell);
      map_->group_of_cell.resize(map_->divisions->client_cells);
    }
    return map_;
  }

 private:
  using Nodes = std::span<const NodeIndex>;

  // Whom an answer names, with IPv4 and with IPv6 addresses; UINT32_MAX fills up.
  template <size_t kAnswers>
  using NodesKey = std::array<uint32_t, 2 * kAnswers>;
  static constexpr size_t kFewAnswers = 4;
  static constexpr size_t kManyAnswers = 16;  // Validate sees to it

  uint32_t GroupOf(uint32_t cell) {
    const std::vector<Ranked>& v4 = draws_v4_.ranking(cell);
    const std::vector<Ranked>& v6 = draws_v6_.ranking(cell);
    SteeringCause& cause = map_->cause_of_cell[cell];
    if (PinServes(v4) || PinServes(v6)) {
      cause.kind = SteeringCause::Kind::kOverrideNodes;
      return GroupByRanking(cell);
    }
    if (const std::string* alias = OverrideAlias(cell)) {
      cause.kind = SteeringCause::Kind::kOverrideAlias;
      return AliasGroup(*alias);
    }
    if (const CompiledPlaceRule* rule =
            FindRule(policy_.rules, clients_.location(ipdb::CellId(cell)))) {
      cause.kind = SteeringCause::Kind::kPlaceRule;
      cause.rule = static_cast<uint32_t>(rule - policy_.rules.data());
      if (!rule->cname.empty()) return AliasGroup(rule->cname);
      return OneSlot(ChooseByRule(*rule, cell, Family::kV4),
                     ChooseByRule(*rule, cell, Family::kV6));
    }
    if (!policy_.fallback_cname.empty() && !SomeStands(v4) && !SomeStands(v6)) {
      cause.kind = SteeringCause::Kind::kFallbackAlias;
      return AliasGroup(policy_.fallback_cname);
    }
    return GroupByRanking(cell);
  }

  uint32_t GroupByRanking(uint32_t cell) {
    const bool one_choice =
        draws_v4_.EquallyNearTo(cell) <= 1 && draws_v6_.EquallyNearTo(cell) <= 1;
    if (policy_.spread == Spread::kPlace || one_choice) {
      return OneSlot(draws_v4_.OfCell(cell), draws_v6_.OfCell(cell));
    }
    return ManySlots(draws_v4_.ChoiceOf(cell), draws_v6_.ChoiceOf(cell));
  }

  const std::string* OverrideAlias(uint32_t cell) const {
    const ClientOverride* override = clients_.override_of(ipdb::CellId(cell));
    if (override == nullptr) return nullptr;
    const size_t index = static_cast<size_t>(override - clients_.overrides().data());
    if (index >= policy_.override_cnames.size()) return nullptr;
    const std::string& alias = policy_.override_cnames[index];
    return alias.empty() ? nullptr : &alias;
  }

  // Those of the rule's nodes that stand best, in its order.
  std::vector<NodeIndex> ChooseByRule(const CompiledPlaceRule& rule, uint32_t cell,
                                      Family family) const {
    std::vector<NodeIndex> chosen;
    Standing best = Standing::kDown;
    for (const Ranked& ranked : rule.nodes) {
      if (!memo_.endpoints()[ranked.node.value()]->Has(family)) continue;
      const Standing standing = StandingIn(cell, ranked);
      if (standing > best || (standing == best && chosen.size() == policy_.answers_max)) continue;
      if (standing < best) chosen.clear();
      best = standing;
      chosen.push_back(ranked.node);
    }
    return chosen;
  }

  Standing StandingIn(uint32_t cell, const Ranked& ranked) const {
    const bool off = is_off_ != nullptr && is_off_(cell, ranked.node);
    return off ? std::max(ranked.standing, Standing::kOff) : ranked.standing;
  }

  // Its parts' answers are there: gives each of its clients that of the own part.
  void Divide(const DividedCell& cell) {
    std::vector<uint32_t> parts;
    for (uint32_t i = 0; i < cell.parts; ++i) {
      parts.push_back(map_->group_of_cell[cell.CellOfPart(i)]);
    }
    if (std::all_of(parts.begin(), parts.end(), [&](uint32_t g) { return g == parts[0]; })) return;
    const auto [at, is_new] =
        divided_groups_.try_emplace({cell.division, parts}, map_->groups.size());
    if (is_new) {
      map_->groups.push_back({static_cast<uint32_t>(map_->slots.size()), AnswerGroup::kDivided});
      map_->slots.push_back(cell.division);
      map_->slots.insert(map_->slots.end(), parts.begin(), parts.end());
    }
    map_->group_of_cell[cell.cell] = at->second;
  }

  // The answer that names the first of these.
  uint32_t AnswerIndex(Nodes v4, Nodes v6) {
    v4 = v4.first(std::min<size_t>(v4.size(), policy_.answers_max));
    v6 = v6.first(std::min<size_t>(v6.size(), policy_.answers_max));
    return std::max(v4.size(), v6.size()) <= kFewAnswers
               ? AnswerIndex<kFewAnswers>(v4, v6, answer_of_few_)
               : AnswerIndex<kManyAnswers>(v4, v6, answer_of_many_);
  }

  template <size_t kAnswers, typename Known>
  uint32_t AnswerIndex(Nodes v4, Nodes v6, Known& known_answers) {
    NodesKey<kAnswers> key;
    key.fill(UINT32_MAX);
    for (size_t i = 0; i < v4.size(); ++i) key[i] = v4[i].value();
    for (size_t i = 0; i < v6.size(); ++i) key[kAnswers + i] = v6[i].value();
    const auto [known, is_new] =
        known_answers.try_emplace(key, static_cast<uint32_t>(map_->answers.size()));
    if (!is_new) return known->second;
    NameAnswer answer;
    answer.ipv4.reserve(v4.size());
    for (const NodeIndex node : v4) {
      for (const ipdb::IpAddress& address : memo_.endpoints()[node.value()]->addresses) {
        if (address.is_v4()) answer.ipv4.push_back(V4Bytes(address));
      }
    }
    answer.ipv6.reserve(v6.size());
    for (const NodeIndex node : v6) {
      for (const ipdb::IpAddress& address : memo_.endpoints()[node.value()]->addresses) {
        if (!address.is_v4()) answer.ipv6.push_back(V6Bytes(address));
      }
    }
    const Nodes named = v4.empty() ? v6 : v4;
    answer.nodes.assign(named.begin(), named.end());
    if (memo_.addresses_differ()) {
      map_->answers.push_back(std::move(answer));
    } else {
      known->second = AnswerIndex(std::move(answer));
    }
    return known->second;
  }

  uint32_t AnswerIndex(NameAnswer answer) {
    AnswerKey key{answer.ipv4, answer.ipv6, answer.nodes, answer.cname};
    const auto [at, is_new] = answer_index_.try_emplace(std::move(key), map_->answers.size());
    if (is_new) map_->answers.push_back(std::move(answer));
    return at->second;
  }

  uint32_t AliasGroup(const std::string& cname) {
    NameAnswer answer;
    answer.cname = cname;
    return OneSlot(AnswerIndex(std::move(answer)));
  }

  uint32_t OneSlot(Nodes v4, Nodes v6) { return OneSlot(AnswerIndex(v4, v6)); }

  uint32_t OneSlot(uint32_t answer) {
    const auto [at, is_new] = one_slot_groups_.try_emplace(answer, map_->groups.size());
    if (is_new) {
      map_->groups.push_back({static_cast<uint32_t>(map_->slots.size()), 1});
      map_->slots.push_back(answer);
    }
    return at->second;
  }

  uint32_t ManySlots(uint32_t choice_v4, uint32_t choice_v6) {
    const auto [at, is_new] =
        many_slot_groups_.try_emplace({choice_v4, choice_v6}, map_->groups.size());
    if (!is_new) return at->second;
    map_->groups.push_back({static_cast<uint32_t>(map_->slots.size()), kSteeringSlots});
    for (uint32_t slot = 0; slot < kSteeringSlots; ++slot) {
      map_->slots.push_back(
          AnswerIndex(draws_v4_.OfSlot(choice_v4, slot), draws_v6_.OfSlot(choice_v6, slot)));
    }
    return at->second;
  }

  using AnswerKey =
      std::tuple<std::vector<std::array<uint8_t, 4>>, std::vector<std::array<uint8_t, 16>>,
                 std::vector<NodeIndex>, std::string>;

  SteeringMemo& memo_;
  const ClientTable& clients_;
  Draws& draws_v4_;
  Draws& draws_v6_;
  const SteeringPolicy& policy_;
  const std::function<bool(uint32_t cell, NodeIndex node)>& is_off_;
  std::shared_ptr<SteeringMap> map_;
  absl::flat_hash_map<NodesKey<kFewAnswers>, uint32_t> answer_of_few_;
  absl::flat_hash_map<NodesKey<kManyAnswers>, uint32_t> answer_of_many_;
  std::map<AnswerKey, uint32_t> answer_index_;
  absl::flat_hash_map<uint32_t, uint32_t> one_slot_groups_;
  absl::flat_hash_map<std::pair<uint32_t, uint32_t>, uint32_t> many_slot_groups_;
  // By division and the parts' groups.
  std::map<std::pair<uint32_t, std::vector<uint32_t>>, uint32_t> divided_groups_;
};

}  // namespace

const CompiledPlaceRule* FindRule(const std::vector<CompiledPlaceRule>& rules,
                                  const ipdb::Location& place) {
  const CompiledPlaceRule* best = nullptr;
  int best_fields = -1;
  for (const CompiledPlaceRule& rule : rules) {
    const int fields = Fit(rule.match, place);
    if (fields <= best_fields) continue;
    best = &rule;
    best_fields = fields;
  }
  return best;
}

bool AddressesDiffer(std::span<const Endpoint* const> endpoints) {
  absl::flat_hash_set<ipdb::IpAddress> seen;
  return std::all_of(endpoints.begin(), endpoints.end(), [&seen](const Endpoint* endpoint) {
    return std::all_of(
        endpoint->addresses.begin(), endpoint->addresses.end(),
        [&seen](const ipdb::IpAddress& address) { return seen.insert(address).second; });
  });
}

Draws& SteeringMemo::DrawsOf(const CellRankings* rankings, uint32_t answers_max, bool by_load,
                             Diversity diversity) {
  // Few answers are the rule; the first ones of many are the same.
  constexpr uint32_t kMany = 16;
  const uint32_t nodes_max = answers_max <= kFewDrawn ? kFewDrawn : std::max(answers_max, kMany);
  const DrawTerms terms{.rankings = rankings,
                        .clients = clients_,
                        .endpoints = endpoints_,
                        .nodes_max = nodes_max,
                        .by_load = by_load,
                        .diversity = diversity,
                        .equal_cost_us = equal_cost_us_};
  Draws* plain = diversity == Diversity::kAny
                     ? nullptr
                     : &DrawsOf(rankings, answers_max, by_load, Diversity::kAny);
  return draws_.try_emplace({rankings, nodes_max, by_load, diversity}, terms, plain).first->second;
}

std::shared_ptr<SteeringMap> BuildSteeringMap(const SteeringInput& input,
                                              const SteeringPolicy& policy) {
  return Builder(input, policy).Build();
}

void AddRuns(const ClientTable& clients, std::span<const SteeringMap* const> known, RunTasks run,
             std::span<SteeringMap* const> maps) {
  // By groups: the map that has their runs.
  absl::flat_hash_map<absl::Span<const uint32_t>, const SteeringMap*> owners;
  for (const SteeringMap* map : known) owners.try_emplace(map->group_of_cell, map);
  std::vector<SteeringMap*> to_run;
  for (SteeringMap* map : maps) {
    if (owners.try_emplace(map->group_of_cell, map).second) to_run.push_back(map);
  }
  run(to_run.size(), [&clients, &to_run](size_t i) {
    SteeringMap& map = *to_run[i];
    const auto group_of = [&map](uint32_t cell) { return map.group_of_cell[cell]; };
    map.v4 = clients.v4().MapValues(group_of);
    map.v6 = clients.v6().MapValues(group_of);
  });
  for (SteeringMap* map : maps) {
    const SteeringMap& owner = *owners.at(map->group_of_cell);
    if (&owner == map) continue;
    map->v4 = owner.v4;
    map->v6 = owner.v6;
  }
}

}  // namespace nearcast::scheduler
