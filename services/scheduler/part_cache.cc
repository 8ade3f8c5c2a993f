#include "services/scheduler/part_cache.h"

#include <utility>

namespace nearcast {
namespace {

size_t BytesOf(const scheduler::PartKey& key, const PartCache::Part& part) {
  return sizeof(key) + key.text.capacity() + part->bytes();
}

}  // namespace

PartCache::PartCache(size_t bytes_max) : generation_bytes_max_(bytes_max / kShards / 2) {}

PartCache::Part PartCache::FindOrRender(const scheduler::PartKey& key,
                                        absl::FunctionRef<scheduler::LinePart()> render) {
  // Of the hash's high bits: the map uses the low ones.
  Shard& shard = shards_[key.hash >> 48 & (kShards - 1)];
  if (Part part = Find(shard, key)) {
    counters_.hits.fetch_add(1, std::memory_order_relaxed);
    return part;
  }
  counters_.misses.fetch_add(1, std::memory_order_relaxed);
  Part part = std::make_shared<const scheduler::LinePart>(render());
  absl::MutexLock lock(&shard.mutex);
  Insert(shard, key, part);
  return part;
}

PartCache::Part PartCache::Find(Shard& shard, const scheduler::PartKey& key) {
  absl::MutexLock lock(&shard.mutex);
  if (const auto at = shard.young.find(key); at != shard.young.end()) return at->second;
  const auto at = shard.old.find(key);
  if (at == shard.old.end()) return nullptr;
  Part part = std::move(at->second);
  shard.old_bytes -= BytesOf(at->first, part);
  shard.old.erase(at);
  Insert(shard, key, part);
  return part;
}

void PartCache::Insert(Shard& shard, const scheduler::PartKey& key, const Part& part) {
  const auto [at, is_new] = shard.young.try_emplace(key, part);
  if (!is_new) return;
  shard.young_bytes += BytesOf(at->first, part);
  if (shard.young_bytes <= generation_bytes_max_) return;
  counters_.dropped.fetch_add(shard.old.size(), std::memory_order_relaxed);
  shard.old = std::exchange(shard.young, Generation());
  shard.old_bytes = std::exchange(shard.young_bytes, 0);
}

size_t PartCache::bytes() const {
  size_t bytes = 0;
  for (const Shard& shard : shards_) {
    absl::MutexLock lock(&shard.mutex);
    bytes += shard.young_bytes + shard.old_bytes;
  }
  return bytes;
}

}  // namespace nearcast
