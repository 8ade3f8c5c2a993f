// What is wrong with nearness policies and prefix overrides.
#ifndef SCHEDULERLIB_CONFIG_NEARNESS_H_
#define SCHEDULERLIB_CONFIG_NEARNESS_H_

#include <map>
#include <string>

#include "ipdb/ip_prefix.h"
#include "schedulerlib/config/add_problem.h"
#include "schedulerlib/model/config.h"

namespace nearcast::scheduler {

// Of all overrides together: each prefix is a run or two in every client table.
inline constexpr size_t kOverridePrefixesMax = 1'000'000;

// `add` takes a path in the resource ("spec.delays.same_city_ms") and what is wrong there.
void ValidateNearness(const Config& config, const NearnessPolicy& policy, AddProblem add);

// `seen` has the prefixes of the overrides before, with where they stand, and gets this one's.
void ValidateOverride(const Config& config, const PrefixOverride& override,
                      std::map<ipdb::IpPrefix, std::string>& seen, AddProblem add);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_CONFIG_NEARNESS_H_
