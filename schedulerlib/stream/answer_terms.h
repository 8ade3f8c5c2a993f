// `common`: what an answer says beside its lines. It begins with whose answer it is and when it was
// made; the rest is the same for all streams and viewers whom the same rules, switches and CDNs
// apply to.
//
//   {"common":{"ts":…,"session_id":…,"stream":…,"stream_name":…   AppendCommonBegin
//   ,"version":0,…},                                              WriteCommonEnd
#ifndef SCHEDULERLIB_STREAM_ANSWER_TERMS_H_
#define SCHEDULERLIB_STREAM_ANSWER_TERMS_H_

#include <cstddef>
#include <string>

#include "absl/time/time.h"
#include "schedulerlib/model/tier.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/part_key.h"
#include "schedulerlib/stream/play.h"

namespace nearcast::scheduler {

std::string WriteCommonEnd(const Snapshot& snapshot, const PlayDecision& decision);

// The same for answers that will share it.
struct AnswerTerms {
  std::string end;
  std::string escaped_end;  // as it stands in a JSON string
};

AnswerTerms BuildTerms(const Snapshot& snapshot, const PlayDecision& decision);

// Answers with equal keys have the same end, and the same RuleIds.
PartKey TermsKeyOf(const Snapshot& snapshot, const PlayDecision& decision);

// `now` is the issue time.
void AppendCommonBegin(const PlayDecision& decision, absl::Time now, std::string& out);
void AppendEscapedCommonBegin(const PlayDecision& decision, absl::Time now, std::string& out);

// The tiers of ordinary menus; md and ao serve special cases such as playing in the background.
inline bool IsOrdinary(Tier tier) { return tier < Tier::kMd; }

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_ANSWER_TERMS_H_
