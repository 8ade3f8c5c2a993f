// Lifetime: which state a stream has by itself when nothing is said of it for long enough.
//
//   publishing, not heard for reconnect_grace_s  → interrupted
//   created, never pushed for created_ttl_s      → ended
//   interrupted for interrupted_ttl_s            → ended
//   banned for kBanHolds                         → ended
//   in any state, stream_ttl_s old               → ended
#ifndef SCHEDULERLIB_STREAM_LIFETIME_H_
#define SCHEDULERLIB_STREAM_LIFETIME_H_

#include <optional>

#include "absl/time/time.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/model/stream.h"

namespace nearcast::scheduler {

// A ban is not for ever: what nobody asks of any more would stay in memory and in the store.
inline constexpr absl::Duration kBanHolds = absl::Hours(30 * 24);

struct StreamTimes {
  StreamState state = StreamState::kCreated;
  absl::Time created;
  absl::Time state_since;

  // Since when no node hears its push. Only while it is publishing.
  std::optional<absl::Time> unheard_since;
};

// The state that is due at `now`; nothing when the stream stays as it is.
std::optional<StreamState> DueState(const StreamTimes& times, const PublishPoint& point,
                                    absl::Time now);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_LIFETIME_H_
