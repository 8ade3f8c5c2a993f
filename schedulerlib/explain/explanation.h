// Explanation: why a client gets what it gets, as steps and candidates in words and numbers.
//
// It is made from the very decision that the answer is written from, never from a second way of
// deciding.
#ifndef SCHEDULERLIB_EXPLAIN_EXPLANATION_H_
#define SCHEDULERLIB_EXPLAIN_EXPLANATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ipdb/ip_address.h"
#include "schedulerlib/model/stream.h"
#include "schedulerlib/model/viewer.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/play.h"

namespace nearcast::scheduler {

struct ExplainedCandidate {
  std::string node;
  std::string cdn;
  double cost_ms = 0;
  std::string rung;
  std::string health;  // StandingName
  bool chosen = false;
  std::string verdict;
};

struct Explanation {
  int64_t revision = 0;
  std::vector<std::string> steps;
  std::vector<ExplainedCandidate> candidates;
  std::vector<std::string> answer;  // addresses, or "main flv http://…"
};

// Of a decision that was made from `snapshot`.
Explanation ExplainPlay(const Snapshot& snapshot, const PlayDecision& decision);

// What DNS and HTTPDNS answer `client` for a scheduled name; `match.name` is not null.
Explanation ExplainName(const Snapshot& snapshot, const Snapshot::NameMatch& match,
                        const ipdb::IpAddress& client);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_EXPLAIN_EXPLANATION_H_
