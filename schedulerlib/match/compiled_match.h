// CompiledMatch: one rule's conditions, ready to be compared.
//
//   const CompiledMatch match = CompileMatch(spec.match, spec.name);
//   if (Matches(match, question)) …
//
// Many rules are found faster through a MatchIndex.
#ifndef SCHEDULERLIB_MATCH_COMPILED_MATCH_H_
#define SCHEDULERLIB_MATCH_COMPILED_MATCH_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "schedulerlib/match/app_version.h"
#include "schedulerlib/match/match_question.h"
#include "schedulerlib/model/rule_match.h"

namespace nearcast::scheduler {

// A value, or with `is_prefix` the beginning of values.
struct MatchPattern {
  std::string text;
  bool is_prefix = false;

  bool Fits(absl::string_view value) const {
    if (value.empty()) return false;  // what is not known matches nothing
    return is_prefix ? value.substr(0, text.size()) == text : value == text;
  }
};

struct CompiledMatch {
  // The constrained attributes only, in the order of MatchAttribute; one of the patterns must fit.
  struct Condition {
    MatchAttribute attribute;
    std::vector<MatchPattern> patterns;
  };
  std::vector<Condition> conditions;

  bool has_version = false;
  AppVersion version_min;
  AppVersion version_max = kAppVersionMax;
  uint32_t grade_min = 0;  // 0 and 0 = open
  uint32_t grade_max = 0;

  // A viewer is in when its draw is at most `draw_max`.
  uint64_t salt = 0;
  uint64_t draw_max = UINT64_MAX;

  // Null when the attribute is open.
  const Condition* Find(MatchAttribute attribute) const;
};

// `match` must be valid (config/validate). `name` salts the percentage when it has no salt.
CompiledMatch CompileMatch(const RuleMatch& match, absl::string_view name);

bool Matches(const CompiledMatch& match, const MatchQuestion& question);

// The first condition that does not hold, in words: "region is 110000, not 440000 or 310000". Empty
// when it matches.
std::string WhyNot(const CompiledMatch& match, const MatchQuestion& question);

// What it is for, in words: "region 440000 or 310000, 10 % of viewers"; "everyone".
std::string DescribeMatch(const RuleMatch& match);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_MATCH_COMPILED_MATCH_H_
