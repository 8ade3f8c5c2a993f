// What a Cdn says of its vendor: domains by role, signing, GOP cache, suffixes, caps and prices.
#ifndef SCHEDULERLIB_CONFIG_VENDORS_H_
#define SCHEDULERLIB_CONFIG_VENDORS_H_

#include <vector>

#include "schedulerlib/config/add_problem.h"
#include "schedulerlib/model/config.h"

namespace nearcast::scheduler {

void ValidateVendor(const Cdn& cdn, const std::vector<TranscodeTemplate>& templates,
                    AddProblem add);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_CONFIG_VENDORS_H_
