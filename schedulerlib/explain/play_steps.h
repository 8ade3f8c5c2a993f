// The parts of a play decision in words: switches, ratio, tier. Each tells the decision that was
// made, and what did not apply and why.
#ifndef SCHEDULERLIB_EXPLAIN_PLAY_STEPS_H_
#define SCHEDULERLIB_EXPLAIN_PLAY_STEPS_H_

#include <string>
#include <vector>

#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/play.h"

namespace nearcast::scheduler {

// No more rules than this are told of that did not match.
inline constexpr size_t kToldRulesMax = 50;

// Those that apply and what they do, then those that do not and why.
std::vector<std::string> SwitchSteps(const Snapshot& snapshot, const PlayDecision& decision);

// Every rule that is more specific than the one that was found, that one, and those behind it that
// match as well; caps and corrections.
std::vector<std::string> RatioSteps(const Snapshot& snapshot, const PlayDecision& decision);

// What rendezvous made of each CDN for this viewer, as the decision wrote it down: "main line's
// scores: own 412.7 (weight 70), vendor 9.3 (weight 30)". The greatest is the hash's choice, and
// without scores of its own the backup line has the second. Empty for a decision without a trace.
std::vector<std::string> ScoreSteps(const Snapshot& snapshot, const PlayDecision& decision);

// "main line: viewer "v" falls to CDN own by weighted rendezvous over its key".
std::string LineStep(const Snapshot& snapshot, const PlayDecision& decision, const PlayLine& line);

// "tiers origin hd ld; opens with hd (…)".
std::string TierStep(const Snapshot& snapshot, const PlayDecision& decision);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_EXPLAIN_PLAY_STEPS_H_
