// RenderedCache: texts that were rendered for one viewer and hold for others: lines
// (schedulerlib/stream/line_part.h), and frames around them (play_answer.h).
//
// Sharded by key. Each shard has two generations: what is asked for moves to the younger one, and
// when that is full the older one goes; so nothing is sorted and memory is bounded. Texts expire by
// their keys: another signing period, configuration or latency is another key. Thread rule: any
// thread may call any method.
#ifndef SERVICES_SCHEDULER_RENDERED_CACHE_H_
#define SERVICES_SCHEDULER_RENDERED_CACHE_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/synchronization/mutex.h"
#include "schedulerlib/stream/line_part.h"

namespace nearcast {

// lookups = hits + misses.
struct RenderedCounters {
  std::atomic<uint64_t> hits{0};
  std::atomic<uint64_t> misses{0};
  std::atomic<uint64_t> dropped{0};  // texts that went with their generation
};

// `Text` has bytes(): the memory that it holds.
template <typename Text>
class RenderedCache {
 public:
  // At most `bytes_max` of texts and keys, and one text more for each shard.
  explicit RenderedCache(size_t bytes_max) : generation_bytes_max_(bytes_max / kShards / 2) {}

  using Shared = std::shared_ptr<const Text>;

  // The text of that key; `render` makes it when it is not there. Two threads that miss at once both
  // render; one of the equal texts stays.
  Shared FindOrRender(const scheduler::PartKey& key, absl::FunctionRef<Text()> render) {
    // Of the hash's high bits: the map uses the low ones.
    Shard& shard = shards_[key.hash >> 48 & (kShards - 1)];
    if (Shared text = Find(shard, key)) {
      counters_.hits.fetch_add(1, std::memory_order_relaxed);
      return text;
    }
    counters_.misses.fetch_add(1, std::memory_order_relaxed);
    Shared text = std::make_shared<const Text>(render());
    absl::MutexLock lock(&shard.mutex);
    Insert(shard, key, text);
    return text;
  }

  size_t bytes() const {
    size_t bytes = 0;
    for (const Shard& shard : shards_) {
      absl::MutexLock lock(&shard.mutex);
      bytes += shard.young_bytes + shard.old_bytes;
    }
    return bytes;
  }
  const RenderedCounters& counters() const { return counters_; }

 private:
  struct Hash {
    size_t operator()(const scheduler::PartKey& key) const { return key.hash; }
  };
  using Generation = absl::flat_hash_map<scheduler::PartKey, Shared, Hash>;

  struct Shard {
    mutable absl::Mutex mutex;
    Generation young ABSL_GUARDED_BY(mutex);
    Generation old ABSL_GUARDED_BY(mutex);
    size_t young_bytes ABSL_GUARDED_BY(mutex) = 0;
    size_t old_bytes ABSL_GUARDED_BY(mutex) = 0;
  };

  static size_t BytesOf(const scheduler::PartKey& key, const Shared& text) {
    return sizeof(key) + key.text.capacity() + text->bytes();
  }

  Shared Find(Shard& shard, const scheduler::PartKey& key) {
    absl::MutexLock lock(&shard.mutex);
    if (const auto at = shard.young.find(key); at != shard.young.end()) return at->second;
    const auto at = shard.old.find(key);
    if (at == shard.old.end()) return nullptr;
    Shared text = std::move(at->second);
    shard.old_bytes -= BytesOf(at->first, text);
    shard.old.erase(at);
    Insert(shard, key, text);
    return text;
  }

  void Insert(Shard& shard, const scheduler::PartKey& key, const Shared& text)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex) {
    const auto [at, is_new] = shard.young.try_emplace(key, text);
    if (!is_new) return;
    shard.young_bytes += BytesOf(at->first, text);
    if (shard.young_bytes <= generation_bytes_max_) return;
    counters_.dropped.fetch_add(shard.old.size(), std::memory_order_relaxed);
    shard.old = std::exchange(shard.young, Generation());
    shard.old_bytes = std::exchange(shard.young_bytes, 0);
  }

  static constexpr size_t kShards = 64;

  const size_t generation_bytes_max_;
  std::array<Shard, kShards> shards_;
  RenderedCounters counters_;
};

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_RENDERED_CACHE_H_
