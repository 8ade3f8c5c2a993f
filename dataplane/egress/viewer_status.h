// What people are told about one viewer.
#ifndef DATAPLANE_EGRESS_VIEWER_STATUS_H_
#define DATAPLANE_EGRESS_VIEWER_STATUS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "dataplane/stream/drop_counts.h"
#include "dataplane/stream/drop_policy.h"
#include "dataplane/stream/queue_bound.h"

namespace nearcast::egress {

// Of a viewer without a connection of its own, that asks for one piece after the other (HLS).
struct SessionStatus {
  std::string format;     // "hls", "hls-fmp4", "ll-hls"
  uint64_t slices = 0;    // sent to it
  int64_t delay_ms = 0;   // age of the next media that it has not been sent
  int64_t silent_ms = 0;  // since it asked for anything
};

struct ViewerStatus {
  std::string stream;    // app/name
  std::string address;   // of the viewer, with port
  std::string protocol;  // "http-flv", "ws-flv", "rtmp", "hls"
  std::string state;     // "waiting", "playing", "closing"
  int64_t session_ms = 0;
  uint64_t bytes_sent = 0;
  int64_t bits_per_s = 0;  // sent lately: in the last second or two, of HLS ten or more

  // Age of the next media that it has not been sent, in the whole session.
  int64_t delay_ms_mean = 0;
  int64_t delay_ms_max = 0;

  std::optional<SessionStatus> session;  // the rest is of viewers with a connection alone

  // The queue as last measured: its length, what it may be, what is dropped of it.
  int64_t queue_ms = 0;
  int64_t jitter_ms = 0;
  int64_t bound_ms = 0;
  stream::DropLevel level = stream::DropLevel::kNone;
  stream::PathReading path;  // as it is when asked for
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
