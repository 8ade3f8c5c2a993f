// How a node pulls streams, and what it counts while it does.
#ifndef DATAPLANE_PULL_PULL_OPTIONS_H_
#define DATAPLANE_PULL_PULL_OPTIONS_H_

#include <atomic>
#include <cstdint>
#include <string>

namespace nearcast::pull {

struct PullOptions {
  std::string node;              // goes into X-Nearcast-Via
  int64_t gop_cache_ms = 2'000;  // asked of the source, or more where those who wait want more
  int64_t gop_keep_ms = 10'000;  // RingBounds::keep_ms: no more than that
  int64_t hold_ms = 10'000;      // after the last viewer; -1 = until the stream ends
  int64_t connect_ms_max = 2'000;
  int64_t response_ms_max = 4'000;

  // While viewers see nothing, a source that does not even answer is not waited for: the next is
  // asked, and this one with the patience above when all have been.
  int64_t hurried_connect_ms_max = 450;
  int64_t hurried_silence_ms_max = 450;

  // A source that sends nothing this long has failed: the private link, which is kept alive,
  // between these by its own evenness; FLV the longer.
  int64_t silence_ms_min = 500;
  int64_t stall_ms_max = 3'000;

  // How long a stream that began is asked for when nobody has it any more: when its source has ended
  // it; when it broke off, as when a source starts anew.
  int64_t not_found_ms = 3'000;
  int64_t lost_ms = 10'000;
  int64_t retry_ms_min = 200;
  int64_t retry_ms_max = 5'000;
  int64_t expected_retry_ms_max = 2'000;  // of a held stream that has not begun, or has broken off
};

// Thread rule: any thread adds, any thread reads.
struct PullCounters {
  std::atomic<uint64_t> started{0};  // connections to sources begun
  std::atomic<uint64_t> failed{0};   // of them, refused, broken or stalled; a 404 or an end is none
  std::atomic<uint64_t> silent{0};   // of those failed, given up for their silence
  std::atomic<uint64_t> resumed{0};  // a stream went on from another connection
  std::atomic<uint64_t> frames_known{0};   // left out then, because the stream had them
  std::atomic<uint64_t> frames_missed{0};  // by their numbers
  std::atomic<uint64_t> bytes_received{0};
};

}  // namespace nearcast::pull

#endif  // DATAPLANE_PULL_PULL_OPTIONS_H_
