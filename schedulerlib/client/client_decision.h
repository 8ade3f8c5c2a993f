// DecideClient: what one app is told once: codecs and parameters for what it runs on, and where it
// pushes and plays (seed 000, device and network adaptation).
#ifndef SCHEDULERLIB_CLIENT_CLIENT_DECISION_H_
#define SCHEDULERLIB_CLIENT_CLIENT_DECISION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "schedulerlib/client/client_policy_set.h"
#include "schedulerlib/model/viewer.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/node_choice.h"

namespace nearcast::scheduler {

// How many push and play addresses a client gets at most: one to use, the others to fall back to.
inline constexpr size_t kClientAddressesMax = 4;

struct ClientAddress {
  std::string cdn;
  std::string node;  // empty for a vendor's CDN
  std::string host;  // ":port" where it is not the scheme's own

  friend bool operator==(const ClientAddress&, const ClientAddress&) = default;
};

struct ClientDecision {
  ClientPlace place;
  ClientSettings settings;
  std::vector<ClientAddress> push;  // in the order to try
  std::vector<ClientAddress> play;
};

// `client` with the device's id as its key. Push addresses are those that a new stream of the
// publish point would be pushed to in its push protocol, play addresses those that the ratio rules
// would choose for FLV of any stream of it; switches count at `now`. A latency policy's keyframe
// interval goes before the settings'. NOT_FOUND: no such publish point. UNAVAILABLE: there is
// neither a CDN to push to nor one to play from. The result points into the snapshot.
absl::StatusOr<ClientDecision> DecideClient(const Snapshot& snapshot,
                                            const std::string& publish_point, const Viewer& client,
                                            absl::Time now);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_CLIENT_CLIENT_DECISION_H_
