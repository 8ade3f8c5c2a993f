// RuleIds: what decided, by name: for answers (common.rule_ids), logs and people.
#ifndef SCHEDULERLIB_STREAM_RULE_IDS_H_
#define SCHEDULERLIB_STREAM_RULE_IDS_H_

#include <string>
#include <vector>

#include "schedulerlib/stream/play.h"

namespace nearcast::scheduler {

// "ratio_rule/night", "quality_rule/old-phones", "quality_pin/default", "budget/default",
// "switch/no-h265", "play_cdn": first what chose the CDN, then the tier, then switches.
std::vector<std::string> RuleIds(const PlayDecision& decision);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_RULE_IDS_H_
