// Resolve: the one place where HTTPDNS asks for a decision: the same DecideName that DNS asks.
#ifndef SERVICES_HTTPDNS_RESOLVE_H_
#define SERVICES_HTTPDNS_RESOLVE_H_

#include <cstdint>
#include <vector>

#include "schedulerlib/snapshot/snapshot.h"
#include "services/httpdns/question.h"

namespace nearcast::httpdns {

// Replaces `results` by one for each name and client, names first: (a, 1), (a, 2), (b, 1) … They
// point into `snapshot` and `question`. A name that `account` may not ask for is none of ours, so
// that nobody learns which names there are; null may ask for all. `unknown_ttl_s` is the TTL of "no
// such name".
void Resolve(const scheduler::Snapshot& snapshot, const scheduler::Account* account,
             const Question& question, uint32_t unknown_ttl_s, std::vector<NameResult>* results);

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_RESOLVE_H_
