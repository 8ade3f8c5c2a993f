// SourceCache: answers to "who has this stream", for as long as the control plane lets them be
// reused, so that a crowd at a node does not become a crowd at the control plane. "Nobody" is an
// answer too, for a shorter time.
#ifndef DATAPLANE_NODE_AGENT_SOURCE_CACHE_H_
#define DATAPLANE_NODE_AGENT_SOURCE_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/pull/source_finder.h"

namespace nearcast::node_agent {

// Thread rule: any thread. Time is monotonic milliseconds.
class SourceCache {
 public:
  explicit SourceCache(size_t entries_max) : entries_max_(entries_max) {}

  // An answer as it was stored, errors included (NotFound: nobody has the stream); nothing when
  // there is none that still holds. A question that excludes nodes is never
  // answered from here, and the answer that led to it is dropped: it has proved wrong, so the next
  // question is asked anew too.
  std::optional<absl::StatusOr<pull::Sources>> Find(const pull::SourceQuestion& question,
                                                    int64_t now_ms);

  // Keeps the answer to the question that excludes nobody; where there is no room, nothing is kept.
  void Store(const std::string& stream, absl::StatusOr<pull::Sources> answer, int64_t until_ms,
             int64_t now_ms);

 private:
  struct Entry {
    absl::StatusOr<pull::Sources> answer;
    int64_t until_ms = 0;
  };

  const size_t entries_max_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nearcast::node_agent

#endif  // DATAPLANE_NODE_AGENT_SOURCE_CACHE_H_
