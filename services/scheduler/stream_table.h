// StreamTable: every stream that the scheduler knows, in memory, written through to the store.
//
// Sharded by name; a reader gets an immutable entry and keeps it as long as it likes. Streams that
// ended stay for a while, so that late questions get a true answer, and are then forgotten.
#ifndef SERVICES_SCHEDULER_STREAM_TABLE_H_
#define SERVICES_SCHEDULER_STREAM_TABLE_H_

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "schedulerlib/model/stream.h"
#include "services/store/store.h"

namespace nearcast {

struct StreamEntry {
  scheduler::Stream stream;
  std::string request_id;
  absl::Time create_time;
  absl::Time update_time;

  // Since when no node hears its push, while it is still publishing.
  std::optional<absl::Time> unheard_since;
};

using StreamEntryPtr = std::shared_ptr<const StreamEntry>;

// Thread rule: any thread may call any method. What is returned OK is in the store.
class StreamTable {
 public:
  // More are refused with RESOURCE_EXHAUSTED.
  static constexpr size_t kStreamsMax = 2'000'000;

  explicit StreamTable(store::Store* store) : store_(store) {}

  // Reads everything that the store has, once, before anybody else calls. Entries that cannot be
  // read are an error.
  absl::Status Load();

  // Called with every entry that Insert or Update has stored, and what it replaced (null when the
  // stream is new), in the order of a stream's changes. It must be quick, and must not come back
  // here. Once, before anybody else calls.
  using Watcher = std::function<void(const StreamEntry* before, const StreamEntry& after)>;
  void WatchChanges(Watcher watcher) { watcher_ = std::move(watcher); }

  // Null when there is none.
  StreamEntryPtr Find(absl::string_view name) const;

  // ALREADY_EXISTS when a stream with that name has not ended; one that has is replaced.
  absl::StatusOr<StreamEntryPtr> Insert(StreamEntry entry);

  // Replaces the entry by what `change` makes of a copy, unless it returns an error. NOT_FOUND when
  // there is none.
  using Change = std::function<absl::Status(StreamEntry&)>;
  absl::StatusOr<StreamEntryPtr> Update(absl::string_view name, const Change& change);

  // Null when no stream was made by that request.
  StreamEntryPtr FindByRequest(absl::string_view request_id) const;

  // In the order of names, those after `after` that `wanted` takes, at most `count_max`.
  std::vector<StreamEntryPtr> List(absl::string_view after, size_t count_max,
                                   const std::function<bool(const StreamEntry&)>& wanted) const;

  // All that `wanted` takes, in no order.
  std::vector<StreamEntryPtr> Select(const std::function<bool(const StreamEntry&)>& wanted) const;

  // Forgets streams that ended before `time`. Returns how many.
  size_t ForgetEndedBefore(absl::Time time);

  size_t size() const;

 private:
  static constexpr size_t kShards = 64;

  struct Shard {
    mutable absl::Mutex mutex;
    absl::flat_hash_map<std::string, StreamEntryPtr> streams ABSL_GUARDED_BY(mutex);
    absl::flat_hash_map<std::string, std::string> name_of_request ABSL_GUARDED_BY(mutex);
  };

  const Shard& ShardOf(absl::string_view key) const;
  Shard& ShardOf(absl::string_view key);
  void RememberRequest(const StreamEntry& entry);
  void Forget(const StreamEntry& entry);

  store::Store* const store_;
  Watcher watcher_ = [](const StreamEntry*, const StreamEntry&) {};
  std::array<Shard, kShards> shards_;
};

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_STREAM_TABLE_H_
