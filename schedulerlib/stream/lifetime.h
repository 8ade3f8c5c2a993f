// Lifetime: which state a stream has by itself when nothing is said of it for long enough.
//
//   publishing, not heard for reconnect_grace_s  → interrupted
//   created, never pushed for created_ttl_s      → ended
//   interrupted for interrupted_ttl_s            → ended
//   in any state, stream_ttl_s old               → ended
#ifndef SCHEDULERLIB_STREAM_LIFETIME_H_
#define SCHEDULERLIB_STREAM_LIFETIME_H_

#include <optional>

#include "absl/time/time.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/model/stream.h"

namespace nearcast::scheduler {

struct StreamTimes {
  StreamState state = StreamState::kCreated;
  absl::Time created;
  absl::Time state_since;

  // Since when no node hears its push. Only while it is publishing.
  std::optional<absl::Time> unheard_since;
};

// The state that is due at `now`; nothing when the stream stays as it is. A banned stream stays
// banned until stream_ttl_s ends it.
std::optional<StreamState> DueState(const StreamTimes& times, const PublishPoint& point,
                                    absl::Time now);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_LIFETIME_H_
