// A live stream as decisions see it.
#ifndef SCHEDULERLIB_MODEL_STREAM_H_
#define SCHEDULERLIB_MODEL_STREAM_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace nearcast::scheduler {

enum class StreamState { kCreated, kPublishing, kInterrupted, kEnded, kBanned };

// "created", "publishing" … as in logs and errors.
absl::string_view StreamStateName(StreamState state);

// Whether the room service or a relay may move a stream from `from` to `to`. Staying is always
// allowed; nothing leaves kEnded; kBanned is left only for kEnded.
bool MayChange(StreamState from, StreamState to);

struct PushLine {
  std::string line;  // "main" or "backup"
  std::string cdn;
  std::string node;  // empty for a vendor's CDN
  std::string url;
  bool on_failure_only = false;
};

// Which of two push lines carry a stream: those that were planned (both in hot standby, main in
// cold), or one alone because the other has failed.
enum class CarriedBy : uint8_t { kPlanned, kMain, kBackup };

struct Stream {
  std::string name;
  std::string publish_point;
  StreamState state = StreamState::kCreated;
  CarriedBy carried_by = CarriedBy::kPlanned;
  std::vector<PushLine> push_lines;

  // Holds every viewer's main line at this CDN; empty = as the ratio rules say.
  std::string play_cdn;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_MODEL_STREAM_H_
