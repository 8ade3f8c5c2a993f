// What a relay tells over HTTP about itself: /api/streams (JSON) and /metrics (Prometheus text
// format 0.0.4).
#ifndef DATAPLANE_EGRESS_STATUS_PAGE_H_
#define DATAPLANE_EGRESS_STATUS_PAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/egress/forward_status.h"
#include "dataplane/stream/drop_counts.h"
#include "dataplane/stream/stream.h"

namespace nearcast::egress {

struct HlsCounts {
  uint64_t sessions = 0;
  uint64_t sessions_opened = 0;
  uint64_t sessions_expired = 0;
  uint64_t sessions_refused = 0;
  uint64_t streams = 0;
  uint64_t muxed_bytes = 0;
  uint64_t playlists = 0;
  uint64_t slices = 0;
  uint64_t refused = 0;
};

struct AdmissionCounts {
  uint64_t urls_missing = 0;  // signatures
  uint64_t urls_expired = 0;
  uint64_t urls_wrong = 0;
  uint64_t publishes_asked = 0;
  uint64_t publishes_refused = 0;
  uint64_t plays_asked = 0;
  uint64_t plays_refused = 0;
  uint64_t unanswered = 0;
  uint64_t keys_failed = 0;  // readings of the keys' file
};

// What the control plane is told of viewers.
struct PlayTotals {
  uint64_t begun = 0;
  uint64_t ended = 0;
  uint64_t told = 0;  // events
  uint64_t left_out = 0;
};

// The private link over SRT.
struct SrtCounts {
  uint64_t lines = 0;
  uint64_t accepted = 0;
  uint64_t called = 0;
  uint64_t refused = 0;
  uint64_t failed = 0;
  uint64_t gaps = 0;
  uint64_t bytes_sent = 0;
  uint64_t bytes_received = 0;
};

// What is held in rings and HLS buffers (stream/media_budget.h).
struct MediaTotals {
  uint64_t bytes = 0;
  uint64_t bytes_max = 0;  // 0 = no bound
  uint64_t refused = 0;
  uint64_t cuts = 0;
};

struct NodeTotals {
  std::string node;
  uint64_t uptime_s = 0;
  uint64_t viewers = 0;
  uint64_t viewers_admitted = 0;
  uint64_t viewers_refused = 0;
  uint64_t waiting_refused = 0;
  uint64_t bytes_sent = 0;
  uint64_t bytes_received = 0;
  uint64_t sends = 0;
  stream::DropCounts drops;
  std::vector<uint64_t> queues;  // EgressCounters::queues
  uint64_t queue_ms_sum = 0;
  uint64_t jumps = 0;
  uint64_t viewers_too_slow = 0;
  uint64_t accepts_failed = 0;
  uint64_t rtmp_connections = 0;
  uint64_t rtmp_refused = 0;
  uint64_t posts = 0;  // HTTP-FLV publishers
  uint64_t posts_refused = 0;
  uint64_t pulls_started = 0;
  uint64_t pulls_failed = 0;
  uint64_t held_streams = 0;  // that it is ordered to hold
  uint64_t forwards = 0;      // that it is ordered to make
  uint64_t forwards_sending = 0;
  uint64_t forward_attempts = 0;
  uint64_t forwards_failed = 0;
  uint64_t orders_refused = 0;  // standing orders too many or not valid
  uint64_t pulls_silent = 0;
  uint64_t pulls_resumed = 0;
  uint64_t pull_frames_known = 0;
  uint64_t pull_frames_missed = 0;
  uint64_t delay_targets = 0;
  uint64_t delay_targets_refused = 0;
  uint64_t delays_measured = 0;
  uint64_t delay_connects_lost = 0;
  MediaTotals media;
  HlsCounts hls;
  AdmissionCounts admission;
  SrtCounts srt;
  std::optional<PlayTotals> plays;  // nothing where nobody is told
};

// "live", "interrupted", …
const char* StateName(stream::StreamState state);

// Forwards are left out where there are none.
std::string WriteStreamsJson(const NodeTotals& totals,
                             const std::vector<stream::StreamStatus>& streams,
                             const std::vector<ForwardStatus>& forwards = {});

// Series per stream are limited to the first kMetricStreamsMax of `streams`, so that a scrape stays
// bounded, and the others are counted. There are none per viewer: these come and go, and each would
// leave its series behind in the time series database; a histogram has all of them.
inline constexpr size_t kMetricStreamsMax = 1000;
std::string WriteMetrics(const NodeTotals& totals,
                         const std::vector<stream::StreamStatus>& streams);

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_STATUS_PAGE_H_
