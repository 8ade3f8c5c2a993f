// LookUpHost: a name's IP addresses, as players on this host find them: hosts file, resolver.
#ifndef PROBE_HOST_LOOKUP_H_
#define PROBE_HOST_LOOKUP_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace nearcast::probe {

// No more names than this are looked up at the same time: the system's resolver cannot be told to
// give up, and may take half a minute where its servers are silent.
inline constexpr int kLookupsMax = 256;

// An address is its own answer. In the order in which the system would connect to them; never empty.
// `deadline` is by the monotonic clock: DEADLINE_EXCEEDED when it passes. UNAVAILABLE says why else
// not. Thread rule: any thread.
absl::StatusOr<std::vector<std::string>> LookUpHost(const std::string& host,
                                                    absl::Duration deadline);

}  // namespace nearcast::probe

#endif  // PROBE_HOST_LOOKUP_H_
