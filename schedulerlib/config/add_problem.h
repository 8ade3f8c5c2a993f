// How checks that stand in files of their own tell what they found.
#ifndef SCHEDULERLIB_CONFIG_ADD_PROBLEM_H_
#define SCHEDULERLIB_CONFIG_ADD_PROBLEM_H_

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace nearcast::scheduler {

// Takes a path in the resource ("spec.pull_signing.key") and what is wrong there.
using AddProblem = absl::FunctionRef<void(absl::string_view path, absl::string_view text)>;

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_CONFIG_ADD_PROBLEM_H_
