#include "schedulerlib/place/steering_builder.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schedulerlib/place/rendezvous.h"

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

// The same for every table that knows the place, however it numbers its cells.
uint64_t HashOf(const ipdb::Location& place) {
  return StableHash(
      absl::StrCat(place.country, "/", place.region, "/", place.city, "/", place.isp));
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

// A ranking as far as choices depend on it: which nodes may be chosen, and how many are alike.
using Choice = std::pair<size_t, std::vector<NodeIndex>>;

Choice ChoiceOf(const std::vector<Ranked>& ranking) {
  Choice choice{EquallyNear(ranking), {}};
  for (const Ranked& ranked : ranking) {
    if (ranked.standing == ranking[0].standing) choice.second.push_back(ranked.node);
  }
  return choice;
}

class Builder {
 public:
  Builder(const SteeringInput& input, const SteeringPolicy& policy)
      : input_(input), policy_(policy), map_(std::make_shared<SteeringMap>()) {
    map_->spread = policy.spread;
  }

  std::shared_ptr<const SteeringMap> Build() {
    const size_t cells = input_.places->cell_count();
    map_->group_of_cell.reserve(cells);
    for (uint32_t cell = 0; cell < cells; ++cell) map_->group_of_cell.push_back(GroupOf(cell));
    const auto group_of = [this](uint32_t cell) { return map_->group_of_cell[cell]; };
    map_->v4 = input_.places->v4().MapValues(group_of);
    map_->v6 = input_.places->v6().MapValues(group_of);
    return map_;
  }

 private:
  uint32_t GroupOf(uint32_t cell) {
    const ipdb::Location& place = input_.places->location(ipdb::CellId(cell));
    const std::vector<Ranked>& v4 = (*input_.ranking_v4)[cell];
    const std::vector<Ranked>& v6 = (*input_.ranking_v6)[cell];
    if (const CompiledPlaceRule* rule = FindRule(place)) {
      if (!rule->cname.empty()) return AliasGroup(rule->cname);
      return OneSlot(Answer(ChooseByRule(*rule, Family::kV4), ChooseByRule(*rule, Family::kV6)));
    }
    if (!policy_.fallback_cname.empty() && !SomeStands(v4) && !SomeStands(v6)) {
      return AliasGroup(policy_.fallback_cname);
    }
    const bool one_choice = EquallyNear(v4) <= 1 && EquallyNear(v6) <= 1;
    if (policy_.spread == Spread::kPlace || one_choice) return OneSlot(Draw(v4, v6, HashOf(place)));
    return ManySlots(v4, v6);
  }

  // The one with the most fields; of these the first.
  const CompiledPlaceRule* FindRule(const ipdb::Location& place) const {
    const CompiledPlaceRule* best = nullptr;
    int best_fields = -1;
    for (const CompiledPlaceRule& rule : policy_.rules) {
      const int fields = Fit(rule.match, place);
      if (fields <= best_fields) continue;
      best = &rule;
      best_fields = fields;
    }
    return best;
  }

  std::vector<NodeIndex> ChooseByRule(const CompiledPlaceRule& rule, Family family) const {
    std::vector<NodeIndex> chosen;
    Standing best = Standing::kUsable;
    for (const Ranked& ranked : rule.nodes) {
      if (!input_.endpoints[ranked.node.value()]->Has(family)) continue;
      if (chosen.empty()) best = ranked.standing;
      if (chosen.size() == policy_.answers_max || ranked.standing != best) break;
      chosen.push_back(ranked.node);
    }
    return chosen;
  }

  NameAnswer Draw(const std::vector<Ranked>& v4, const std::vector<Ranked>& v6,
                  uint64_t key) const {
    const auto choose = [this, key](const std::vector<Ranked>& ranking) {
      const auto traits_of = [this](NodeIndex node) {
        const Endpoint& endpoint = *input_.endpoints[node.value()];
        return NodeTraits{.hash = endpoint.hash,
                          .weight = policy_.by_load ? endpoint.load_weight : endpoint.weight,
                          .location = &endpoint.location};
      };
      return ChooseNodes(ranking, traits_of, key, policy_.answers_max, policy_.diversity);
    };
    return Answer(choose(v4), choose(v6));
  }

  NameAnswer Answer(std::vector<NodeIndex> v4, std::vector<NodeIndex> v6) const {
    NameAnswer answer;
    for (const NodeIndex node : v4) {
      for (const ipdb::IpAddress& address : input_.endpoints[node.value()]->addresses) {
        if (address.is_v4()) answer.ipv4.push_back(V4Bytes(address));
      }
    }
    for (const NodeIndex node : v6) {
      for (const ipdb::IpAddress& address : input_.endpoints[node.value()]->addresses) {
        if (!address.is_v4()) answer.ipv6.push_back(V6Bytes(address));
      }
    }
    answer.nodes = v4.empty() ? std::move(v6) : std::move(v4);
    return answer;
  }

  uint32_t AliasGroup(const std::string& cname) {
    NameAnswer answer;
    answer.cname = cname;
    return OneSlot(std::move(answer));
  }

  uint32_t AnswerIndex(NameAnswer answer) {
    AnswerKey key{answer.ipv4, answer.ipv6, answer.nodes, answer.cname};
    const auto [at, is_new] = answer_index_.try_emplace(std::move(key), map_->answers.size());
    if (is_new) map_->answers.push_back(std::move(answer));
    return at->second;
  }

  uint32_t OneSlot(NameAnswer answer) {
    const uint32_t index = AnswerIndex(std::move(answer));
    const auto [at, is_new] = one_slot_groups_.try_emplace(index, map_->groups.size());
    if (is_new) {
      map_->groups.push_back({static_cast<uint32_t>(map_->slots.size()), 1});
      map_->slots.push_back(index);
    }
    return at->second;
  }

  uint32_t ManySlots(const std::vector<Ranked>& v4, const std::vector<Ranked>& v6) {
    const auto [at, is_new] =
        many_slot_groups_.try_emplace({ChoiceOf(v4), ChoiceOf(v6)}, map_->groups.size());
    if (!is_new) return at->second;
    constexpr uint64_t kSlotSalt = 0x736c6f74;
    map_->groups.push_back({static_cast<uint32_t>(map_->slots.size()), kSteeringSlots});
    for (uint32_t slot = 0; slot < kSteeringSlots; ++slot) {
      map_->slots.push_back(AnswerIndex(Draw(v4, v6, MixHash(kSlotSalt, slot))));
    }
    return at->second;
  }

  using AnswerKey =
      std::tuple<std::vector<std::array<uint8_t, 4>>, std::vector<std::array<uint8_t, 16>>,
                 std::vector<NodeIndex>, std::string>;

  const SteeringInput& input_;
  const SteeringPolicy& policy_;
  std::shared_ptr<SteeringMap> map_;
  std::map<AnswerKey, uint32_t> answer_index_;
  std::map<uint32_t, uint32_t> one_slot_groups_;
  std::map<std::pair<Choice, Choice>, uint32_t> many_slot_groups_;
};

}  // namespace

std::shared_ptr<const SteeringMap> BuildSteeringMap(const SteeringInput& input,
                                                    const SteeringPolicy& policy) {
  return Builder(input, policy).Build();
}

}  // namespace nearcast::scheduler
