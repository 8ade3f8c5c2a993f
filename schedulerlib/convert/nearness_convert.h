// nearcast.v1's nearness and overrides as the model's. Values are not checked here: Validate does.
#ifndef SCHEDULERLIB_CONVERT_NEARNESS_CONVERT_H_
#define SCHEDULERLIB_CONVERT_NEARNESS_CONVERT_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "nearcast/v1/nearness.pb.h"
#include "schedulerlib/model/nearness.h"

namespace nearcast::scheduler {

NearnessPolicy NearnessPolicyOf(const std::string& name, const v1::NearnessPolicy& from);

// `problem` takes a path in the resource and what is wrong there: a zone of the coverage file that
// has no target, a target whose zone is not in the file.
PrefixOverride PrefixOverrideOf(
    const std::string& name, const v1::PrefixOverride& from,
    absl::FunctionRef<void(absl::string_view path, absl::string_view message)> problem);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_CONVERT_NEARNESS_CONVERT_H_
