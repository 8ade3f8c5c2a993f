// RunCheck: carries one check out, from connecting to the verdict.
#ifndef PROBE_RUN_CHECK_H_
#define PROBE_RUN_CHECK_H_

#include <string>

#include "nearcast/v1/node.pb.h"

namespace nearcast::probe {

// Blocks for check.timeout_ms() at most. `source` is an address of this host to connect from; empty
// = the system's choice. Thread rule: any thread.
v1::ProbeReport::CheckResult RunCheck(const v1::ProbePlan::Check& check, const std::string& source);

}  // namespace nearcast::probe

#endif  // PROBE_RUN_CHECK_H_
