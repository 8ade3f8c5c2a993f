#include "schedulerlib/quality/tier_choice.h"

#include <algorithm>

#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

bool IsOrdinary(Tier tier) { return tier < Tier::kMd; }

bool Offers(std::span<const Tier> offered, Tier tier) {
  return std::find(offered.begin(), offered.end(), tier) != offered.end();
}

// Tiers stand from the best to the least. md and ao are never given in place of another.
Tier NearestOffered(std::span<const Tier> offered, Tier wanted) {
  if (Offers(offered, wanted)) return wanted;
  Tier best = offered.front();
  for (const Tier tier : offered) {
    if (!IsOrdinary(tier)) continue;
    best = tier;
    if (tier > wanted) break;
  }
  return best;
}

const GradeRule* FindGradeRule(const QualityPolicy& policy, std::span<const Tier> offered,
                               uint32_t grade) {
  if (grade == 0) return nullptr;
  for (const GradeRule& rule : policy.by_grade) {
    if (grade <= rule.grade_max && Offers(offered, rule.tier)) return &rule;
  }
  return nullptr;
}

const QualityRule* FindRule(const CompiledQuality& policy, const TierQuestion& question) {
  if (policy.spec.rules.empty()) return nullptr;
  for (const uint32_t rule : policy.rules.Find(*question.match)) {
    const auto off =
        std::find(question.rules_off.begin(), question.rules_off.end(), policy.rule_keys[rule]);
    if (off == question.rules_off.end()) return &policy.spec.rules[rule];
  }
  return nullptr;
}

// What the policy says apart from pin and ladder.
void ApplyPolicy(const CompiledQuality& policy, std::span<const Tier> declared,
                 const TierQuestion& question, TierChoice& choice) {
  choice.rule = FindRule(policy, question);
  if (choice.rule != nullptr) {
    choice.tier = choice.rule->tier;
    choice.reason = TierReason::kRule;
    return;
  }
  choice.grade_rule = FindGradeRule(policy.spec, declared, question.match->grade);
  if (choice.grade_rule != nullptr) {
    choice.tier = choice.grade_rule->tier;
    choice.reason = TierReason::kGrade;
  } else if (Offers(declared, policy.spec.default_tier)) {
    choice.tier = policy.spec.default_tier;
    choice.reason = TierReason::kDefault;
  }
}

void ApplyLadder(const CompiledQuality& policy, uint32_t step, TierChoice& choice) {
  if (step == 0 || !policy.spec.budget || policy.spec.budget->steps.empty()) return;
  const auto& steps = policy.spec.budget->steps;
  const Tier limit = steps[std::min<size_t>(step, steps.size()) - 1].tier;
  if (choice.tier >= limit) return;
  choice.lowered_from = choice.tier;
  choice.tier = limit;
}

}  // namespace

CompiledQuality CompileQuality(const QualityPolicy& policy) {
  CompiledQuality compiled;
  compiled.spec = policy;
  compiled.key = StableHash(policy.name);
  std::stable_sort(
      compiled.spec.by_grade.begin(), compiled.spec.by_grade.end(),
      [](const GradeRule& a, const GradeRule& b) { return a.grade_max < b.grade_max; });
  std::vector<CompiledMatch> matches;
  for (const QualityRule& rule : policy.rules) {
    matches.push_back(CompileMatch(rule.match, rule.name));
    compiled.rule_keys.push_back(StableHash(rule.name));
  }
  compiled.rules = MatchIndex(std::move(matches));
  return compiled;
}

TierChoice DecideTier(const CompiledQuality* policy, Tier middle, std::span<const Tier> offered,
                      const TierQuestion& question) {
  TierChoice choice;
  choice.tier = middle;
  if (question.set_by_switch) {
    choice.tier = *question.set_by_switch;
    choice.reason = TierReason::kSwitch;
  } else if (policy != nullptr && policy->spec.pin && question.now < policy->spec.pin->expire_at) {
    choice.tier = policy->spec.pin->tier;
    choice.reason = TierReason::kPin;
  } else if (policy != nullptr) {
    ApplyPolicy(*policy, question.declared.empty() ? offered : question.declared, question, choice);
    ApplyLadder(*policy, question.ladder_step, choice);
  }
  const Tier given = NearestOffered(offered, choice.tier);
  if (given != choice.tier) choice.wanted = choice.tier;
  choice.tier = given;
  return choice;
}

Tier MiddleTier(std::span<const Tier> offered) {
  const auto ordinary = std::count_if(offered.begin(), offered.end(), IsOrdinary);
  return ordinary > 0 ? offered[(ordinary - 1) / 2] : offered.front();
}

}  // namespace nearcast::scheduler
