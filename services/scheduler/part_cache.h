// PartCache: rendered lines (schedulerlib/stream/line_part.h), shared by all viewers of a stream.
//
// Sharded by key. Each shard has two generations: what is asked for moves to the younger one, and
// when that is full the older one goes; so nothing is sorted and memory is bounded. Parts expire by
// their keys: another signing period, configuration or latency is another key. Thread rule: any
// thread may call any method.
#ifndef SERVICES_SCHEDULER_PART_CACHE_H_
#define SERVICES_SCHEDULER_PART_CACHE_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/synchronization/mutex.h"
#include "schedulerlib/stream/line_part.h"

namespace nearcast {

// lookups = hits + misses.
struct PartCacheCounters {
  std::atomic<uint64_t> hits{0};
  std::atomic<uint64_t> misses{0};
  std::atomic<uint64_t> dropped{0};  // parts that went with their generation
};

class PartCache {
 public:
  // At most `bytes_max` of parts and keys, and one part more for each shard.
  explicit PartCache(size_t bytes_max);

  using Part = std::shared_ptr<const scheduler::LinePart>;

  // The part of that key; `render` makes it when it is not there. Two threads that miss at once both
  // render; one of the equal parts stays.
  Part FindOrRender(const scheduler::PartKey& key, absl::FunctionRef<scheduler::LinePart()> render);

  size_t bytes() const;
  const PartCacheCounters& counters() const { return counters_; }

 private:
  struct Hash {
    size_t operator()(const scheduler::PartKey& key) const { return key.hash; }
  };
  using Generation = absl::flat_hash_map<scheduler::PartKey, Part, Hash>;

  struct Shard {
    mutable absl::Mutex mutex;
    Generation young ABSL_GUARDED_BY(mutex);
    Generation old ABSL_GUARDED_BY(mutex);
    size_t young_bytes ABSL_GUARDED_BY(mutex) = 0;
    size_t old_bytes ABSL_GUARDED_BY(mutex) = 0;
  };

  Part Find(Shard& shard, const scheduler::PartKey& key);
  void Insert(Shard& shard, const scheduler::PartKey& key, const Part& part)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);

  static constexpr size_t kShards = 64;

  const size_t generation_bytes_max_;
  std::array<Shard, kShards> shards_;
  PartCacheCounters counters_;
};

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_PART_CACHE_H_
