// What is wrong with delay probes.
#ifndef SCHEDULERLIB_CONFIG_DELAY_PROBES_H_
#define SCHEDULERLIB_CONFIG_DELAY_PROBES_H_

#include <cstddef>
#include <map>
#include <string>

#include "schedulerlib/config/add_problem.h"
#include "schedulerlib/model/config.h"

namespace nearcast::scheduler {

// Of all probes together.
inline constexpr size_t kDelaySamplesMax = 10'000;

// `add` takes a path in the resource ("spec.samples[0].address") and what is wrong there. `seen`
// has the samples of the probes before, each with its probe's name, and gets this one's.
void ValidateDelayProbe(const DelayProbe& probe, std::map<std::string, std::string>& seen,
                        AddProblem add);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_CONFIG_DELAY_PROBES_H_
