// SwitchedNames: which switches names are answered by, and how long answers hold because of them.
#ifndef SCHEDULERLIB_SNAPSHOT_SWITCHED_NAMES_H_
#define SCHEDULERLIB_SNAPSHOT_SWITCHED_NAMES_H_

#include <vector>

#include "absl/time/time.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/snapshot/snapshot.h"

namespace nearcast::scheduler {

// No switch that ends makes a TTL shorter than this.
inline constexpr uint32_t kShortTtlS = 5;

// Fills in Snapshot::switched and is_switched; switches, nodes and clients are there. Takes what
// `previous` has where the same switches hold; it may be null.
void AddSwitchedPlaces(const std::vector<Domain>& domains, const Snapshot* previous, absl::Time now,
                       Snapshot& snapshot);

// Sets the TTLs of names that switches concern, and Snapshot::names_change_at. An answer should not
// outlive the switch that it is made with: from a TTL before the end on TTLs are half of what is left,
// and a new snapshot is due when that half has passed.
void ShortenTtls(absl::Time now, Snapshot& snapshot);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SNAPSHOT_SWITCHED_NAMES_H_
