// How a node forwards streams, and what it counts while it does.
#ifndef DATAPLANE_FORWARD_FORWARD_OPTIONS_H_
#define DATAPLANE_FORWARD_FORWARD_OPTIONS_H_

#include <atomic>
#include <cstdint>
#include <string>

#include "base/limited_log.h"
#include "dataplane/egress/play_request.h"

namespace nearcast::forward {

struct ForwardOptions {
  std::string node;
  egress::PlayDefaults play;  // by which frames are dropped when the target is slow
  int unsent_bytes = 128 << 10;
  int64_t connect_ms_max = 5'000;
  int64_t answer_ms_max = 10'000;  // from the connection to the leave to publish
  int64_t dead_ms_max = 10'000;    // sent, and nothing acknowledged: the line is dead
  int64_t retry_ms_min = 500;
  int64_t retry_ms_max = 30'000;
  int64_t went_well_ms = 10'000;  // a forward that has run this long is retried at once
};

// Thread rule: any thread adds, any thread reads.
struct ForwardCounters {
  std::atomic<uint64_t> attempts{0};
  std::atomic<uint64_t> failed{0};  // of them: not connected, refused, or lost later
  std::atomic<int64_t> sending{0};  // now
};

// What is logged of all forwards, by kind: each that breaks is made again and again. Thread rule: any
// thread.
struct ForwardLog {
  LimitedLog begun;
  LimitedLog ended;
};

}  // namespace nearcast::forward

#endif  // DATAPLANE_FORWARD_FORWARD_OPTIONS_H_
