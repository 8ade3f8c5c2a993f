#include "schedulerlib/stream/rule_ids.h"

#include "absl/strings/str_cat.h"

namespace nearcast::scheduler {
namespace {

void AddTierIds(const PlayDecision& decision, std::vector<std::string>& ids) {
  const TierChoice& choice = decision.tier_choice;
  const std::string& policy = decision.publish_point->spec.quality_policy;
  switch (choice.reason) {
    case TierReason::kRule:
      ids.push_back(absl::StrCat("quality_rule/", choice.rule->name));
      break;
    case TierReason::kGrade:
    case TierReason::kDefault:
      ids.push_back(absl::StrCat("quality_policy/", policy));
      break;
    case TierReason::kPin:
      ids.push_back(absl::StrCat("quality_pin/", policy));
      break;
    case TierReason::kMiddle:
    case TierReason::kSwitch:  // named among the switches
      break;
  }
  if (choice.lowered_from) ids.push_back(absl::StrCat("budget/", policy));
}

}  // namespace

std::vector<std::string> RuleIds(const PlayDecision& decision) {
  std::vector<std::string> ids;
  if (decision.held) ids.push_back("play_cdn");
  ids.push_back(absl::StrCat("ratio_rule/", decision.ratio.rule->spec.name));
  AddTierIds(decision, ids);
  for (const CompiledSwitch* each : decision.switches.applied) {
    ids.push_back(absl::StrCat("switch/", each->spec.name));
  }
  return ids;
}

}  // namespace nearcast::scheduler
