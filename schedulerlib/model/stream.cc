#include "schedulerlib/model/stream.h"

namespace nearcast::scheduler {

absl::string_view StreamStateName(StreamState state) {
  switch (state) {
    case StreamState::kCreated:
      return "created";
    case StreamState::kPublishing:
      return "publishing";
    case StreamState::kInterrupted:
      return "interrupted";
    case StreamState::kEnded:
      return "ended";
    case StreamState::kBanned:
      return "banned";
  }
  return "unknown";
}

bool MayChange(StreamState from, StreamState to) {
  if (from == to) return true;
  switch (from) {
    case StreamState::kCreated:
      return to != StreamState::kInterrupted;
    case StreamState::kPublishing:
    case StreamState::kInterrupted:
      return to != StreamState::kCreated;
    case StreamState::kBanned:
      return to == StreamState::kEnded;
    case StreamState::kEnded:
      return false;
  }
  return false;
}

}  // namespace nearcast::scheduler
