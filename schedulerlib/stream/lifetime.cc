#include "schedulerlib/stream/lifetime.h"

namespace nearcast::scheduler {

std::optional<StreamState> DueState(const StreamTimes& times, const PublishPoint& point,
                                    absl::Time now) {
  if (times.state == StreamState::kEnded) return std::nullopt;
  const auto passed = [now](absl::Time since, uint32_t seconds) {
    return now - since >= absl::Seconds(seconds);
  };
  if (point.stream_ttl_s > 0 && passed(times.created, point.stream_ttl_s)) {
    return StreamState::kEnded;
  }
  switch (times.state) {
    case StreamState::kCreated:
      if (passed(times.state_since, point.created_ttl_s)) return StreamState::kEnded;
      break;
    case StreamState::kPublishing:
      if (times.unheard_since && passed(*times.unheard_since, point.reconnect_grace_s)) {
        return StreamState::kInterrupted;
      }
      break;
    case StreamState::kInterrupted:
      if (passed(times.state_since, point.interrupted_ttl_s)) return StreamState::kEnded;
      break;
    case StreamState::kBanned:
      if (now - times.state_since >= kBanHolds) return StreamState::kEnded;
      break;
    default:
      break;
  }
  return std::nullopt;
}

}  // namespace nearcast::scheduler
