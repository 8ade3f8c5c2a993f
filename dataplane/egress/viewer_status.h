// What people are told about one viewer.
#ifndef DATAPLANE_EGRESS_VIEWER_STATUS_H_
#define DATAPLANE_EGRESS_VIEWER_STATUS_H_

#include <cstdint>
#include <string>

#include "dataplane/stream/drop_counts.h"
#include "dataplane/stream/drop_policy.h"
#include "dataplane/stream/queue_bound.h"

namespace nearcast::egress {

struct ViewerStatus {
  std::string stream;    // app/name
  std::string address;   // of the viewer, with port
  std::string protocol;  // "http-flv", "ws-flv", "rtmp"
  std::string state;     // "waiting", "playing", "closing"
  int64_t session_ms = 0;
  uint64_t bytes_sent = 0;

  // The queue as last measured: its length, what it may be, what is dropped of it.
  int64_t queue_ms = 0;
  int64_t jitter_ms = 0;
  int64_t bound_ms = 0;
  stream::DropLevel level = stream::DropLevel::kNone;
  stream::PathReading path;  // measured only of those who are behind
  stream::DropCounts drops;
  uint32_t jumps = 0;

  // As it asked.
  stream::DropWish wish;
  int64_t gop_cache_ms = 0;
  int64_t merge_write_ms = 0;
};

// "none", "last_frame", …
const char* LevelName(stream::DropLevel level);

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_VIEWER_STATUS_H_
