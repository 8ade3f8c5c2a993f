// What is wrong with a declared signing, all of it.
#ifndef SIGNING_SIGNING_PROBLEMS_H_
#define SIGNING_SIGNING_PROBLEMS_H_

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "signing/signing.h"

namespace nearcast {

// Takes a field of nearcast.v1.Signing ("key") and what is wrong there.
using AddSigningProblem = absl::FunctionRef<void(absl::string_view field, absl::string_view text)>;

void FindSigningProblems(const Signing& signing, AddSigningProblem add);

}  // namespace nearcast

#endif  // SIGNING_SIGNING_PROBLEMS_H_
