// What matches, switches and quality policies say.
#ifndef SCHEDULERLIB_CONFIG_RULES_H_
#define SCHEDULERLIB_CONFIG_RULES_H_

#include "absl/strings/string_view.h"
#include "schedulerlib/config/add_problem.h"
#include "schedulerlib/model/config.h"

namespace nearcast::scheduler {

// `path` is the match's own: "spec.match".
void ValidateMatch(const RuleMatch& match, absl::string_view path, AddProblem add);

// Also that everything it names exists, apart from streams and features.
void ValidateSwitch(const Switch& item, const Config& config, AddProblem add);

void ValidateQualityPolicy(const QualityPolicy& policy, const Config& config, AddProblem add);

// Beyond its weights.
void ValidateRatioTerms(const RatioRule& rule, AddProblem add);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_CONFIG_RULES_H_
