// How a node pulls streams, and what it counts while it does.
#ifndef DATAPLANE_PULL_PULL_OPTIONS_H_
#define DATAPLANE_PULL_PULL_OPTIONS_H_

#include <atomic>
#include <cstdint>
#include <string>

namespace nearcast::pull {

struct PullOptions {
  std::string node;              // goes into X-Nearcast-Via
  int64_t gop_cache_ms = 2'000;  // asked of the source
  int64_t hold_ms = 10'000;
  int64_t connect_ms_max = 2'000;
  int64_t response_ms_max = 4'000;
  int64_t stall_ms_max = 3'000;  // a source that sends nothing this long has failed
  int64_t not_found_ms = 3'000;
  int64_t retry_ms_min = 200;
  int64_t retry_ms_max = 5'000;
};

// Thread rule: any thread adds, any thread reads.
struct PullCounters {
  std::atomic<uint64_t> started{0};  // connections to sources begun
  std::atomic<uint64_t> failed{0};   // of them, refused, broken or stalled; a 404 or an end is none
  std::atomic<uint64_t> bytes_received{0};
};

}  // namespace nearcast::pull

#endif  // DATAPLANE_PULL_PULL_OPTIONS_H_
