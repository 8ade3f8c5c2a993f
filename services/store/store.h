// Store: the one thing that Nearcast keeps between two lives. The configuration, as numbered
// revisions; and the live streams, as a plain table.
//
//   NC_ASSIGN_OR_RETURN(std::unique_ptr<Store> store, OpenStore("rocksdb:var/store"));
//   Subscription watch = store->Watch([](const v1::StoredRevision& revision) { … });
//   NC_ASSIGN_OR_RETURN(const int64_t revision, store->Commit({.puts = {node}}, 0));
//
// What the store does not do: judge. Whether a resource makes sense is decided before Commit (Admin
// service). Implementations: rocksdb_store.h, memory_store.h. All of them pass store_contract.h.
// docs/store.md has the stored form.
#ifndef SERVICES_STORE_STORE_H_
#define SERVICES_STORE_STORE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nearcast/v1/config.pb.h"
#include "nearcast/v1/stored.pb.h"
#include "proto/resource/resource_key.h"
#include "services/store/watcher_list.h"

namespace nearcast::store {

// One change of the configuration: all of it or nothing.
struct Edit {
  std::string author;
  std::string reason;
  absl::Time time;
  std::vector<v1::Resource> puts;  // created, or replaced whole
  std::vector<resource::ResourceKey> deletes;
};

struct Config {
  // 0 = nothing was ever committed.
  int64_t revision = 0;

  // In the order of ResourceKey: by kind, then by name.
  std::vector<v1::Resource> resources;
};

struct StoreOptions {
  // Older revisions are forgotten, at the commit that makes them too many. At least 1.
  int64_t revisions_max = 10'000;
};

// commits = commits_made + commits_unchanged + commits_refused + commits_conflicted +
// commits_failed
struct StoreCounters {
  using Count = std::atomic<uint64_t>;
  Count commits{0};
  Count commits_made{0};
  Count commits_unchanged{0};   // changed nothing
  Count commits_refused{0};     // the edit makes no sense
  Count commits_conflicted{0};  // another revision was expected
  Count commits_failed{0};      // the disk
  Count stream_writes{0};       // puts and deletes, failed ones too
  Count stream_writes_failed{0};
};

// Thread rule: any thread may call any method at any time.
class Store {
 public:
  static constexpr size_t kEditChangesMax = 100'000;
  static constexpr size_t kResourceOctetsMax = 4 << 20;

  virtual ~Store() = default;

  // Makes the next revision and returns its number, or the current one when the edit changes
  // nothing. When it returns, the revision survives a loss of power, and every watcher has been
  // called for it. `expected_revision` 0 = whatever is current. The store sets `revision` in each
  // resource that changes and ignores what the caller has there. ABORTED: another revision is
  // current. NOT_FOUND: a deleted resource is not there. INVALID_ARGUMENT: a resource without kind
  // or name or larger than kResourceOctetsMax, one named twice, too many. UNAVAILABLE: it cannot be
  // written. Only after UNAVAILABLE it is unknown whether the edit will be there when the store is
  // opened again.
  virtual absl::StatusOr<int64_t> Commit(const Edit& edit, int64_t expected_revision) = 0;

  // DATA_LOSS when something stored cannot be read.
  virtual absl::StatusOr<Config> LoadConfig() = 0;

  // The newest first, at most `count_max` of them.
  virtual absl::StatusOr<std::vector<v1::StoredRevision>> ListRevisions(size_t count_max) = 0;

  // The configuration as it was right after `revision` (0 = before the first). Its resources have
  // the revisions that they had then. NOT_FOUND when there is no such revision yet, or no longer.
  virtual absl::StatusOr<Config> ConfigAt(int64_t revision) = 0;

  // Calls `watcher` once for each revision after now, in order and one call at a time, until the
  // subscription ends. It is called on a committing thread, or on one of the store; it may read the
  // store, but neither commit nor watch nor end a subscription. A slow watcher delays commits.
  virtual Subscription Watch(Watcher watcher) = 0;

  // Creates or replaces a stream by its name (INVALID_ARGUMENT when it has none). When PutStream
  // and DeleteStream return, the change survives the end of the process, kill -9 too; the last ones
  // may be lost with the power: streams are many, and the nodes' reports bring the living ones
  // back.
  virtual absl::Status PutStream(const v1::StoredStream& stream) = 0;

  // Deleting what is not there is no error.
  virtual absl::Status DeleteStream(absl::string_view name) = 0;

  // Calls `fn` for each stream, in the order of names, as they were when the call began. `fn` must
  // not write to the store. DATA_LOSS when one cannot be read; those before it have been passed on.
  virtual absl::Status ForEachStream(absl::FunctionRef<void(const v1::StoredStream&)> fn) = 0;

  virtual const StoreCounters& counters() const = 0;
};

}  // namespace nearcast::store

#endif  // SERVICES_STORE_STORE_H_
