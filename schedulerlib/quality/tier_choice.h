// Which tier a player opens with, and why.
//
// In the order of their weight: a switch's default tier, the policy's pin (set by hand, until it
// expires), the first of the policy's rules that matches, its grade rules, its default, the middle
// of what the publish point offers. What rules, grades and defaults give, the budget ladder's step
// may lower. A tier that is not offered, or turned off for this viewer, gives way to the next lower
// one that is, or else to the next better one.
#ifndef SCHEDULERLIB_QUALITY_TIER_CHOICE_H_
#define SCHEDULERLIB_QUALITY_TIER_CHOICE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/time/time.h"
#include "schedulerlib/match/match_index.h"
#include "schedulerlib/model/config.h"

namespace nearcast::scheduler {

struct CompiledQuality {
  QualityPolicy spec;               // by_grade with the smallest grade_max first
  MatchIndex rules;                 // of spec.rules
  std::vector<uint64_t> rule_keys;  // StableHash of their names
  uint64_t key = 0;                 // StableHash of its name
};

CompiledQuality CompileQuality(const QualityPolicy& policy);

enum class TierReason : uint8_t { kMiddle, kDefault, kGrade, kRule, kPin, kSwitch };

struct TierChoice {
  Tier tier = Tier::kOrigin;
  TierReason reason = TierReason::kMiddle;

  // Which rule it was; null unless the reason says so.
  const GradeRule* grade_rule = nullptr;
  const QualityRule* rule = nullptr;

  // What it was before the ladder lowered it, and before it gave way to what is offered.
  std::optional<Tier> lowered_from;
  std::optional<Tier> wanted;
};

struct TierQuestion {
  const MatchQuestion* match = nullptr;  // not null
  absl::Time now;
  uint32_t ladder_step = 0;
  std::optional<Tier> set_by_switch;
  std::span<const uint64_t> rules_off;  // StableHash of rules' names

  // What the publish point has before switches, best first; a default or grade that is not among
  // them is passed over. Empty = what is offered.
  std::span<const Tier> declared;
};

// `policy` null = none; `offered` best first, not empty, with one that is better than md.
TierChoice DecideTier(const CompiledQuality* policy, Tier middle, std::span<const Tier> offered,
                      const TierQuestion& question);

// Of those for ordinary watching (md and ao are for special cases); the better of two in the
// middle. `offered` as above.
Tier MiddleTier(std::span<const Tier> offered);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_QUALITY_TIER_CHOICE_H_
