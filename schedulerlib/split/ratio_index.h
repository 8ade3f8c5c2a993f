// RatioIndex: of many ratio rules the most specific one that matches, in a handful of look-ups.
//
// Rules are grouped by the fields that their scope names; there are at most 32 such groups, and a
// question makes one look-up in each until one matches. The cost does not depend on how many rules
// there are.
#ifndef SCHEDULERLIB_SPLIT_RATIO_INDEX_H_
#define SCHEDULERLIB_SPLIT_RATIO_INDEX_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "schedulerlib/split/ratio.h"

namespace nearcast::scheduler {

// More specific scopes have the greater number: everything, publish point, country, region, ISP,
// stream, each of them more than all that stand before it together. Any two scopes that name
// different sets of fields differ.
int Specificity(const RatioScope& scope);

bool Matches(const RatioScope& scope, const RatioQuestion& question);

// Tells in words why a rule that was looked at did not match: for explanations. Empty when it
// matches.
std::string WhyNot(const RatioScope& scope, const RatioQuestion& question);

// Immutable; refers to rules by their place.
class RatioIndex {
 public:
  RatioIndex() = default;

  // `rules` with the most specific first, and by name between equals.
  explicit RatioIndex(std::span<const CompiledRatioRule> rules);

  // The first of `rules` (those that the index was made from) that matches and is not off. Null
  // when none does.
  const CompiledRatioRule* Find(std::span<const CompiledRatioRule> rules,
                                const RatioQuestion& question) const;

 private:
  struct Group {
    uint32_t fields = 0;                                         // as Specificity's bits
    absl::flat_hash_map<uint64_t, std::vector<uint32_t>> rules;  // by the fields' hash
  };
  std::vector<Group> groups_;  // the most specific first
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SPLIT_RATIO_INDEX_H_
