// Under which names a signature stands in a URL's query.
#ifndef SIGNING_PARAMETER_NAMES_H_
#define SIGNING_PARAMETER_NAMES_H_

#include "absl/strings/string_view.h"
#include "signing/signing.h"

namespace nearcast {

struct ParameterNames {
  absl::string_view secret;
  absl::string_view time;  // empty where the secret has the time in it (ALIBABA_A)
};

// Those that are set where the method lets one choose, else the method's own; both empty for a
// method that is not in the query. They point into `signing` or live for ever.
ParameterNames ParameterNamesOf(const Signing& signing);

}  // namespace nearcast

#endif  // SIGNING_PARAMETER_NAMES_H_
