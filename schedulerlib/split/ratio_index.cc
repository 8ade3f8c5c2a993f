#include "schedulerlib/split/ratio_index.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "base/text_hash.h"
#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

constexpr size_t kFields = 5;

struct Condition {
  absl::string_view field;
  absl::string_view wanted;  // empty = anything
  absl::string_view found;
};

// The most telling field first.
std::array<Condition, kFields> Conditions(const RatioScope& scope, const RatioQuestion& question) {
  return {{{"stream", scope.stream, question.stream},
           {"isp", scope.isp, question.place->isp},
           {"region", scope.region, question.place->region},
           {"country", scope.country, question.place->country},
           {"publish_point", scope.publish_point, question.publish_point}}};
}

constexpr uint32_t Bit(size_t field) { return 1u << (kFields - 1 - field); }

// Of the texts at those fields.
template <typename HashAt>
uint64_t HashFields(uint32_t fields, HashAt hash_at) {
  uint64_t hash = fields;
  for (size_t i = 0; i < kFields; ++i) {
    if ((fields & Bit(i)) != 0) hash = MixHash(hash, hash_at(i));
  }
  return hash;
}

bool IsOff(const CompiledRatioRule& rule, const RatioQuestion& question) {
  return std::find(question.rules_off.begin(), question.rules_off.end(), rule.key) !=
         question.rules_off.end();
}

}  // namespace

int Specificity(const RatioScope& scope) {
  int bits = 0;
  for (const std::string* field :
       {&scope.stream, &scope.isp, &scope.region, &scope.country, &scope.publish_point}) {
    bits = bits * 2 + (field->empty() ? 0 : 1);
  }
  return bits;
}

bool Matches(const RatioScope& scope, const RatioQuestion& question) {
  for (const Condition& c : Conditions(scope, question)) {
    if (!c.wanted.empty() && c.wanted != c.found) return false;
  }
  return true;
}

std::string WhyNot(const RatioScope& scope, const RatioQuestion& question) {
  for (const Condition& c : Conditions(scope, question)) {
    if (!c.wanted.empty() && c.wanted != c.found) {
      return absl::StrCat(c.field, " is ", c.found.empty() ? "unknown" : c.found, ", not ",
                          c.wanted);
    }
  }
  return "";
}

RatioIndex::RatioIndex(std::span<const CompiledRatioRule> rules) {
  static const ipdb::Location kNowhere;
  for (uint32_t rule = 0; rule < rules.size(); ++rule) {
    const RatioScope& scope = rules[rule].spec.scope;
    const auto fields = static_cast<uint32_t>(Specificity(scope));
    if (groups_.empty() || groups_.back().fields != fields) groups_.push_back({fields, {}});
    const auto wanted = Conditions(scope, {.place = &kNowhere});
    const uint64_t hash =
        HashFields(fields, [&wanted](size_t i) { return TextHash(wanted[i].wanted); });
    groups_.back().rules[hash].push_back(rule);
  }
}

const CompiledRatioRule* RatioIndex::Find(std::span<const CompiledRatioRule> rules,
                                          const RatioQuestion& question) const {
  const auto found = Conditions(RatioScope(), question);
  std::array<uint64_t, kFields> hashes;
  uint32_t hashed = 0;
  const auto hash_at = [&](size_t i) {
    if ((hashed & Bit(i)) == 0) hashes[i] = TextHash(found[i].found);
    hashed |= Bit(i);
    return hashes[i];
  };
  for (const Group& group : groups_) {
    const auto at = group.rules.find(HashFields(group.fields, hash_at));
    if (at == group.rules.end()) continue;
    for (const uint32_t rule : at->second) {
      if (Matches(rules[rule].spec.scope, question) && !IsOff(rules[rule], question)) {
        return &rules[rule];
      }
    }
  }
  return nullptr;
}

}  // namespace nearcast::scheduler
