// PullDesk: back-to-source. Fetches a stream that somebody wants here and nobody publishes here:
// once per stream, however many viewers, over HTTP-FLV, from the first source that has it.
//
//   viewer ─▶ Fetch(stream) ─▶ SourceFinder::Find ─▶ source 1, 2, … ─▶ MediaIntake ─▶ the stream's
//   ring
//                     ▲                                   │ failed
//                     └──── back-off with jitter ◀────────┘
//
// A pull goes on while the stream has viewers and hold_ms after the last one left. A source that
// fails is followed by the next at once; when all have failed, by a new question after a pause that
// doubles from retry_ms_min to retry_ms_max, with jitter, so that the edges of a dead origin do not
// come back all at once. When nobody has the stream its viewers are told so: at once if it never
// began, after not_found_ms if it did. What is pushed to this node ends the pull.
#ifndef DATAPLANE_PULL_PULL_DESK_H_
#define DATAPLANE_PULL_PULL_DESK_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/egress/play_desk.h"
#include "dataplane/egress/worker.h"
#include "dataplane/pull/source_finder.h"
#include "dataplane/stream/hub.h"

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

class Pull;

struct PullTotals {
  uint64_t started = 0;  // connections to sources begun
  uint64_t failed = 0;   // of them, ended by a failure or a refusal
  uint64_t bytes_received = 0;
};

// Thread rule: Fetch and totals from any thread; destroyed after the workers stopped.
class PullDesk : public egress::StreamFetcher {
 public:
  PullDesk(const PullOptions& options, std::vector<egress::Worker*> workers, stream::Hub* hub,
           SourceFinder* finder);
  ~PullDesk() override;

  void Fetch(const std::shared_ptr<stream::Stream>& stream,
             const std::vector<std::string>& via) override;

  PullTotals totals() const;

 private:
  friend class Pull;
  void Finished(const std::shared_ptr<stream::Stream>& stream);
  void Count(const PullTotals& more);

  const PullOptions options_;
  const std::vector<egress::Worker*> workers_;
  stream::Hub* const hub_;
  SourceFinder* const finder_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<const stream::Stream*, std::shared_ptr<Pull>> pulls_ ABSL_GUARDED_BY(mutex_);
  size_t next_worker_ ABSL_GUARDED_BY(mutex_) = 0;
  PullTotals totals_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nearcast::pull

#endif  // DATAPLANE_PULL_PULL_DESK_H_
