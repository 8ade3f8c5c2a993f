// What is known of a node right now, apart from what was declared.
#ifndef SCHEDULERLIB_LIVE_NODE_LIVE_H_
#define SCHEDULERLIB_LIVE_NODE_LIVE_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/time/time.h"

namespace nearcast::scheduler {

// kUnknown: no word of the node yet, and too early to call it down.
enum class Health { kUnknown, kUp, kDown };

// What a node says of itself, for operators to compare with what they declared.
struct NodeSelf {
  std::string instance_id;
  std::string listen_address;
  uint32_t rtmp_port = 0;
  uint32_t http_port = 0;
  double capacity_bits_per_s = 0;  // 0 = not stated
};

struct NodeLive {
  Health health = Health::kUnknown;  // by the node's own reports
  double out_bits_per_s = 0;
  double cpu = 0;  // 0..1

  // Free capacity in eighths, which moves with hysteresis; and how much of its share a node gets
  // that has just come back, growing to eight eighths (LiveState).
  uint8_t free_eighths = 8;
  uint8_t ramp_eighths = 8;
  absl::Duration ramp_since = -absl::InfiniteDuration();
  uint32_t viewers = 0;
  uint32_t streams = 0;
  // By the monotonic clock. A node is watched before it reports: since it was configured.
  // InfiniteDuration: it is not watched.
  absl::Duration watched_since = absl::InfiniteDuration();
  absl::Duration last_report_at = -absl::InfiniteDuration();
  Health checks = Health::kUnknown;  // by the vantages' checks
  std::string checks_detail;         // for people; empty when nothing is known
  NodeSelf self;                     // as its last report says
};

// By node name. A node that is absent is kUnknown, and counts as up: a restart of the control plane
// must not look like the failure of every node. Roles of vendors that are checked stand beside them
// (CdnRoleKey, live/vendor_domains.h), with `checks` alone.
using LiveView = std::map<std::string, NodeLive>;

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_LIVE_NODE_LIVE_H_
