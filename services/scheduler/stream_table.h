// StreamTable: every stream that the scheduler knows, in memory, written through to the store.
//
// Sharded by name; a reader gets an immutable entry and keeps it as long as it likes. Streams that
// ended stay for a while, so that late questions get a true answer, and are then forgotten.
#ifndef SERVICES_SCHEDULER_STREAM_TABLE_H_
#define SERVICES_SCHEDULER_STREAM_TABLE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "nearcast/v1/scheduler.pb.h"
#include "schedulerlib/model/stream.h"
#include "services/store/store.h"

namespace nearcast {

// A change that the publish point's callback has not been told yet.
struct UntoldEvent {
  uint64_t number = 0;  // ascending within a stream
  std::string body;
  bool is_new = false;  // came with the entry's last change
};

struct StreamEntry {
  scheduler::Stream stream;
  std::string request_id;
  absl::Time create_time;
  absl::Time update_time;

  // Since when it has its state: what its lifetime counts from.
  absl::Time state_since;

  // Since when no node hears its push, while it is still publishing.
  std::optional<absl::Time> unheard_since;

  // Null = none, as with most.
  std::shared_ptr<const v1::Stream::Preheat> preheat;

  // Where its nodes push it on to. Null = nowhere, as with most.
  std::shared_ptr<const std::vector<std::string>> forwards;

  // Its publisher's goodbye ends it, instead of interrupting it.
  bool ends_on_unpublish = false;

  std::vector<UntoldEvent> untold;
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

  // Called with every entry that Insert or Update is about to store, to add to it. Rules as for
  // WatchChanges; one only.
  using Annotator = std::function<void(const StreamEntry* before, StreamEntry& after)>;
  void AnnotateChanges(Annotator annotator) { annotator_ = std::move(annotator); }

  // Called with every entry that Insert or Update has stored, and what it replaced (null when the
  // stream is new), in the order of a stream's changes. It must be quick, and must not come back
  // here. Before anybody else calls.
  using Watcher = std::function<void(const StreamEntry* before, const StreamEntryPtr& after)>;
  void WatchChanges(Watcher watcher) { watchers_.push_back(std::move(watcher)); }

  // Null when there is none.
  StreamEntryPtr Find(absl::string_view name) const;

  // ALREADY_EXISTS when a stream with that name has not ended; one that has is replaced.
  absl::StatusOr<StreamEntryPtr> Insert(StreamEntry entry);

  // Replaces the entry by what `change` makes of a copy, unless it returns an error. NOT_FOUND when
  // there is none.
  using Change = std::function<absl::Status(StreamEntry&)>;
  absl::StatusOr<StreamEntryPtr> Update(absl::string_view name, const Change& change);

  // Takes an untold event off the stream's list. Nobody is told of that.
  void ForgetUntold(absl::string_view name, uint64_t number);

  // Null when no stream was made by that request.
  StreamEntryPtr FindByRequest(absl::string_view request_id) const;

  // In the order of names, those after `after` that `wanted` takes, at most `count_max`.
  std::vector<StreamEntryPtr> List(absl::string_view after, size_t count_max,
                                   const std::function<bool(const StreamEntry&)>& wanted) const;

  // All that `wanted` takes, in no order.
  std::vector<StreamEntryPtr> Select(const std::function<bool(const StreamEntry&)>& wanted) const;

  // Forgets streams that ended before `time`. Returns how many.
  size_t ForgetEndedBefore(absl::Time time);

  size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  static constexpr int kShardBits = 6;

  // By scheduler::StableHash of the name, so that a name need not be kept twice, and who remembers
  // its hash alone can look it up.
  struct NameHash {
    using is_transparent = void;
    size_t operator()(const StreamEntryPtr& entry) const;
    size_t operator()(absl::string_view name) const;
    size_t operator()(uint64_t hash) const { return hash; }
  };
  struct NameEqual {
    using is_transparent = void;
    bool operator()(const StreamEntryPtr& a, const StreamEntryPtr& b) const;
    bool operator()(const StreamEntryPtr& a, absl::string_view name) const;
    bool operator()(const StreamEntryPtr& a, uint64_t hash) const;
  };

  struct Shard {
    mutable absl::Mutex mutex;
    absl::flat_hash_set<StreamEntryPtr, NameHash, NameEqual> streams ABSL_GUARDED_BY(mutex);
    // The request id's hash → the name's. The entry tells whether it is that very request.
    absl::flat_hash_map<uint64_t, uint64_t> name_of_request ABSL_GUARDED_BY(mutex);
  };

  // A table looks at a hash's low bits.
  Shard& ShardOf(uint64_t hash) { return shards_[hash >> (64 - kShardBits)]; }
  const Shard& ShardOf(uint64_t hash) const { return shards_[hash >> (64 - kShardBits)]; }

  // The entry as it now is in the store.
  absl::StatusOr<StreamEntryPtr> StoreChange(const StreamEntry* before, StreamEntry after);

  void TellWatchers(const StreamEntry* before, const StreamEntryPtr& after) const;
  void RememberRequest(const StreamEntry& entry);
  void Forget(const StreamEntry& entry);

  store::Store* const store_;
  std::atomic<size_t> size_{0};
  Annotator annotator_ = [](const StreamEntry*, StreamEntry&) {};
  std::vector<Watcher> watchers_;
  std::array<Shard, size_t{1} << kShardBits> shards_;
};

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_STREAM_TABLE_H_
